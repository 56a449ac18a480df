package org.tribuo.distill;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tribuo.Dataset;
import org.tribuo.Output;
import org.tribuo.Trainer;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.internal.component.Invocations;
import org.tribuo.distill.internal.component.Invocations.Invocation;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.schedule.ScaledSchedule;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.TeacherSource;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.training.EarlyStopping;
import org.tribuo.distill.training.internal.data.ExamplesByLength;
import org.tribuo.distill.transformer.internal.TransformerFiles;
import org.tribuo.provenance.TrainerProvenance;
import org.tribuo.provenance.impl.TrainerProvenanceImpl;

/**
 * Trains a student Transformer on labels, on a teacher, or on both, and gives it back as a Tribuo
 * model. Examples hold tokens, as {@link org.tribuo.distill.input.text.TokenSequence} and {@link
 * org.tribuo.distill.input.text.CsvTextDataSource} make them, pixels, as {@link
 * org.tribuo.distill.input.image.ImageDataSource} does, sounds, as {@link
 * org.tribuo.distill.input.sound.SoundDataSource} does, items, as {@link
 * org.tribuo.distill.recommendation.RatingDataSource} does, or Tribuo's ordinary features.
 *
 * <p>With a teacher the student minimises {@code (1 - alpha) * hard + alpha * soft}: examples with
 * a label have both terms, those without (Tribuo's unknown output) the soft one. Without a teacher
 * it minimises the hard loss, which is how a teacher is fine-tuned in the first place, and every
 * example needs a label.
 *
 * <p>Where the weights of examples differ, both losses of a batch are {@code Σ weight * loss / Σ
 * weight}; an example of weight 0 is left out, and losses that count examples alike, as those on
 * intermediate activations do, are refused.
 *
 * <pre>{@code
 * DistillationTrainer<Label> trainer =
 *     DistillationTrainer.<Label>builder()
 *         .student(PrunedStudent.keeping(2, OnnxStudent.of(Path.of("teacher.onnx"))))
 *         .teacher(OnnxTeacher.of(Path.of("teacher.onnx")))
 *         .objective(new DistillationObjective().alpha(0.9f).temperature(2))
 *         .build();
 * try (DistilledModel<Label> student = trainer.train(dataset)) {
 *   student.exportOnnx(Path.of("student.onnx"));
 * }
 * }</pre>
 *
 * or, in OLCUT's XML:
 *
 * <pre>{@code
 * <component name="trainer" type="org.tribuo.distill.DistillationTrainer">
 *   <property name="student" value="student"/>
 *   <property name="teacher" value="teacher"/>
 *   <property name="objective" value="objective"/>
 * </component>
 * }</pre>
 *
 * <p>The same configuration, data and invocation count give the same weights to the last bit on one
 * machine. Safe for many threads.
 *
 * @param <T> the outputs, which decide what the student predicts: Label, MultiLabel, Regressor,
 *     {@link org.tribuo.distill.span.Span}, {@link org.tribuo.distill.task.token.TagSequence},
 *     {@link org.tribuo.distill.recommendation.NextItem} or {@link
 *     org.tribuo.distill.generation.GeneratedTokens}
 */
public final class DistillationTrainer<T extends Output<T>> implements Trainer<T> {
  @ConfigurableName private String component = "DistillationTrainer";

  @Config(mandatory = true, description = "The student before it is trained.")
  private StudentSource student;

  @Config(
      description =
          "The teacher, or an ensemble of teachers; without one the student learns from the labels"
              + " alone.")
  private @Nullable TeacherSource teacher;

  @Config(
      description =
          "The teacher whose intermediate activations are compared; by default the teacher.")
  private @Nullable OnnxTeacher activationTeacher;

  @Config(description = "What is minimised: losses, alpha, temperature.")
  private DistillationObjective objective = new DistillationObjective();

