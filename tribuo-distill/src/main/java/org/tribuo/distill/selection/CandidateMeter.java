package org.tribuo.distill.selection;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tribuo.Example;
import org.tribuo.Output;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.report.SpeedMeter;
import org.tribuo.distill.transformer.ExportPrecision;

/**
 * Makes candidates and measures them, untrained.
 *
 * @param wholes out of which they are cut, all of one depth and width
 * @param ranks of embeddings that are looked at where the file is too large; empty for a half and a
 *     quarter of the table's width
 * @param precisions of the file, the most exact first
 * @param budget what they may cost
 * @param ofRun the provenance that an untrained student has
 * @param means how they are measured
 * @param listener is called for each student that is measured or skipped
 */
record CandidateMeter<T extends Output<T>>(
    List<WholeStudent<T>> wholes,
    List<Integer> ranks,
    List<ExportPrecision> precisions,
    StudentBudget budget,
    Map<String, Provenance> ofRun,
    Means means,
    SearchListener listener) {
  /**
   * How often the table's width is halved for the ranks that are looked at where none is stated.
   */
  private static final int HALVINGS = 2;

  private static final int MEASURED_WITH = 64;

  /**
   * What is needed for it.
   *
   * @param files a folder for files that are of no use afterwards
   * @param speed how much is timed
   */
  record Means(Path files, SpeedMeter speed) {
    Path candidate() {
      return files.resolve("candidate.onnx");
    }
  }

  /** The table of embeddings of students of a width, or the product of a rank that it becomes. */
  private record Table<T extends Output<T>>(WholeStudent<T> whole, int width, OptionalInt rank) {
    /** How many numbers it has. */
    long numbers() {
      long columns = whole.columns(width);
      return rank.isPresent() ? (whole.rows() + columns) * rank.getAsInt() : whole.rows() * columns;
    }

    /** Whether a candidate has it. */
    boolean isOf(StudentCandidate candidate) {
      return whole.tokens().equals(candidate.tokens()) && rank.equals(candidate.rank());
    }

    /** Its part of a file. Integers have a scale for each row. */
    long bytes(ExportPrecision precision) {
      return switch (precision) {
        case FLOAT32 -> numbers() * Float.BYTES;
        case FLOAT16 -> numbers() * Short.BYTES;
        case INT8 -> numbers() + whole.rows() * Float.BYTES;
      };
    }
  }

  /**
   * How many candidates there are of one depth and width at most.
   *
   * @param precisions of the file
   * @param budget what they may cost
   */
  static int mostOfShape(List<ExportPrecision> precisions, StudentBudget budget) {
    return precisions.size() * (budget.bytes().isPresent() ? 3 : 1);
  }

  /**
   * The candidates of one depth and width with the largest table of embeddings, in each precision.
   *
   * @throws PropertyException if no such student can be cut out
   * @throws GraphException if no such student can be cut out
   * @throws IOException if a file cannot be written or read
   */
  List<StudentCandidate> withLargestTable(int layers, int width) throws IOException {
    return measured(layers, tables(width).get(0), precisions);
  }

  /**
   * Candidates of one depth and width with smaller tables: none where one with the largest is
   * within the budget; else the largest that promise to be, until one is, or there are twice as
   * many as precisions.
   *
   * @param ofLargest those with the largest table
   * @throws PropertyException if a rank was stated, and the embeddings cannot be a product
   * @throws GraphException as above
   * @throws IOException if a file cannot be written or read
   */
  List<StudentCandidate> withSmallerTables(List<StudentCandidate> ofLargest) throws IOException {
    List<StudentCandidate> measured = new ArrayList<>();
    if (ofLargest.stream().anyMatch(this::isWithin)) {
      return measured;
    }
    int most = mostOfShape(precisions, budget) - ofLargest.size();
    List<Table<T>> tables = tables(ofLargest.get(0).width());
    boolean canBeProducts = true;
    for (Table<T> smaller : tables.subList(1, tables.size())) {
      for (StudentCandidate other : ofLargest) {
        if (measured.size() < most
            && (canBeProducts || smaller.rank().isEmpty())
            && mayBeWithin(other, tables.get(0), smaller)) {
          List<StudentCandidate> one =
              measuredIfPossible(other.layers(), smaller, other.precision());
          canBeProducts &= !one.isEmpty();
          measured.addAll(one);
          if (one.stream().anyMatch(this::isWithin)) {
            return measured;
          }
        }
      }
    }
    return measured;
  }

  /** All tables of a width, the largest first; none that is larger as a product than as a whole. */
  private List<Table<T>> tables(int width) {
    return wholes.stream()
        .flatMap(
            whole -> {
              Table<T> table = new Table<>(whole, width, OptionalInt.empty());
              return Stream.concat(
                  Stream.of(table),
                  ranks(whole.columns(width))
                      .mapToObj(rank -> new Table<>(whole, width, OptionalInt.of(rank)))
                      .filter(product -> product.numbers() < table.numbers()));
            })
        .sorted(Comparator.<Table<T>>comparingLong(Table::numbers).reversed())
        .toList();
  }

  private IntStream ranks(int columns) {
    return ranks.isEmpty()
        ? IntStream.rangeClosed(1, HALVINGS).map(times -> columns >> times).filter(rank -> rank > 0)
        : ranks.stream().mapToInt(Integer::intValue).filter(rank -> rank < columns);
  }

  /** Whether a student that differs from another in its table may be within the budget. */
  private boolean mayBeWithin(StudentCandidate other, Table<T> largest, Table<T> smaller) {
    long saved = largest.bytes(other.precision()) - smaller.bytes(other.precision());
    return budget.covers(other.bytes() - saved, other.latency());
  }

  /**
   * One that has less of a table than another: a candidate of the same depth, width and precision
   * with the smallest table that there is; the other itself, if that has it.
   *
   * @throws PropertyException if a rank was stated, and the embeddings cannot be a product
   * @throws GraphException as above
   * @throws IOException if a file cannot be written or read
   */
  StudentCandidate withSmallestTable(StudentCandidate other) throws IOException {
    List<Table<T>> tables = tables(other.width());
    for (int last = tables.size() - 1; last > 0 && !tables.get(last).isOf(other); last--) {
      List<StudentCandidate> one =
          measuredIfPossible(other.layers(), tables.get(last), other.precision());
      if (!one.isEmpty()) {
        return one.get(0);
      }
    }
    return other;
  }

  /** Of a rank that was not stated, none where the embeddings cannot be a product. */
  private List<StudentCandidate> measuredIfPossible(
      int layers, Table<T> table, ExportPrecision precision) throws IOException {
    try {
      return measured(layers, table, List.of(precision));
    } catch (PropertyException | GraphException e) {
      if (table.rank().isEmpty() || !ranks.isEmpty()) {
        throw e;
      }
      listener.onSkipped(
          layers, table.width(), "its embeddings are no product: %s".formatted(e.getMessage()));
      return List.of();
    }
  }

  private List<StudentCandidate> measured(int layers, Table<T> table, List<ExportPrecision> in)
      throws IOException {
    WholeStudent<T> whole = table.whole();
    List<StudentCandidate> measured = new ArrayList<>();
    try (DistilledModel<T> model =
        whole.trainerOf(layers, table.width(), table.rank()).untrained(whole.examples(), ofRun)) {
      for (ExportPrecision precision : in) {
        measured.add(measured(layers, table, precision, model));
      }
    }
    return measured;
  }

  private StudentCandidate measured(
      int layers, Table<T> table, ExportPrecision precision, DistilledModel<T> model)
      throws IOException {
    WholeStudent<T> whole = table.whole();
    List<Example<T>> examples = whole.examples().getData();
    Path file = means.candidate();
    model.exportOnnx(file, precision);
    try (DistilledModel<T> read = whole.read(file)) {
      StudentCandidate candidate =
          new StudentCandidate(
              layers,
              table.width(),
              table.rank(),
              whole.tokens(),
              precision,
              OnnxModel.read(file).parameters(),
              Files.size(file),
              means
                  .speed()
                  .latency(read, examples.subList(0, Math.min(MEASURED_WITH, examples.size()))),
              OptionalDouble.empty());
      listener.onMeasured(candidate, isWithin(candidate));
      return candidate;
    }
  }

  /** Whether a candidate costs no more than it may. */
  boolean isWithin(StudentCandidate candidate) {
    return budget.covers(candidate.bytes(), candidate.latency());
  }
}
