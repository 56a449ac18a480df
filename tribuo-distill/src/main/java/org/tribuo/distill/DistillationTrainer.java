package org.tribuo.distill;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigManager;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.tribuo.Dataset;
import org.tribuo.Output;
import org.tribuo.Trainer;
import org.tribuo.distill.component.BooleanProperties;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.runtime.ExecutionProvider;
import org.tribuo.distill.runtime.Precision;
import org.tribuo.distill.schedule.Schedule;
import org.tribuo.distill.schedule.WarmUpSchedule;
import org.tribuo.distill.student.FrozenWeights;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.teacher.LabelOrder;
import org.tribuo.distill.transformer.NamedFeature;
import org.tribuo.provenance.TrainerProvenance;
import org.tribuo.provenance.impl.TrainerProvenanceImpl;

/**
 * Trains a student Transformer on labels, on a teacher, or on both, and gives it back as a Tribuo
 * model. Examples hold tokens, as {@link org.tribuo.distill.input.TokenFeatures} and {@link
 * org.tribuo.distill.input.CsvTextDataSource} make them.
 *
 * <p>With a teacher the student minimises {@code (1 - alpha) * hard + alpha * soft}: examples with
 * a label have both terms, those without (Tribuo's unknown output) the soft one. Without a teacher
 * it minimises the hard loss, which is how a teacher is fine-tuned in the first place, and every
 * example needs a label.
 *
 * <p>Where the weights of examples differ, both losses of a batch are {@code Σ weight * loss / Σ
 * weight}; an example of weight 0 is left out, and losses that count examples alike, as those on
 * features do, are refused.
 *
 * <pre>{@code
 * DistillationTrainer<Label> trainer =
 *     DistillationTrainer.<Label>builder()
 *         .student(CutStudent.keeping(2, OnnxStudent.of(Path.of("teacher.onnx"))))
 *         .teacher(OnnxTeacher.of(Path.of("teacher.onnx")))
 *         .alpha(0.9f)
 *         .temperature(2)
 *         .build();
 * try (DistilledModel<Label> student = trainer.train(dataset)) {
 *   student.exportOnnx(Path.of("student.onnx"));
 * }
 * }</pre>
 *
 * or, from OLCUT:
 *
 * <pre>{@code
 * <component name="trainer" type="org.tribuo.distill.DistillationTrainer">
 *   <property name="student" value="student"/>
 *   <property name="teacher" value="teacher"/>
 *   <property name="alpha" value="0.9"/>
 *   <property name="temperature" value="2"/>
 * </component>
 * }</pre>
 *
 * <p>The same configuration, data and invocation count give the same weights to the last bit on one
 * machine. Safe for many threads.
 *
 * @param <T> Label, MultiLabel or Regressor
 */
public final class DistillationTrainer<T extends Output<T>> implements Trainer<T> {
  static final float DEFAULT_ALPHA = 0.9f;
  static final float DEFAULT_TEMPERATURE = 2;
  static final int DEFAULT_EPOCHS = 3;

  @ConfigurableName String component = "DistillationTrainer";

  @Config(mandatory = true, description = "The student before it is trained.")
  StudentSource student;

  @Config(
      description =
          "The teacher, or several of them; without one the student learns from the labels alone.")
  @Nullable TeacherSource teacher;

  @Config(
      description =
          "The loss against the labels; by default cross-entropy for Label, binary cross-entropy for"
              + " MultiLabel, squared error for Regressor.")
  @Nullable HardLoss hardLoss;

  @Config(
      description =
          "The loss against the teacher; by default KL divergence for Label, binary cross-entropy for"
              + " MultiLabel, squared error for Regressor.")
  @Nullable SoftLoss softLoss;

  @Config(
      description =
          "What is compared inside student and teacher, beside what they say; names that differ.")
  List<FeatureTerm> features = List.of();

  @Config(
      description =
          "The teacher that shows what happens inside, where it is not the teacher; it needs no"
              + " head.")
  @Nullable OnnxTeacher featureTeacher;

  @Config(
      description =
          "The most that is kept in memory of what a teacher has shown of its inside, so that it is"
              + " not run over the same texts again, in bytes; 0 to run it in every epoch.")
  long featureCacheBytes;

  @Config(
      description =
          "Where something inside the student is, if the search by structure does not find it.")
  List<NamedFeature> studentFeatures = List.of();

