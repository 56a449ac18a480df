package org.tribuo.distill.selection;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.TrainingStage;
import org.tribuo.distill.TrainingStoppedException;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.transformer.ExportPrecision;

/**
 * One search for a student within a budget. To be run once.
 *
 * @param <T> the outputs
 */
final class StudentSearch<T extends Output<T>> {
  /** The depths that are tried of a deeper student, beside its own. */
  private static final int[] DEPTHS = {1, 2, 3, 4, 6, 8, 12, 16, 24};

  /** The widths that are tried, in quarters of the whole. */
  private static final int QUARTERS = 4;

  private final List<WholeStudent<T>> wholes;
  private final StudentBudget budget;
  private final Space space;
  private final IntFunction<Map<String, Provenance>> runProvenance;
  private final Path store;
  private final CandidateMeter.Means means;
  private final SearchListener listener;

  /**
   * What is searched.
   *
   * @param component whose properties these are, for messages
   * @param depths numbers of layers; empty for the usual ones
   * @param widths sizes of a hidden state; empty for the usual ones
   * @param ranks of embeddings; empty for the usual ones
   * @param precisions of the file, the most exact first
   * @param trials how many candidates are trained for a short time
   * @param trialEpochs for how long
   * @param heldOut the fraction of the labelled examples on which they are compared
   * @param seed decides which these are
   */
  record Space(
      String component,
      List<Integer> depths,
      List<Integer> widths,
      List<Integer> ranks,
      List<ExportPrecision> precisions,
      int trials,
      int trialEpochs,
      double heldOut,
      long seed) {}

  /**
   * @param wholes out of which candidates are cut, at least one; all of one depth and width
   * @param runProvenance what an untrained student has, given how many candidates there are at most
   * @param store keeps the soft targets of the short trainings
   */
  StudentSearch(
      List<WholeStudent<T>> wholes,
      StudentBudget budget,
      Space space,
      IntFunction<Map<String, Provenance>> runProvenance,
      Path store,
      CandidateMeter.Means means,
      SearchListener listener) {
    this.wholes = List.copyOf(wholes);
    this.budget = budget;
    this.space = space;
    this.runProvenance = runProvenance;
    this.store = store;
    this.means = means;
    this.listener = listener;
  }

  /**
   * Searches.
   *
   * @throws IllegalArgumentException if no candidate is within the budget, there are too few
   *     labelled examples to compare some, or none of them has a score
   * @throws PropertyException if a depth, width or rank that was stated cannot be cut out of the
   *     student
   * @throws IOException if a file cannot be written or read
   */
  StudentChoice<T> run() throws IOException {
    checkRanks();
    CandidateMeter<T> meter = meter();
    List<StudentCandidate> measured = measured(meter);
    List<StudentCandidate> promising = promising(meter, measured);
    if (promising.isEmpty()) {
      throw nothingIsWithin(meter, measured);
    }
    listener.onPromising(promising);
    List<StudentCandidate> tried = promising.size() == 1 ? List.of() : tried(promising);
    StudentCandidate best = promising.size() == 1 ? promising.get(0) : best(tried);
    List<StudentCandidate> all = new ArrayList<>(measured);
    tried.forEach(each -> all.replaceAll(other -> each.isSameAs(other) ? each : other));
    listener.onChosen(best);
    WholeStudent<T> whole = whole(best);
    return new StudentChoice<>(best, all, whole.trainerOf(best), whole.examples());
  }

  /** What a candidate was cut out of. */
  private WholeStudent<T> whole(StudentCandidate candidate) {
    return wholes.stream()
        .filter(whole -> whole.tokens().equals(candidate.tokens()))
        .findFirst()
        .orElseThrow();
  }

  private void checkRanks() {
    if (!space.ranks().isEmpty() && wholes.get(0).rows() == 0) {
      throw new PropertyException(
          space.component(),
          "ranks",
          "are stated, but %s has no table of embeddings; omit them"
              .formatted(wholes.get(0).trainer().student()));
    }
  }

  private List<StudentCandidate> measured(CandidateMeter<T> meter) throws IOException {
    List<StudentCandidate> measured = new ArrayList<>();
    for (int layers : depths()) {
      for (int width : widths()) {
        List<StudentCandidate> ofLargest = withLargestTable(meter, layers, width);
        measured.addAll(ofLargest);
        if (!ofLargest.isEmpty()) {
          measured.addAll(meter.withSmallerTables(ofLargest));
        }
      }
    }
    return measured;
  }

  /** None of a width that was not stated, if it cannot be cut out. */
  private List<StudentCandidate> withLargestTable(CandidateMeter<T> meter, int layers, int width)
      throws IOException {
    try {
      return meter.withLargestTable(layers, width);
    } catch (PropertyException | GraphException e) {
      if (space.widths().contains(width)) {
        throw e;
      }
      listener.onSkipped(layers, width, String.valueOf(e.getMessage()));
      return List.of();
    }
  }

  private CandidateMeter<T> meter() {
    int shapes = depths().size() * widths().size();
    int ofShape = CandidateMeter.mostOfShape(space.precisions(), budget);
    return new CandidateMeter<>(
        wholes,
        space.ranks(),
        space.precisions(),
        budget,
        runProvenance.apply(shapes * ofShape),
        means,
        listener);
  }

  private List<Integer> depths() {
    int whole = wholes.get(0).layers();
    for (int depth : space.depths()) {
      if (depth > whole) {
        throw new PropertyException(
            space.component(),
            "depths",
            "has %d, but %s has %d layers; state no more"
                .formatted(depth, wholes.get(0).trainer().student(), whole));
      }
    }
    return space.depths().isEmpty()
        ? IntStream.concat(IntStream.of(DEPTHS).filter(depth -> depth < whole), IntStream.of(whole))
            .boxed()
            .toList()
        : space.depths();
  }

