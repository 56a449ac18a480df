package org.tribuo.distill.selection;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.tribuo.Dataset;
import org.tribuo.Output;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.student.FactorizedEmbeddingsStudent;
import org.tribuo.distill.student.NarrowedStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.layer.EmbeddingTable;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;

/**
 * A student out of which smaller ones are cut.
 *
 * @param trainer trains it
 * @param examples that it learns from, in its tokens
 * @param tokens of its vocabulary, where that is a reduced one; empty for the student's own
 * @param layers its depth
 * @param width the size of a hidden state
 * @param rows of its largest table of embeddings; 0 where it has none
 * @param columns of that table: the width, unless it is a factor of a product
 */
record WholeStudent<T extends Output<T>>(
    DistillationTrainer<T> trainer,
    Dataset<T> examples,
    OptionalInt tokens,
    int layers,
    int width,
    long rows,
    int columns) {
  /**
   * Analyses the student of a trainer.
   *
   * @param component the search, for messages
   * @param file is written, and of no use afterwards
   * @throws PropertyException if no smaller ones can be cut out of it, or its file does not predict
   *     the examples
   * @throws IOException if the file cannot be written or read
   */
  static <T extends Output<T>> WholeStudent<T> of(
      DistillationTrainer<T> trainer,
      Dataset<T> examples,
      OptionalInt tokens,
      String component,
      Path file)
      throws IOException {
    try (DistilledModel<T> whole = trainer.untrained(examples, Map.of())) {
      whole.exportOnnx(file);
    }
    checkPredicts(file, trainer, examples, component);
    Transformer model = Transformer.of(OnnxModel.read(file)).withLayersApart();
    try {
      TransformerLayers layers = model.layers();
      Optional<EmbeddingTable> table = largestTable(model);
      return new WholeStudent<>(
          trainer,
          examples,
          tokens,
          layers.count(),
          Math.toIntExact(layers.width()),
          table.map(EmbeddingTable::rows).orElse(0L),
          Math.toIntExact(table.map(EmbeddingTable::width).orElse(0L)));
    } catch (GraphException e) {
      throw new PropertyException(
          e,
          component,
          "trainer",
          "has the student %s, out of which no smaller ones can be cut; train it without a budget: %s"
              .formatted(trainer.student(), e.getMessage()));
    }
  }

  /** Each candidate is measured as its file predicts. */
  private static <T extends Output<T>> void checkPredicts(
      Path file, DistillationTrainer<T> trainer, Dataset<T> examples, String component)
      throws IOException {
    try (DistilledModel<T> read = read(file, examples)) {
      read.predict(examples.getExample(0));
    } catch (IllegalArgumentException e) {
      throw new PropertyException(
          e,
          component,
          "trainer",
          "has the student %s, whose exported file does not predict the examples, so that it cannot be measured; train it without a budget: %s"
              .formatted(trainer.student(), e.getMessage()));
    }
  }

  private static <T extends Output<T>> DistilledModel<T> read(Path file, Dataset<T> examples)
      throws IOException {
    DistilledModel<T> model = DistilledModel.of(OnnxTeacher.of(file), examples.getOutputFactory());
    model.runOn(Device.cpu(1));
    return model;
  }

  private static Optional<EmbeddingTable> largestTable(Transformer model) {
    return model.embeddings().tables().stream()
        .max(Comparator.comparingLong(table -> table.rows() * table.width()));
  }

  /**
   * The columns of the table of a student that is cut out of this one: a factor keeps those it has.
   *
   * @param size of the student's hidden states
   */
  int columns(int size) {
    return columns == width ? size : columns;
  }

  /** The model in a file of one of these students, on one thread. */
  DistilledModel<T> read(Path file) throws IOException {
    return read(file, examples);
  }

  /**
   * Trains a student that is cut out of this one: a narrower one with a greater learning rate, in
   * proportion.
   *
   * @param depth how many layers it has
   * @param size of its hidden states
   * @param rank of its embeddings; empty for a whole table
   */
  DistillationTrainer<T> trainerOf(int depth, int size, OptionalInt rank) {
    StudentSource cut = trainer.student();
    DistillationTrainer.Builder<T> builder = trainer.toBuilder();
    if (depth < layers) {
      cut = PrunedStudent.keeping(depth, cut);
    }
    if (size != width) {
      cut = NarrowedStudent.of(cut, size);
      builder.scaleLearningRates((float) width / size);
    }
    if (rank.isPresent()) {
      cut = FactorizedEmbeddingsStudent.ofRank(cut, rank.getAsInt());
    }
    return builder.student(cut).build();
  }

  /** Trains a candidate that was cut out of this one. */
  DistillationTrainer<T> trainerOf(StudentCandidate candidate) {
    return trainerOf(candidate.layers(), candidate.width(), candidate.rank());
  }
}