  @Config(description = "The student's weights that keep their values; by default none.")
  @Nullable FrozenWeights frozenWeights;

  @Config(description = "Gradients of the student's operators that the library does not know.")
  @Nullable GradientRuleSource gradientRules;

  @Config(description = "The weight of the soft loss, from 0 (labels only) to 1 (teacher only).")
  float alpha = DEFAULT_ALPHA;

  @Config(description = "Alpha over the steps, where it is no constant.")
  @Nullable Schedule alphaSchedule;

  @Config(description = "Softens the logits of teacher and student, greater than 0.")
  float temperature = DEFAULT_TEMPERATURE;

  @Config(description = "The temperature over the steps, where it is no constant.")
  @Nullable Schedule temperatureSchedule;

  @Config(
      description =
          "The part of the numbers that is left out in training, of the embeddings and of what each"
              + " block adds to the hidden state; from 0 (none) to below 1.")
  float dropout = 0.1f;

  @Config(description = "Passes over all examples.")
  int epochs = DEFAULT_EPOCHS;

  @Config(
      description =
          "Passes over the labelled examples after that, with the hard loss alone; 0 for none.")
  int fineTuningEpochs;

  @Config(
      description =
          "The stages of the training, in their order, in the place of epochs and"
              + " fineTuningEpochs.")
  List<TrainingStage> stages = List.of();

  @Config(description = "The peak of the learning rate.")
  float learningRate = 5e-5f;

  @Config(description = "The peak of the learning rate of the fine-tuning; 0 for the same.")
  float fineTuningLearningRate;

  @Config(description = "What the learning rate does after its warm-up.")
  WarmUpSchedule.Decay learningRateDecay = WarmUpSchedule.Decay.LINEAR;

  @Config(description = "The part of all steps in which the learning rate rises, 0 to 1.")
  double warmUp = 0.1;

  @Config(description = "AdamW's beta1: how much of the mean of the gradients is kept, 0 to 1.")
  float beta1 = 0.9f;

  @Config(description = "AdamW's beta2: how much of the mean of their squares is kept, 0 to 1.")
  float beta2 = 0.999f;

  @Config(description = "AdamW's epsilon, greater than 0.")
  float epsilon = 1e-8f;

  @Config(
      description =
          "AdamW's weight decay, of all weights but biases and normalisations; 0 for none.")
  float weightDecay = 0.01f;

  @Config(description = "Gradients are scaled down to this norm over all weights; 0 for never.")
  double maxGradientNorm = 1;

  @Config(description = "The most examples of a batch.")
  int batchSize = 32;

  @Config(description = "The most tokens of a batch, padding included; 0 for no limit.")
  int maxTokens;

  @Config(description = "Batches whose gradients are averaged for one update of the weights.")
  int accumulation = 1;

  @Config(
      description =
          "Whether some labelled examples are held out to measure the student after each epoch,"
              + " keep its best weights, and stop when it no longer gets better.")
  boolean earlyStopping;

  @Config(description = "The part of the labelled examples that is held out, 0 to 1.")
  double heldOut = 0.1;

  @Config(description = "Epochs without a better student after which the training stops.")
  int patience = 2;

  @Config(
      description =
          "Whether embedding tables hold only the tokens of the data while they are trained, which"
              + " is faster and gives the same student.")
  boolean compactVocabulary = true;

  @Config(
      description =
          "The longest text that is accepted, in tokens, in training and by the model; 0 for as"
              + " many as the student has positions for, and for the model the length to which the"
              + " dataset's texts were cut, if it says that.")
  int maxLength;

  @Config(description = "The token that fills up short rows of a batch.")
  int padId;

  // A string, not a path: what a path points to is part of the configuration, and this folder grows.
  @Config(
      description =
          "The folder that keeps the teacher's soft targets for the next training on the same"
              + " examples; empty to forget them.")
  String softTargetStore = "";

  // A string for the same reason as above.
  @Config(
      description =
          "The ONNX file to which the student is written as the last good step left it, if its loss"
              + " is no longer a finite number; empty for none.")
  String lastGoodStudent = "";

  @Config(description = "Where teacher and student run.")
  ExecutionProvider provider = ExecutionProvider.CPU;

  @Config(description = "The GPU, counted from 0.")
  int deviceId;

