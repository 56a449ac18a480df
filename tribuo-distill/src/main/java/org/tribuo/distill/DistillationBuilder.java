package org.tribuo.distill;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tribuo.Output;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.runtime.Precision;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.distill.schedule.Schedule;
import org.tribuo.distill.schedule.WarmUpSchedule;
import org.tribuo.distill.student.FrozenWeights;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.transformer.NamedFeature;

/**
 * Configures a {@link DistillationTrainer} in Java. What is not stated has the trainer's default,
 * the same as in OLCUT's XML. For one trainer, in one thread.
 *
 * @param <T> Label, MultiLabel or Regressor
 */
public final class DistillationBuilder<T extends Output<T>> {
  private @Nullable DistillationTrainer<T> trainer;

  DistillationBuilder(DistillationTrainer<T> trainer) {
    this.trainer = trainer;
  }

  /** The student before it is trained; the one thing that must be stated. */
  public DistillationBuilder<T> student(StudentSource student) {
    trainer().student = student;
    return this;
  }

  /** The teacher, or several of them; without one the student learns from the labels alone. */
  public DistillationBuilder<T> teacher(TeacherSource teacher) {
    trainer().teacher = teacher;
    return this;
  }

  /** The loss against the labels, where it is not the usual one. */
  public DistillationBuilder<T> hardLoss(HardLoss loss) {
    trainer().hardLoss = loss;
    return this;
  }

  /** The loss against the teacher, where it is not the usual one. */
  public DistillationBuilder<T> softLoss(SoftLoss loss) {
    trainer().softLoss = loss;
    return this;
  }

  /** The student's weights that keep their values. */
  public DistillationBuilder<T> frozenWeights(FrozenWeights weights) {
    trainer().frozenWeights = weights;
    return this;
  }

  /** Gradients of the student's operators that the library does not know. */
  public DistillationBuilder<T> gradientRules(GradientRuleSource rules) {
    trainer().gradientRules = rules;
    return this;
  }

  /**
   * What is compared inside student and teacher, beside what they say.
   *
   * @param features with names that differ
   */
  public DistillationBuilder<T> features(FeatureTerm... features) {
    trainer().features = List.of(features);
    return this;
  }

  /** The teacher that shows what happens inside, where it is not the teacher; needs no head. */
  public DistillationBuilder<T> featureTeacher(OnnxTeacher teacher) {
    trainer().featureTeacher = teacher;
    return this;
  }

  /**
   * The most that is kept in memory of what a teacher has shown of its inside, so that it is not
   * run over the same texts again: less than the JVM's heap; 0, the default, to run it in every
   * epoch.
   */
  public DistillationBuilder<T> featureCacheBytes(long bytes) {
    trainer().featureCacheBytes = bytes;
    return this;
  }

  /**
   * Where something inside the student is, if the search by structure does not find it; of the
   * teacher see {@link OnnxTeacher#withFeatures}.
   */
  public DistillationBuilder<T> studentFeatures(NamedFeature... features) {
    trainer().studentFeatures = List.of(features);
    return this;
  }

  /** The weight of the soft loss, from 0 (labels only) to 1 (teacher only). */
  public DistillationBuilder<T> alpha(float alpha) {
    trainer().alpha = alpha;
    return this;
  }

  /** The weight of the soft loss over the steps, where it is no constant. */
  public DistillationBuilder<T> alpha(Schedule alpha) {
    trainer().alphaSchedule = alpha;
    return this;
  }

  /** Softens the logits of teacher and student, greater than 0. */
  public DistillationBuilder<T> temperature(float temperature) {
    trainer().temperature = temperature;
    return this;
  }

  /** The temperature over the steps, where it is no constant. */
  public DistillationBuilder<T> temperature(Schedule temperature) {
    trainer().temperatureSchedule = temperature;
    return this;
  }

  /**
   * The part of the numbers that is left out in training, of the embeddings and of what each block
   * adds to the hidden state; from 0 (none) to below 1.
   */
  public DistillationBuilder<T> dropout(float ratio) {
    trainer().dropout = ratio;
    return this;
  }

  /** Passes over all examples. */
  public DistillationBuilder<T> epochs(int epochs) {
    trainer().epochs = epochs;
    return this;
  }

  /** Passes over the labelled examples after that, with the hard loss alone. */
  public DistillationBuilder<T> fineTuningEpochs(int epochs) {
    trainer().fineTuningEpochs = epochs;
    return this;
  }

  /** The stages of the training, in the place of epochs and epochs of fine-tuning. */
  public DistillationBuilder<T> stages(TrainingStage... stages) {
    trainer().stages = List.of(stages);
    return this;
  }

  /** The peak of the learning rate. */
  public DistillationBuilder<T> learningRate(float peak) {
    trainer().learningRate = peak;
    return this;
  }