  @Config(description = "Dropout, frozen weights, and gradients of further operators.")
  private TrainingGraphOptions trainingGraph = new TrainingGraphOptions();

  @Config(description = "The optimizer, its learning rate, and gradient clipping.")
  private AdamWOptimizer optimizer = new AdamWOptimizer();

  @Config(description = "Batch size, accumulation, maximum length, and padding.")
  private Batching batching = new Batching();

  @Config(
      description =
          "The stages of the training, in their order; by default one of 3 epochs over all"
              + " examples. None leaves the student as its head is imprinted.")
  private List<TrainingStage> stages = List.of(TrainingStage.of(3));

  @Config(
      description =
          "Evaluates the student after each epoch and keeps its best weights; by default all epochs"
              + " are trained and the last weights kept.")
  private @Nullable EarlyStopping earlyStopping;

  // A string, not a path: what a path points to is part of the configuration, and this folder
  // grows.
  @Config(
      description =
          "The folder that keeps the teacher's soft targets for the next training on the same"
              + " examples; by default none are kept.")
  private @Nullable String softTargetStore;

  // A string for the same reason as above.
  @Config(
      description =
          "The ONNX file to which the student is written as the last good step left it, if its loss"
              + " is no longer a finite number; by default it is not written.")
  private @Nullable String lastGoodStudent;

  @Config(description = "Where teacher and student run, on how many threads, in which numbers.")
  private Device device = Device.cpu();

  @Config(
      description =
          "The seed of all random numbers: a fresh head, batches, dropout, held-out examples.")
  private long seed = DEFAULT_SEED;

  private Recipe recipe;
  private final Invocations invocations = new Invocations();
  private volatile DistillationListener listener = DistillationListener.NONE;

  /** For OLCUT, and the builder. */
  private DistillationTrainer() {}

  /**
   * Loads the native library that can train. This works once in the lifetime of a JVM, before
   * anything else uses ONNX Runtime. Training does it by itself; a program that uses ONNX Runtime
   * directly before its first training calls this first.
   *
   * @throws org.tribuo.distill.engine.RuntimeUnavailableException if there is none for this
   *     machine, or another has been loaded; the message says what to do
   */
  public static void loadRuntime() {
    Engines.training();
  }

  /** Starts with OLCUT's defaults; a student is all that must be stated. */
  public static <T extends Output<T>> Builder<T> builder() {
    return new Builder<>();
  }

  /**
   * Checks the configuration; OLCUT calls it.
   *
   * @throws PropertyException if a value is out of its range, or components do not fit each other;
   *     it names the component and the property
   */
  @Override
  public void postConfig() {
    PropertyChecks properties = new PropertyChecks(component);
    if (student == null) {
      throw properties.refused("student", "is not stated, expected a StudentSource");
    }
    recipe =
        new Recipe(
            student,
            Optional.ofNullable(teacher),
            Optional.ofNullable(activationTeacher),
            objective,
            trainingGraph,
            optimizer,
            batching,
            stages,
            Optional.ofNullable(earlyStopping),
            device,
            file("softTargetStore", softTargetStore, properties),
            file("lastGoodStudent", lastGoodStudent, properties));
    recipe.check(properties);
  }

