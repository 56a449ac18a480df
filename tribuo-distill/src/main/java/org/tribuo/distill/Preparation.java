package org.tribuo.distill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tribuo.ConfigurableDataSource;
import org.tribuo.Dataset;
import org.tribuo.Output;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.input.internal.Modalities;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.student.internal.BatchOfAnySize;
import org.tribuo.distill.student.internal.Imprint;
import org.tribuo.distill.student.internal.LaterPositions;
import org.tribuo.distill.student.internal.NetworkRunner;
import org.tribuo.distill.student.internal.SampledExamples;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.OutputDomain;
import org.tribuo.distill.task.internal.TargetCodec;
import org.tribuo.distill.task.internal.Task;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.TeacherSource;
import org.tribuo.distill.teacher.internal.ActivationTeacher;
import org.tribuo.distill.teacher.internal.TeacherAnswers;
import org.tribuo.distill.teacher.internal.TeacherReading;
import org.tribuo.distill.teacher.internal.TeacherUse;
import org.tribuo.distill.training.internal.StudentTraining;
import org.tribuo.distill.training.internal.TrainingSettings;
import org.tribuo.distill.training.internal.Validation;
import org.tribuo.distill.training.internal.data.ExampleRows;
import org.tribuo.distill.training.internal.data.ExampleTrainingData;
import org.tribuo.distill.training.internal.data.ExamplesByLength;
import org.tribuo.distill.training.internal.data.HeldOutValidation;
import org.tribuo.distill.training.internal.data.Imprinting;
import org.tribuo.distill.training.internal.data.Split;
import org.tribuo.distill.training.internal.data.StageExamples;
import org.tribuo.distill.transformer.Activation;
import org.tribuo.distill.transformer.Activation.Site;
import org.tribuo.distill.transformer.internal.ModelSize;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.TransformerActivations;
import org.tribuo.distill.transformer.internal.TransformerFiles;

/**
 * All of a training that can fail without running: files read, the student made, examples read,
 * labels matched, losses attached.
 *
 * @param student to be trained
 * @param made what was left out of another to make it, if anything was
 * @param codec of the outputs
 * @param outputs that the model may have
 * @param examples those of the dataset
 * @param stages in their order
 * @param activations the teacher whose intermediate activations are compared, if any stage does
 * @param validation after each epoch, if there is early stopping
 * @param imprinting of the student's head, before it is trained
 */
