package org.tribuo.distill.selection;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
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
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.report.SpeedMeter;
import org.tribuo.distill.student.NarrowedStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.transformer.ExportPrecision;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;

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

  private static final int MEASURED_WITH = 64;

  private final DistillationTrainer<T> trainer;
  private final StudentBudget budget;
  private final Space space;
  private final Dataset<T> examples;
  private final IntFunction<Map<String, Provenance>> runProvenance;
  private final Means means;
  private final SearchListener listener;

  /**
   * What is searched.
   *
   * @param component whose properties these are, for messages
   * @param depths numbers of layers; empty for the usual ones
   * @param widths sizes of a hidden state; empty for the usual ones
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
      List<ExportPrecision> precisions,
      int trials,
      int trialEpochs,
      double heldOut,
      long seed) {}

  /**
   * What is needed for it.
   *
   * @param files a folder for files that are of no use afterwards
   * @param store keeps the soft targets of the short trainings
   * @param speed how much is timed
   */
  record Means(Path files, Path store, SpeedMeter speed) {}

  /**
   * @param runProvenance what an untrained student has, given how many candidates there are at most
   */
  StudentSearch(
      DistillationTrainer<T> trainer,
      StudentBudget budget,
      Space space,
      Dataset<T> examples,
      IntFunction<Map<String, Provenance>> runProvenance,
      Means means,
      SearchListener listener) {
    this.trainer = trainer;
    this.budget = budget;
    this.space = space;
    this.examples = examples;
    this.runProvenance = runProvenance;
    this.means = means;
    this.listener = listener;
  }

  /**
   * Searches.
   *
   * @throws IllegalArgumentException if no candidate is within the budget, there are too few
   *     labelled examples to compare some, or none of them has a score
   * @throws PropertyException if a depth or width that was stated cannot be cut out of the student
   * @throws IOException if a file cannot be written or read
   */
  StudentChoice<T> run() throws IOException {
    TransformerLayers whole = layersOfWhole();
    List<StudentCandidate> measured = measured(whole);
    List<StudentCandidate> promising = promising(measured);
    listener.onPromising(promising);
    List<StudentCandidate> tried = promising.size() == 1 ? List.of() : tried(promising, whole);
    StudentCandidate best = promising.size() == 1 ? promising.get(0) : best(tried);
    List<StudentCandidate> all = new ArrayList<>(measured);
    tried.forEach(each -> all.replaceAll(other -> isSame(each, other) ? each : other));
    listener.onChosen(best);
    return new StudentChoice<>(best, all, trainer(best.layers(), best.width(), whole));
  }

  private static boolean isSame(StudentCandidate one, StudentCandidate other) {
    return one.layers() == other.layers()
        && one.width() == other.width()
        && one.precision() == other.precision();
  }

  private TransformerLayers layersOfWhole() throws IOException {
    Path file = means.files().resolve("whole.onnx");
    try (DistilledModel<T> whole = trainer.untrained(examples, Map.of())) {
      whole.exportOnnx(file);
    }
    checkPredicts(file);
    OnnxModel model = OnnxModel.read(file);
    try {
      return Transformer.of(model).layers();
    } catch (GraphException e) {
      throw new PropertyException(
          e,
          space.component(),
          "trainer",
          "has the student %s, out of which no smaller ones can be cut; train it without a budget: %s"
              .formatted(trainer.student(), e.getMessage()));
    }
  }

  /** Each candidate is measured as its file predicts. */
  private void checkPredicts(Path file) throws IOException {
    try (DistilledModel<T> read = read(file)) {
      read.predict(examples.getExample(0));
    } catch (IllegalArgumentException e) {
      throw new PropertyException(
          e,
          space.component(),
          "trainer",
          "has the student %s, whose exported file does not predict the examples, so that it cannot be measured; train it without a budget: %s"
              .formatted(trainer.student(), e.getMessage()));
    }
  }

  /** Trains a candidate: a narrower one with a greater learning rate, in proportion. */
  private DistillationTrainer<T> trainer(int layers, int width, TransformerLayers whole) {
    StudentSource deep = trainer.student();
    StudentSource cut = layers < whole.count() ? PrunedStudent.keeping(layers, deep) : deep;
    DistillationTrainer.Builder<T> builder = trainer.toBuilder();
    if (width == whole.width()) {
      return builder.student(cut).build();
    }
    return builder
        .student(NarrowedStudent.of(cut, width))
        .scaleLearningRates((float) whole.width() / width)
        .build();
  }

  private List<StudentCandidate> measured(TransformerLayers whole) throws IOException {
    List<Integer> depths = depths(whole.count());
    List<Integer> widths = widths(Math.toIntExact(whole.width()));
    Map<String, Provenance> ofRun =
        runProvenance.apply(depths.size() * widths.size() * space.precisions().size());
    List<StudentCandidate> measured = new ArrayList<>();
    for (int layers : depths) {
      for (int width : widths) {
        try {
          measured.addAll(measured(layers, width, whole, ofRun));
        } catch (PropertyException | GraphException e) {
          if (space.widths().contains(width)) {
            throw e;
          }
          listener.onSkipped(layers, width, String.valueOf(e.getMessage()));
        }
      }
    }
    return measured;
  }

  private List<Integer> depths(int whole) {
    for (int depth : space.depths()) {
      if (depth > whole) {
        throw new PropertyException(
            space.component(),
            "depths",
            "has %d, but %s has %d layers; state no more"
                .formatted(depth, trainer.student(), whole));
      }
    }
    return space.depths().isEmpty()
        ? IntStream.concat(IntStream.of(DEPTHS).filter(depth -> depth < whole), IntStream.of(whole))
            .boxed()
            .toList()
        : space.depths();
  }

  private List<Integer> widths(int whole) {
    return space.widths().isEmpty()
        ? IntStream.rangeClosed(1, QUARTERS)
            .filter(part -> whole * part % QUARTERS == 0)
            .mapToObj(part -> whole * part / QUARTERS)
            .toList()
        : space.widths();
  }

  private List<StudentCandidate> measured(
      int layers, int width, TransformerLayers whole, Map<String, Provenance> ofRun)
      throws IOException {
    List<StudentCandidate> measured = new ArrayList<>();
    List<Example<T>> some = examples.getData().subList(0, Math.min(MEASURED_WITH, examples.size()));
    try (DistilledModel<T> model = trainer(layers, width, whole).untrained(examples, ofRun)) {
      for (ExportPrecision precision : space.precisions()) {
        Path file = exported(model, precision);
        try (DistilledModel<T> read = read(file)) {
          StudentCandidate candidate =
              new StudentCandidate(
                  layers,
                  width,
                  precision,
                  OnnxModel.read(file).parameters(),
                  Files.size(file),
                  means.speed().latency(read, some),
                  OptionalDouble.empty());
          listener.onMeasured(candidate, isWithin(candidate));
          measured.add(candidate);
        }
      }
    }
    return measured;
  }

  private boolean isWithin(StudentCandidate candidate) {
    return budget.covers(candidate.bytes(), candidate.latency());
  }

  private Path exported(DistilledModel<T> model, ExportPrecision precision) throws IOException {
    Path file = means.files().resolve("candidate.onnx");
    model.exportOnnx(file, precision);
    return file;
  }

  private DistilledModel<T> read(Path file) throws IOException {
    DistilledModel<T> model = DistilledModel.of(OnnxTeacher.of(file), examples.getOutputFactory());
    model.runOn(Device.cpu(1));
    return model;
  }

  /**
   * The largest ones within the budget: of each shape the most exact, and none than which another
   * is as deep and as wide.
   */
  private List<StudentCandidate> promising(List<StudentCandidate> measured) {
    List<StudentCandidate> mostExact = new ArrayList<>();
    for (StudentCandidate each : measured) {
      if (isWithin(each)
          && mostExact.stream()
              .noneMatch(has -> has.layers() == each.layers() && has.width() == each.width())) {
        mostExact.add(each);
      }
    }
    if (mostExact.isEmpty()) {
      throw nothingIsWithin(measured);
    }
    Predicate<StudentCandidate> isLargest =
        each -> mostExact.stream().allMatch(other -> other.equals(each) || !other.isAtLeast(each));
    return mostExact.stream()
        .filter(isLargest)
        .sorted(Comparator.comparingLong(StudentCandidate::capacity).reversed())
        .limit(space.trials())
        .toList();
  }

  private IllegalArgumentException nothingIsWithin(List<StudentCandidate> measured) {
    if (measured.isEmpty()) {
      return new IllegalArgumentException(
          "None of the depths and widths can be cut out of %s; state others"
              .formatted(trainer.student()));
    }
    return new IllegalArgumentException(
        "No student is within %s. The smallest is that of %s, the quickest that of %s; raise the budget, state fewer layers or a smaller width, or cut the vocabulary first"
            .formatted(
                budget,
                Collections.min(measured, Comparator.comparingLong(StudentCandidate::bytes)),
                Collections.min(measured, Comparator.comparing(StudentCandidate::latency))));
  }

  private List<StudentCandidate> tried(List<StudentCandidate> promising, TransformerLayers whole)
      throws IOException {
    int folds = Math.max(2, (int) Math.round(1 / space.heldOut()));
    Dataset<T> heldOut =
        StratifiedFolds.of(examples, folds, new SplittableRandom(space.seed())).heldOut(0);
    Dataset<T> others = withoutWeight(heldOut);
    List<StudentCandidate> tried = new ArrayList<>();
    for (StudentCandidate candidate : promising) {
      DistillationTrainer<T> brief =
          trainer(candidate.layers(), candidate.width(), whole).toBuilder()
              .stages(TrainingStage.of(space.trialEpochs()))
              .softTargetStore(means.store())
              .withoutLastGoodStudent()
              .build();
      try (DistilledModel<T> model = brief.train(others);
          DistilledModel<T> read = read(exported(model, candidate.precision()))) {
        StudentCandidate scored = candidate.withScore(HeldOutScore.of(read, heldOut));
        listener.onTried(scored);
        tried.add(scored);
      } catch (TrainingStoppedException e) {
        e.lastGood().close();
        listener.onSkipped(candidate.layers(), candidate.width(), String.valueOf(e.getMessage()));
      }
    }
    return tried;
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
  private Dataset<T> withoutWeight(Dataset<T> heldOut) {
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