  /** The peak of the learning rate of the fine-tuning, where it is another one. */
  public DistillationBuilder<T> fineTuningLearningRate(float peak) {
    trainer().fineTuningLearningRate = peak;
    return this;
  }

  /** What the learning rate does after its warm-up. */
  public DistillationBuilder<T> learningRateDecay(WarmUpSchedule.Decay decay) {
    trainer().learningRateDecay = decay;
    return this;
  }

  /** The part of all steps in which the learning rate rises, 0 to 1. */
  public DistillationBuilder<T> warmUp(double ofAllSteps) {
    trainer().warmUp = ofAllSteps;
    return this;
  }

  /** AdamW's numbers, PyTorch's by default. */
  public DistillationBuilder<T> adamW(float beta1, float beta2, float epsilon) {
    trainer().beta1 = beta1;
    trainer().beta2 = beta2;
    trainer().epsilon = epsilon;
    return this;
  }

  /** The decay of all weights but biases and normalisations; 0 for none. */
  public DistillationBuilder<T> weightDecay(float weightDecay) {
    trainer().weightDecay = weightDecay;
    return this;
  }

  /** Gradients are scaled down to this norm over all weights; 0 for never. */
  public DistillationBuilder<T> maxGradientNorm(double norm) {
    trainer().maxGradientNorm = norm;
    return this;
  }

  /** The most examples of a batch. */
  public DistillationBuilder<T> batchSize(int examples) {
    trainer().batchSize = examples;
    return this;
  }

  /** The most tokens of a batch, padding included; 0 for no limit. */
  public DistillationBuilder<T> maxTokens(int tokens) {
    trainer().maxTokens = tokens;
    return this;
  }

  /** Batches whose gradients are averaged for one update of the weights. */
  public DistillationBuilder<T> accumulation(int batches) {
    trainer().accumulation = batches;
    return this;
  }

  /**
   * Holds out some labelled examples to measure the student after each epoch, keeps its best
   * weights, and stops when it no longer gets better.
   *
   * @param heldOut the part of the labelled examples that is held out, above 0 and below 1
   * @param patience epochs without a better student after which the training stops, at least 1
   */
  public DistillationBuilder<T> earlyStopping(double heldOut, int patience) {
    trainer().earlyStopping = true;
    trainer().heldOut = heldOut;
    trainer().patience = patience;
    return this;
  }

  /** Whether embedding tables hold only the tokens of the data while they are trained. */
  public DistillationBuilder<T> compactVocabulary(boolean compact) {
    trainer().compactVocabulary = compact;
    return this;
  }

  /** The longest text that is accepted, in tokens, where it is not the student's limit. */
  public DistillationBuilder<T> maxLength(int tokens) {
    trainer().maxLength = tokens;
    return this;
  }

  /** The token that fills up short rows of a batch, where it is not 0. */
  public DistillationBuilder<T> padId(int token) {
    trainer().padId = token;
    return this;
  }

  /** The folder that keeps the teacher's soft targets for the next training on the same examples. */
  public DistillationBuilder<T> softTargetStore(Path folder) {
    trainer().softTargetStore = folder.toString();
    return this;
  }

  /**
   * The ONNX file to which the student is written as the last good step left it, if its loss is no
   * longer a finite number.
   */
  public DistillationBuilder<T> lastGoodStudent(Path file) {
    trainer().lastGoodStudent = file.toString();
    return this;
  }

  /** Where teacher and student run, and in what numbers. */
  public DistillationBuilder<T> session(SessionSettings session) {
    trainer().provider = session.provider();
    trainer().deviceId = session.deviceId();
    trainer().gpuMemoryLimitBytes = session.gpuMemoryLimitBytes();
    trainer().threads = session.intraOpThreads();
    trainer().precision = session.precision();
    return this;
  }

  /** The numbers in which teacher and student compute, where they are not those of the session. */
  public DistillationBuilder<T> precision(Precision precision) {
    trainer().precision = precision;
    return this;
  }

  /** Gives all random numbers: of a fresh head, batches, and held-out examples. */
  public DistillationBuilder<T> seed(long seed) {
    trainer().seed = seed;
    return this;
  }

  /**
   * The trainer. It is the last thing to ask a builder for.
   *
   * @throws PropertyException if there is no student, a value is out of its range, or values do not
   *     fit each other
   * @throws IllegalStateException if the trainer is built already
   */
  public DistillationTrainer<T> build() {
    DistillationTrainer<T> built = trainer();
    built.postConfig();
    trainer = null;
    return built;
  }

  private DistillationTrainer<T> trainer() {
    if (trainer == null) {
      throw new IllegalStateException("The trainer is built already, start with a new builder");
    }
    return trainer;
  }
}