  private static Optional<Path> file(
      String property, @Nullable String path, PropertyChecks properties) {
    properties.checkIfStated(property, path);
    if (path == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Path.of(path));
    } catch (InvalidPathException e) {
      throw properties.refused(property, "is not a path: " + e.getMessage());
    }
  }

  /**
   * Sets the listener of trainings; it is not part of the configuration.
   *
   * @param listener of all trainings that start from now on
   */
  public void setListener(DistillationListener listener) {
    this.listener = Objects.requireNonNull(listener, "listener");
  }

  @Override
  public DistilledModel<T> train(Dataset<T> examples) {
    return train(examples, Map.of());
  }

  @Override
  public DistilledModel<T> train(Dataset<T> examples, Map<String, Provenance> runProvenance) {
    return train(examples, runProvenance, INCREMENT_INVOCATION_COUNT);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the examples do not fit the student, the teacher or the
   *     losses; the message says what is wrong, where, and what to do
   * @throws PropertyException if the configuration does not fit the files that it names
   * @throws org.tribuo.distill.graph.GraphException if the student cannot be trained
   * @throws org.tribuo.distill.teacher.TeacherException if the teacher cannot be run
   * @throws TrainingStoppedException if the loss is no longer a finite number; it has the student
   *     of the step before
   * @throws java.io.UncheckedIOException if a file cannot be read or written
   */
  @Override
  public DistilledModel<T> train(
      Dataset<T> examples, Map<String, Provenance> runProvenance, int invocationCount) {
    return train(examples, runProvenance, invocationCount, listener);
  }

  /**
   * Checks whether the student and its teachers can read examples, before any time is spent on
   * training. The student is made, but neither trained nor run; a teacher that is yet to be trained
   * is left out, and labels are not checked.
   *
   * @param examples as this trainer trains on, or as its model predicts
   * @throws IllegalArgumentException if the student or a teacher cannot read one, such as a text
   *     that is too long, or has a token or a segment that it does not know; the message says
   *     which, and what to do
   * @throws org.tribuo.distill.graph.GraphException if there can be no such student
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public void checkExamples(Dataset<T> examples) {
    exampleCheck().accept(examples);
  }

  /** As {@link #checkExamples}, for several datasets: files are read and analysed once. */
  public Consumer<Dataset<T>> exampleCheck() {
    return new Preparation.ExampleCheck<>(recipe);
  }

  /**
   * Trains on examples that are cut to what the student reads, for a trainer that is built around
   * this one, as that of sequences is.
   *
   * @param examples makes them, given the maximum number of positions of each; called twice, and
   *     the dataset for a larger maximum has all outputs of that for a smaller one
   * @param trainer gives the provenance of that trainer, as this training begins
   * @throws IllegalArgumentException as {@link #train(Dataset, Map, int)}, which lists the others
   */
  public DistilledModel<T> train(
      IntFunction<Dataset<T>> examples,
      Supplier<TrainerProvenance> trainer,
      Map<String, Provenance> runProvenance) {
    return train(
        ExamplesByLength.cut(examples, recipe.batching().maxLength()),
        trainer,
        runProvenance,
        INCREMENT_INVOCATION_COUNT,
        listener);
  }

  /**
   * The student as it is before its first step, its head imprinted where that is configured: for
   * what does not depend on training, such as its size and speed. No teacher is run, and later
   * trainings give the same results as without this call.
   *
   * @param runProvenance of the model
   * @throws IllegalArgumentException as {@link #train(Dataset, Map, int)}, which lists the others
   */
  public DistilledModel<T> untrained(Dataset<T> examples, Map<String, Provenance> runProvenance) {
    return new Distillation<>(
            recipe,
            ExamplesByLength.of(examples),
            new SplittableRandom(seed),
            getInvocationCount(),
            DistillationListener.NONE)
        .untrained(getProvenance(), runProvenance);
  }

  /** As part of another training, which listens to its progress. */
  DistilledModel<T> train(
      Dataset<T> examples,
      Map<String, Provenance> runProvenance,
      int invocationCount,
      DistillationListener progress) {
    return train(
        ExamplesByLength.of(examples),
        this::getProvenance,
        runProvenance,
        invocationCount,
        progress);
  }

  private DistilledModel<T> train(
      ExamplesByLength<T> examples,
      Supplier<TrainerProvenance> trainer,
      Map<String, Provenance> runProvenance,
      int invocationCount,
      DistillationListener progress) {
    Invocation invocation = invocations.begin(invocationCount, trainer);
    return new Distillation<>(
            recipe, examples, random(invocation.number()), invocation.number(), progress)
        .run(invocation.trainer(), runProvenance);
  }

  /** The random numbers of one training. */
  private SplittableRandom random(int invocation) {
    SplittableRandom ofAll = new SplittableRandom(seed);
    for (int before = 0; before < invocation; before++) {
      ofAll.split();
    }
    return ofAll.split();
  }

  /** The student before it is trained. */
  public StudentSource student() {
    return student;
  }

  /** The teacher, if there is one. */
  public Optional<TeacherSource> teacher() {
    return recipe.teacher();
  }

  /** Where teacher and student run. */
  public Device device() {
    return device;
  }

  /** The folder that keeps soft targets, if they are kept. */
  public Optional<Path> softTargetStore() {
    return recipe.softTargetStore();
  }

  /**
   * A builder with these settings and this listener, for a trainer that differs in some of them.
   */
  public Builder<T> toBuilder() {
    Builder<T> builder = builder();
    DistillationTrainer<T> copy = builder.trainer();
    copy.student = student;
    copy.teacher = teacher;
    copy.activationTeacher = activationTeacher;
    copy.objective = objective;
    copy.trainingGraph = trainingGraph;
    copy.optimizer = optimizer;
    copy.batching = batching;
    copy.stages = stages;
    copy.earlyStopping = earlyStopping;
    copy.softTargetStore = softTargetStore;
    copy.lastGoodStudent = lastGoodStudent;
    copy.device = device;
    copy.seed = seed;
    copy.listener = listener;
    return builder;
  }

  /** The labels that the student's teacher knows, if there is one and it is known which. */
  Optional<LabelOrder> labelsOfTeacher(TransformerFiles files) throws IOException {
    return teacher == null ? Optional.empty() : teacher.labels(files);
  }

  @Override
  public int getInvocationCount() {
    return invocations.count();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the count is negative
   */
  @Override
  public void setInvocationCount(int invocationCount) {
    invocations.set(invocationCount);
  }

  /** The configuration, with the SHA-256 of each file that it names. */
  @Override
  public TrainerProvenance getProvenance() {
    return new TrainerProvenanceImpl(this);
  }

  /** The student and its teacher; the settings are in the provenance. */
  @Override
  public String toString() {
    return "DistillationTrainer(student=%s, teacher=%s)"
        .formatted(student, teacher == null ? "none" : teacher);
  }

  /**
   * Configures a trainer in Java. What is not stated has the trainer's default, the same as in
   * OLCUT's XML. For one trainer, in one thread.
   *
   * @param <T> the outputs, as those of {@link DistillationTrainer}
   */
  public static final class Builder<T extends Output<T>> {
    private @Nullable DistillationTrainer<T> trainer = new DistillationTrainer<>();

    private Builder() {}

    /** The student before it is trained; all that must be stated. */
    public Builder<T> student(StudentSource student) {
      trainer().student = checks().stated("student", student);
      return this;
    }

    /** The teacher, or an ensemble of teachers; without one the student learns from the labels. */
    public Builder<T> teacher(TeacherSource teacher) {
      trainer().teacher = checks().stated("teacher", teacher);
      return this;
    }

    /** The teacher whose intermediate activations are compared, where it is not the teacher. */
    public Builder<T> activationTeacher(OnnxTeacher teacher) {
      trainer().activationTeacher = checks().stated("activationTeacher", teacher);
      return this;
    }

    /** What is minimised: losses, alpha, temperature. */
    public Builder<T> objective(DistillationObjective objective) {
      trainer().objective = checks().stated("objective", objective);
      return this;
    }

    /** Dropout, frozen weights, and gradients of further operators. */
    public Builder<T> trainingGraph(TrainingGraphOptions options) {
      trainer().trainingGraph = checks().stated("trainingGraph", options);
      return this;
    }

    /** The optimizer, its learning rate, and gradient clipping. */
    public Builder<T> optimizer(AdamWOptimizer optimizer) {
      trainer().optimizer = checks().stated("optimizer", optimizer);
      return this;
    }

    /**
     * Multiplies all learning rates that are stated by now, those of the stages too, as for a
     * student of another width.
     *
     * @param factor finite and positive
     * @throws PropertyException if it is not, or a rate becomes infinite
     */
    public Builder<T> scaleLearningRates(float factor) {
      DistillationTrainer<T> scaled = trainer();
      AdamWOptimizer whole = scaled.optimizer;
      scaled.optimizer = whole.learningRate(new ScaledSchedule(whole.learningRate(), factor));
      scaled.stages = scaled.stages.stream().map(stage -> stage.scaleLearningRate(factor)).toList();
      return this;
    }

    /** Batch size, accumulation, maximum length, and padding. */
    public Builder<T> batching(Batching batching) {
      trainer().batching = checks().stated("batching", batching);
      return this;
    }

    /**
     * One stage over all examples, in place of all stages.
     *
     * @param epochs passes over the examples, at least 1
     * @throws PropertyException if the number is less than 1
     */
    public Builder<T> epochs(int epochs) {
      return stages(TrainingStage.of(epochs));
    }

    /**
     * The stages of the training, in their order. Without any the student is left as it is
     * imprinted: with the head of an {@link org.tribuo.distill.student.CosineHead} that is the
     * classifier by the nearest class mean, a baseline that takes seconds.
     */
    public Builder<T> stages(TrainingStage... stages) {
      trainer().stages = checks().allStated("stages", stages);
      return this;
    }

    /** Evaluates the student after each epoch and keeps its best weights. */
    public Builder<T> earlyStopping(EarlyStopping stopping) {
      trainer().earlyStopping = checks().stated("earlyStopping", stopping);
      return this;
    }

    /** Trains all epochs and keeps the last weights. */
    public Builder<T> withoutEarlyStopping() {
      trainer().earlyStopping = null;
      return this;
    }

    /**
     * The folder that keeps soft targets for the next training on the same examples.
     *
     * @throws PropertyException if its name is blank
     */
    public Builder<T> softTargetStore(Path folder) {
      String stated = checks().stated("softTargetStore", folder).toString();
      checks().checkIfStated("softTargetStore", stated);
      trainer().softTargetStore = stated;
      return this;
    }

    /** Keeps no soft targets. */
    public Builder<T> withoutSoftTargetStore() {
      trainer().softTargetStore = null;
      return this;
    }

    /**
     * The ONNX file to which the student is written as the last good step left it, if its loss is
     * no longer a finite number.
     *
     * @throws PropertyException if its name is blank
     */
    public Builder<T> lastGoodStudent(Path file) {
      String stated = checks().stated("lastGoodStudent", file).toString();
      checks().checkIfStated("lastGoodStudent", stated);
      trainer().lastGoodStudent = stated;
      return this;
    }

    /** Writes no student as the last good step left it. */
    public Builder<T> withoutLastGoodStudent() {
      trainer().lastGoodStudent = null;
      return this;
    }

    /** Where teacher and student run, and in which numbers. */
    public Builder<T> device(Device device) {
      trainer().device = checks().stated("device", device);
      return this;
    }

    /** The seed of all random numbers. */
    public Builder<T> seed(long seed) {
      trainer().seed = seed;
      return this;
    }

    /**
     * The trainer. The builder is used up.
     *
     * @throws PropertyException if the student is missing or components do not fit each other; it
     *     names the property
     * @throws IllegalStateException if it was called before
     */
    public DistillationTrainer<T> build() {
      DistillationTrainer<T> built = trainer();
      built.postConfig();
      trainer = null;
      return built;
    }

    private PropertyChecks checks() {
      return new PropertyChecks(trainer().component);
    }

    private DistillationTrainer<T> trainer() {
      if (trainer == null) {
        throw new IllegalStateException("The trainer is built already, start with a new builder");
      }
      return trainer;
    }
  }
}