  @Config(
      description = "The most memory of the GPU that a session takes, in bytes; 0 for no limit.")
  long gpuMemoryLimitBytes;

  @Config(description = "The threads that one operator may use; 0 for one a physical core.")
  int threads;

  @Config(
      description =
          "The numbers in which teacher and student compute: FLOAT32, or BFLOAT16_PRODUCTS, which"
              + " needs tribuo-distill-onednn on the class path.")
  Precision precision = Precision.FLOAT32;

  @Config(
      description = "Gives all random numbers: of a fresh head, batches, and held-out examples.")
  long seed = DEFAULT_SEED;

  @ConfigManager private @Nullable ConfigurationManager configuration;

  private DistillationSettings settings;
  private SplittableRandom random;
  private int invocations;
  private volatile DistillationListener listener = DistillationListener.NONE;

  /** For OLCUT, and the builder. */
  DistillationTrainer() {}

  /** Starts with OLCUT's defaults; a student is all that must be stated. */
  public static <T extends Output<T>> DistillationBuilder<T> builder() {
    return new DistillationBuilder<>(new DistillationTrainer<T>());
  }

  /**
   * Checks the configuration; OLCUT calls it.
   *
   * @throws PropertyException if a value is out of its range, or values do not fit each other; it
   *     names the component and the property
   */
  @Override
  public synchronized void postConfig() {
    BooleanProperties.check(this, component, configuration);
    settings = DistillationSettings.of(this);
    setInvocationCount(0);
  }

  /**
   * Says who is told how trainings go; it is no part of the configuration.
   *
   * @param listener is told of all trainings that start from now on
   */
  public void setListener(DistillationListener listener) {
    this.listener = listener;
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
   * @throws org.tribuo.distill.teacher.TeacherException if the teacher cannot be asked
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
   * Finds out whether the student and its teachers can read texts, before time is spent. The
   * student is made, but neither trained nor run; a teacher that is yet to be trained is left out,
   * and labels are not looked at.
   *
   * @param texts examples as this trainer trains on, or as its model predicts
   * @throws IllegalArgumentException if one is too long for student or teacher, or has a token or a
   *     segment that it does not know; the message says which and what to do
   * @throws org.tribuo.distill.graph.GraphException if there can be no such student
   * @throws java.io.UncheckedIOException if a file cannot be read
   */
  public void checkTexts(Dataset<T> texts) {
    new ReadableTexts(settings).check(texts);
  }

  /** As part of another training, which is told how it goes. */
  DistilledModel<T> train(
      Dataset<T> examples,
      Map<String, Provenance> runProvenance,
      int invocationCount,
      DistillationListener told) {
    SplittableRandom ofThisRun;
    int invocation;
    TrainerProvenance provenance;
    synchronized (this) {
      if (invocationCount != INCREMENT_INVOCATION_COUNT) {
        setInvocationCount(invocationCount);
      }
      provenance = getProvenance();
      ofThisRun = random.split();
      invocation = invocations++;
    }
    return new Distillation<>(settings, examples, ofThisRun, invocation, told)
        .run(provenance, runProvenance);
  }

  /** Whether there is a teacher that shows what happens inside. */
  boolean showsFeatures() {
    return featureTeacher != null || teacher instanceof OnnxTeacher;
  }

  /** The labels that the student's teacher knows, if there is one and it is known which. */
  Optional<LabelOrder> labelsOfTeacher() throws IOException {
    return teacher == null ? Optional.empty() : teacher.labels();
  }

  @Override
  public synchronized int getInvocationCount() {
    return invocations;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the count is negative
   */
  @Override
  public synchronized void setInvocationCount(int invocationCount) {
    if (invocationCount < 0) {
      throw new IllegalArgumentException(
          "The invocation count is %d, expected 0 or more".formatted(invocationCount));
    }
    random = new SplittableRandom(seed);
    for (invocations = 0; invocations < invocationCount; invocations++) {
      random.split();
    }
  }

  /** The configuration, with the SHA-256 of each file that it names. */
  @Override
  public synchronized TrainerProvenance getProvenance() {
    return new TrainerProvenanceImpl(this);
  }

  /** Who learns from whom; the settings are in the provenance. */
  @Override
  public String toString() {
    return "DistillationTrainer(student=%s, teacher=%s)"
        .formatted(student, teacher == null ? "none" : teacher);
  }
}