  private List<Integer> widths() {
    int whole = wholes.get(0).width();
    return space.widths().isEmpty()
        ? IntStream.rangeClosed(1, QUARTERS)
            .filter(part -> whole * part % QUARTERS == 0)
            .mapToObj(part -> whole * part / QUARTERS)
            .toList()
        : space.widths();
  }

  /**
   * The largest ones within the budget: of each depth and width the one that was measured first,
   * whose embeddings are the largest and weights the most exact, and none that another one equals
   * or exceeds in everything.
   */
  private List<StudentCandidate> promising(
      CandidateMeter<T> meter, List<StudentCandidate> measured) {
    List<StudentCandidate> firsts = new ArrayList<>();
    for (StudentCandidate each : measured) {
      if (meter.isWithin(each)
          && firsts.stream()
              .noneMatch(has -> has.layers() == each.layers() && has.width() == each.width())) {
        firsts.add(each);
      }
    }
    Predicate<StudentCandidate> isLargest =
        each -> firsts.stream().allMatch(other -> other.equals(each) || !other.isAtLeast(each));
    return firsts.stream()
        .filter(isLargest)
        .sorted(Comparator.comparingLong(StudentCandidate::capacity).reversed())
        .limit(space.trials())
        .toList();
  }

  /** Smaller tables were measured where they promised to fit; the smallest of all need not have. */
  private IllegalArgumentException nothingIsWithin(
      CandidateMeter<T> meter, List<StudentCandidate> measured) throws IOException {
    if (measured.isEmpty()) {
      return new IllegalArgumentException(
          "None of the depths and widths can be cut out of %s; state others"
              .formatted(wholes.get(0).trainer().student()));
    }
    Comparator<StudentCandidate> bySize = Comparator.comparingLong(StudentCandidate::bytes);
    StudentCandidate smallest = Collections.min(measured, bySize);
    if (budget.bytes().isPresent()) {
      smallest = Collections.min(List.of(smallest, meter.withSmallestTable(smallest)), bySize);
    }
    return new IllegalArgumentException(
        "No student is within %s. The smallest is that of %s, the quickest that of %s; raise the budget, state fewer layers or a smaller width, or cut the vocabulary first"
            .formatted(
                budget,
                smallest,
                Collections.min(measured, Comparator.comparing(StudentCandidate::latency))));
  }

  private List<StudentCandidate> tried(List<StudentCandidate> promising) throws IOException {
    Map<OptionalInt, Trial<T>> trials = new HashMap<>();
    List<StudentCandidate> tried = new ArrayList<>();
    for (StudentCandidate candidate : promising) {
      WholeStudent<T> whole = whole(candidate);
      Trial<T> trial = trials.computeIfAbsent(whole.tokens(), any -> trial(whole));
      DistillationTrainer<T> brief =
          whole.trainerOf(candidate).toBuilder()
              .stages(TrainingStage.of(space.trialEpochs()))
              .softTargetStore(store)
              .withoutLastGoodStudent()
              .build();
      try (DistilledModel<T> model = brief.train(trial.others())) {
        model.exportOnnx(means.candidate(), candidate.precision());
        try (DistilledModel<T> read = whole.read(means.candidate())) {
          StudentCandidate scored = candidate.withScore(HeldOutScore.of(read, trial.heldOut()));
          listener.onTried(scored);
          tried.add(scored);
        }
      } catch (TrainingStoppedException e) {
        e.lastGood().close();
        listener.onSkipped(candidate.layers(), candidate.width(), String.valueOf(e.getMessage()));
      }
    }
    return tried;
  }

  /**
   * What candidates are compared by, the same examples in whatever tokens.
   *
   * @param heldOut on which they are compared
   * @param others that they learn from
   */
  private record Trial<T extends Output<T>>(Dataset<T> heldOut, Dataset<T> others) {}

  private Trial<T> trial(WholeStudent<T> whole) {
    int folds = Math.max(2, (int) Math.round(1 / space.heldOut()));
    Dataset<T> heldOut =
        StratifiedFolds.of(whole.examples(), folds, new SplittableRandom(space.seed())).heldOut(0);
    return new Trial<>(heldOut, withoutWeight(heldOut, whole.examples()));
  }

  /** The best score; of equal ones that of the smallest file. */
  private static StudentCandidate best(List<StudentCandidate> tried) {
    return tried.stream()
        .filter(each -> Double.isFinite(each.score().orElseThrow()))
        .max(
            Comparator.<StudentCandidate>comparingDouble(each -> each.score().orElseThrow())
                .thenComparing(StudentCandidate::bytes, Comparator.reverseOrder()))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "None of the students within the budget can be compared: their short trainings were stopped, or their scores are not finite: %s; lower the learning rate, hold out more examples, or take the largest (trials = 1)"
                        .formatted(
                            tried.stream().map(each -> each.score().orElseThrow()).toList())));
  }

  /**
   * All examples, those that are held out with a weight of 0: they are not learnt from, and the
   * teacher's soft targets are those of the training on all.
   */
  private static <T extends Output<T>> Dataset<T> withoutWeight(
      Dataset<T> heldOut, Dataset<T> examples) {
    Set<Example<T>> left = Collections.newSetFromMap(new IdentityHashMap<>());
    left.addAll(heldOut.getData());
    MutableDataset<T> others =
        new MutableDataset<>(examples.getSourceProvenance(), examples.getOutputFactory());
    for (Example<T> example : examples) {
      Example<T> copy = example.copy();
      if (left.contains(example)) {
        copy.setWeight(0);
      }
      others.add(copy);
    }
    return others;
  }
}