record Preparation<T extends Output<T>>(
    StudentNetwork student,
    List<String> made,
    TargetCodec<T> codec,
    OutputDomain<T> outputs,
    StageExamples<T> examples,
    List<PreparedStage<T>> stages,
    Optional<ActivationTeacher> activations,
    Optional<Validation> validation,
    Optional<Imprinting> imprinting) {
  /** The columns of a head that is thrown away, where it is not known which outputs there are. */
  private static final LabelOrder ANY_COLUMNS = LabelOrder.of("0", "1");

  /**
   * A stage and what it trains on.
   *
   * @param settings how it trains, where the frozen weights of this student are known
   * @param wanted the intermediate activations of the teacher that it compares
   * @param training has the training graph, which was checked by being made
   */
  record PreparedStage<T extends Output<T>>(
      Stage stage,
      TrainingSettings settings,
      Objective objective,
      StageExamples<T> examples,
      ExampleTrainingData data,
      List<Activation> wanted,
      StudentTraining training) {
    /** The soft targets in the form that the objective reads. */
    TeacherAnswers read(TeacherAnswers softTargets) {
      OptionalInt largest = largest();
      OptionalDouble mass =
          objective.soft().map(SoftLoss::massOfTeacher).orElse(OptionalDouble.empty());
      if (largest.isEmpty()) {
        return softTargets;
      }
      return mass.isPresent()
          ? softTargets.ofMass(mass.getAsDouble(), largest.getAsInt())
          : softTargets.largest(largest.getAsInt());
    }

    /** How many of the teacher's largest logits are read of each row at most; empty for all. */
    OptionalInt largest() {
      return objective.soft().map(SoftLoss::largestOfTeacher).orElse(OptionalInt.empty());
    }
  }

  /**
   * The random numbers of one training, drawn at its start in this order, so that no setting
   * changes what another one draws.
   *
   * @param head of a fresh head
   * @param heldOut of held-out examples
   * @param stages one for each stage
   */
  record Seeds(long head, long heldOut, List<Long> stages) {
    static Seeds of(SplittableRandom random, int stages) {
      return new Seeds(
          random.nextLong(),
          random.nextLong(),
          IntStream.range(0, stages).mapToObj(stage -> random.nextLong()).toList());
    }
  }

  /**
   * Prepares a training.
   *
   * @throws IllegalArgumentException if the examples do not fit the student, the teacher or the
   *     losses
   * @throws org.tribuo.distill.graph.GraphException if the student cannot be trained
   * @throws IOException if a file cannot be read
   */
  static <T extends Output<T>> Preparation<T> of(
      Recipe recipe,
      ExamplesByLength<T> examples,
      Seeds seeds,
      TransformerFiles files,
      DistillationListener listener)
      throws IOException {
    return new Preparing<>(recipe, examples, seeds, files, listener).preparation();
  }

  /**
   * Checks that the student and its teachers can read the examples of datasets; a teacher that is
   * yet to be trained is left out. Files are read and analysed for the first dataset.
   */
  static final class ExampleCheck<T extends Output<T>> implements Consumer<Dataset<T>> {
    private final Recipe recipe;
    private final TransformerFiles files = new TransformerFiles();
    private @Nullable Transformer student;

    ExampleCheck(Recipe recipe) {
      this.recipe = recipe;
    }

    /**
     * @throws IllegalArgumentException if they cannot; the message names the example and the model
     */
    @Override
    public synchronized void accept(Dataset<T> whole) {
      ExamplesByLength<T> byLength = ExamplesByLength.of(whole);
      try {
        check(whole, byLength, recipe.task(whole.getOutputFactory()));
      } catch (ExampleException e) {
        throw byLength.names().apply(e);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void check(Dataset<T> whole, ExamplesByLength<T> byLength, Task<T> task)
        throws IOException {
      Transformer reading = student(task, byLength, columns(task, whole));
      InputReader<?> reader = reader(recipe, reading, whole, recipe.batching().maxLength());
      Dataset<T> examples = byLength.within().apply(reader.maxLength());
      ExampleInputs<?> inputs = ExampleInputs.of(reader, examples);
      inputs.check(reading, "student", true);
      TeacherUse use = new TeacherUse(recipe.device(), task, recipe.batching().maxLength(), files);
      if (recipe.teacher().isPresent()) {
        for (TeacherSource.Member member : recipe.teacher().get().members()) {
          member.checkExamples(examples, inputs, use);
        }
      }
    }

    /**
     * What a student reads may depend on how many outputs there are, where these are read too;
     * where no example has one they are the teacher's.
     */
    private LabelOrder columns(Task<T> task, Dataset<T> whole) throws IOException {
      SortedSet<String> names = task.names(whole.getOutputIDInfo());
      if (!names.isEmpty()) {
        return new LabelOrder(names);
      }
      return recipe.teacher().isEmpty()
          ? ANY_COLUMNS
          : recipe.teacher().get().labels(files).orElse(ANY_COLUMNS);
    }

    private Transformer student(Task<T> task, ExamplesByLength<T> byLength, LabelOrder columns)
        throws IOException {
      Transformer made = student;
      if (made == null) {
        made =
            recipe
                .student()
                .make(new StudentRequest(task.head(columns), 0, files, sampled(recipe, byLength)))
                .transformer();
        student = made;
      }
      return made;
    }
  }

  private static InputReader<?> reader(
      Recipe recipe, Transformer model, Dataset<?> whole, OptionalInt maxLength) {
    return Modalities.of(model.graph().inputs(), whole.getFeatureMap())
        .reader(model, whole.getFeatureMap(), maxLength, recipe.batching().padId());
  }

  /** What a student may look at before it is made. */
  private static SampledExamples sampled(Recipe recipe, ExamplesByLength<?> byLength) {
    return SampledExamples.of(
        model -> reader(recipe, model, byLength.whole(), recipe.batching().maxLength()),
        reader -> byLength.within().apply(reader.maxLength()));
  }

  /** One preparation under way. */
  private record Preparing<T extends Output<T>>(
      Recipe recipe,
      ExamplesByLength<T> byLength,
      Seeds seeds,
      TransformerFiles files,
      DistillationListener listener) {
    Preparation<T> preparation() throws IOException {
      Task<T> task = recipe.task(whole().getOutputFactory());
      OutputDomain<T> known =
          recipe.teacher().isEmpty() || task.columns().isPresent()
              ? OutputDomain.of(task, whole())
              : OutputDomain.of(task, whole(), recipe.teacher().get().labels(files));
      Student student = student(task, known.sorted());
      if (!student.made().isEmpty()) {
        listener.onStudent(described(student));
      }
      checkDoesAnything(student);
      OutputDomain<T> outputs = known.and(student.labelOrder(), whole());
      listener.onUnseenOutputs(outputs.unseen());
      TargetCodec<T> ofOutputs = outputs.codec(student.labelOrder());
      TargetCodec<T> codec =
          student.head().range().map(range -> range.checking(ofOutputs)).orElse(ofOutputs);
      InputReader<?> reader = reader(student.transformer(), recipe.batching().maxLength());
      StudentNetwork network = StudentNetwork.of(student, reader);
      Dataset<T> examples = byLength.within().apply(reader.maxLength());
      ExampleRows rows = ExampleRows.of(examples, reader, codec);
      rows.inputs().check(student.transformer(), "student", true);
      checkSteps(network, rows.inputs());
      Split split = split(rows);
      StageExamples<T> ofDataset = StageExamples.ofDataset(examples, rows, split);
      Optional<ActivationTeacher> activations = activations();
      List<PreparedStage<T>> stages =
          stages(network, examples(ofDataset, reader, codec), task, activations);
      smokeTest(task, network, rows);
      return new Preparation<>(
          network,
          student.made(),
          codec,
          outputs,
          ofDataset,
          stages,
          activations,
          recipe
              .earlyStopping()
              .map(
                  stopping ->
                      new HeldOutValidation(
                          network,
                          recipe.device(),
                          task.score(network.labelOrder()),
                          rows,
                          split.heldOut())),
          student.imprint() == Imprint.NOTHING
              ? Optional.empty()
              : Optional.of(imprinting(task, network, student.imprint(), rows, split)));
    }

    /** How the student was made, and its size beside that of its teachers. */
    private List<String> described(Student student) throws IOException {
      List<String> lines = new ArrayList<>(student.described());
      List<TeacherSource.Member> teachers =
          recipe.teacher().map(TeacherSource::members).orElse(List.of());
      for (int i = 0; i < teachers.size(); i++) {
        String name = teachers.size() == 1 ? "The teacher" : "Teacher " + (i + 1);
        teachers
            .get(i)
            .network(files)
            .flatMap(Preparing::size)
            .ifPresent(size -> lines.add("%s has %s.".formatted(name, size)));
      }
      return lines;
    }

    /** A teacher is run, which its graph need not be understood for. */
    private static Optional<ModelSize> size(Transformer teacher) {
      try {
        return Optional.of(ModelSize.of(teacher));
      } catch (GraphException e) {
        return Optional.empty();
      }
    }

    private void checkDoesAnything(Student student) {
      if (recipe.statedStages().isEmpty() && student.imprint() == Imprint.NOTHING) {
        throw new IllegalArgumentException(
            "The trainer has no stages, and the student's head is not imprinted, so it would stay as it is; state a stage, or an EncoderStudent with an imprinted CosineHead");
      }
    }

    /** Labels and soft targets have as many steps as the longest example of a batch. */
    private static void checkSteps(StudentNetwork network, ExampleInputs<?> inputs) {
      OptionalLong fixed = network.reader().feeder(network.inputs()).fixedSteps();
      if (fixed.isEmpty() || !network.head().perToken()) {
        return;
      }
      int[] steps = inputs.steps();
      for (int row = 0; row < steps.length; row++) {
        if (steps[row] != fixed.getAsLong()) {
          throw new ExampleException(
              row,
              "has %d positions that something is predicted for, and the student has logits for exactly %d, whatever it reads; export it with a symbolic length"
                  .formatted(steps[row], fixed.getAsLong()));
        }
      }
    }

    private static Imprinting imprinting(
        Task<?> task, StudentNetwork network, Imprint imprint, ExampleRows rows, Split split) {
      if (task.probabilities().isEmpty() || network.head().hasOutputPerColumn()) {
        throw new IllegalArgumentException(
            "The student's head is to be imprinted with class means, but the outputs of the dataset have no classes; omit its head");
      }
      return new Imprinting(network, imprint, rows, split.labelledTraining(rows));
    }

    private InputReader<?> reader(Transformer student, OptionalInt maxLength) {
      return Preparation.reader(recipe, student, whole(), maxLength);
    }

    private Dataset<T> whole() {
      return byLength.whole();
    }

    private Student student(Task<T> task, LabelOrder known) throws IOException {
      Student student =
          BatchOfAnySize.of(
              recipe
                  .student()
                  .make(
                      new StudentRequest(
                          task.head(known), seeds.head(), files, sampled(recipe, byLength))),
              fixed -> reader(fixed, OptionalInt.empty()));
      return task.probabilities().isPresent() ? student.belowProbabilities() : student;
    }

    private Split split(ExampleRows rows) {
      return recipe
          .earlyStopping()
          .map(
              stopping ->
                  Split.some(rows, stopping.heldOut(), new SplittableRandom(seeds.heldOut())))
          .orElseGet(() -> Split.none(rows));
    }

    private Optional<ActivationTeacher> activations() throws IOException {
      Optional<OnnxTeacher> stated = recipe.activations();
      return stated.isEmpty() ? Optional.empty() : Optional.of(stated.get().activations(files));
    }

    /** The examples of each stage; stages with one data source have the same. */
    private List<StageExamples<T>> examples(
        StageExamples<T> ofDataset, InputReader<?> reader, TargetCodec<T> codec) {
      Map<ConfigurableDataSource<?>, StageExamples<T>> read = new IdentityHashMap<>();
      List<StageExamples<T>> ofStages = new ArrayList<>();
      for (Stage stage : recipe.stages()) {
        ofStages.add(
            stage
                .examples()
                .map(
                    own ->
                        read.computeIfAbsent(
                            own,
                            source ->
                                StageExamples.read(stage.name(), source, whole(), reader, codec)))
                .orElse(ofDataset));
      }
      return ofStages;
    }

    private List<PreparedStage<T>> stages(
        StudentNetwork network,
        List<StageExamples<T>> ofStages,
        Task<T> task,
        Optional<ActivationTeacher> activations)
        throws IOException {
      Transformer trained = network.withLogitsAlone();
      List<PreparedStage<T>> stages = new ArrayList<>();
      for (Stage stage : recipe.stages()) {
        int index = stages.size();
        stages.add(
            stage(
                stage,
                network,
                trained,
                ofStages.get(index),
                task,
                activations,
                seeds.stages().get(index)));
      }
      return stages;
    }

    private PreparedStage<T> stage(
        Stage stage,
        StudentNetwork network,
        Transformer trained,
        StageExamples<T> own,
        Task<T> task,
        Optional<ActivationTeacher> activations,
        long seed)
        throws IOException {
      Objective objective =
          stage.objective(
              task,
              network.labelOrder(),
              own.rows().weights().differ(),
              recipe.teacher().flatMap(TeacherSource::agreement),
              activations);
      ExampleTrainingData data =
          new ExampleTrainingData(
              own.rows(),
              Optional.empty(),
              stage.chosen(own, recipe.teacher().isPresent()),
              network.inputs(),
              recipe.batching().plan(),
              seed);
      objective.checkOutputs(network.labelOrder().size());
      objective.checkBatches(data.batchSizes(stage.settings().epochs()));
      TrainingSettings settings = stage.settingsFor(trained::normalizedForTraining).withSeed(seed);
      checkActivations(stage, objective, trained);
      StudentTraining training =
          StudentTraining.of(trained, objective, recipe.trainingGraph().rules(), settings, data);
      List<Activation> wanted = training.teacherActivations();
      if (!wanted.isEmpty()) {
        ActivationTeacher teacher = activations.orElseThrow();
        checkShapes(teacher, network.reader(), data.batchSizes(stage.settings().epochs()));
        checkExamples(teacher, own);
      }
      return new PreparedStage<>(stage, settings, objective, own, data, wanted, training);
    }

    private void checkExamples(ActivationTeacher teacher, StageExamples<T> own) throws IOException {
      try {
        TeacherReading.asStudent(teacher.file())
            .of(own.examples(), own.rows().inputs(), OptionalInt.empty(), files);
      } catch (ExampleException e) {
        throw own.named(e);
      }
    }

    /** What is compared has the student's batches, neither filled up nor of another length. */
    private static void checkShapes(
        ActivationTeacher activations, InputReader<?> reader, IntStream batchSizes) {
      Feeder<?> feeder = reader.feeder(activations.inputs());
      OptionalLong rows = feeder.fixedRows();
      if (feeder.fixedLength().isPresent()
          || (rows.isPresent() && batchSizes.anyMatch(size -> size != rows.getAsLong()))) {
        throw new IllegalArgumentException(
            "The intermediate activations of the teacher '%s' are for batches of a fixed shape alone, %s; export it with a symbolic batch and length, or compare its output only"
                .formatted(activations.file(), activations.inputs()));
      }
    }

    /** Intermediate activations can be kept, and the listener learns where they were found. */
    private void checkActivations(Stage stage, Objective objective, Transformer trained) {
      if (objective.matching().isEmpty()) {
        return;
      }
      TransformerActivations teacher = objective.matching().orElseThrow().teacher();
      TransformerActivations student =
          objective.activationsIn(trained.normalizedForTraining()).orElseThrow();
      long cacheBytes = recipe.activations().orElseThrow().activationCacheBytes();
      if (cacheBytes > 0) {
        checkPaddingIsKnown("teacher", teacher, cacheBytes);
        checkPaddingIsKnown("student", student, cacheBytes);
      }
      listener.onActivations(stage.name(), teacher.describe(), student.describe());
    }

    /** Without a mask the activations of a text depend on padding, and that on the batch. */
    private static void checkPaddingIsKnown(
        String whose, TransformerActivations activations, long cacheBytes) {
      if (activations.stacks().stream().anyMatch(stack -> readsPadding(activations, stack))) {
        throw new IllegalArgumentException(
            "activationCacheBytes is %d, but no input distinguishes the %s tokens from padding, so activations of a text differ from batch to batch; set it to 0"
                .formatted(cacheBytes, whose));
      }
    }

    /** The tokens of a decoder do not read what comes behind them. */
    private static boolean readsPadding(TransformerActivations activations, Site stack) {
      return stack != Site.DECODER && activations.mask(stack).isEmpty();
    }

    /** What one example can, a shorter one may not: a convolution needs some samples of a sound. */
    private static void checkShortest(NetworkRunner runner, ExampleInputs<?> inputs) {
      int[] lengths = inputs.lengths();
      int shortest =
          IntStream.range(0, lengths.length)
              .boxed()
              .min(Comparator.comparingInt(row -> lengths[row]))
              .orElseThrow();
      if (lengths[shortest] < lengths[0]) {
        try {
          runner.logits(inputs.pick(shortest));
        } catch (EngineException e) {
          ExampleException refused =
              new ExampleException(
                  shortest,
                  "has %d positions, the fewest of all, and the student cannot be run on it, but on the first, which has %d: %s"
                      .formatted(lengths[shortest], lengths[0], e.getMessage()));
          refused.initCause(e);
          throw refused;
        }
      }
    }

    /** Runs the student over one example: does it run, and has it the right columns? */
    private void smokeTest(Task<T> task, StudentNetwork network, ExampleRows rows) {
      try (NetworkRunner runner = new NetworkRunner(network, recipe.device())) {
        runner.logits(rows.inputs().pick(0));
        checkShortest(runner, rows.inputs());
      }
      if (task.isCausal()) {
        LaterPositions.checkUnread(network, rows.inputs());
      }
    }
  }

  /**
   * The examples of the stages that learn from a teacher, and how many of its largest logits these
   * stages read; empty for all.
   */
  Map<StageExamples<T>, OptionalInt> askedExamples() {
    Map<StageExamples<T>, OptionalInt> asked = new LinkedHashMap<>();
    stages.stream()
        .filter(stage -> stage.stage().from().teacher())
        .forEach(stage -> asked.merge(stage.examples(), stage.largest(), Preparation::both));
    return asked;
  }

  private static OptionalInt both(OptionalInt one, OptionalInt other) {
    return one.isPresent() && other.isPresent()
        ? OptionalInt.of(Math.max(one.getAsInt(), other.getAsInt()))
        : OptionalInt.empty();
  }
}
