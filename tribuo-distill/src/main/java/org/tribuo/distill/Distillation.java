package org.tribuo.distill;

import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.tribuo.Dataset;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.Output;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.TokenFeatures;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.LabelForm;
import org.tribuo.distill.loss.Objective;
import org.tribuo.distill.loss.RowForm;
import org.tribuo.distill.output.TargetCodec;
import org.tribuo.distill.output.TargetKind;
import org.tribuo.distill.teacher.LabelOrder;
import org.tribuo.distill.teacher.TeacherSettings;
import org.tribuo.distill.training.NonFiniteLossException;
import org.tribuo.distill.training.StudentTraining;
import org.tribuo.distill.training.TrainedStudent;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingSettings;
import org.tribuo.distill.training.Validation;
import org.tribuo.provenance.TrainerProvenance;

/**
 * One call of {@code train}: makes the student, asks the teacher, trains the student on both, and
 * fine-tunes it.
 */
final class Distillation<T extends Output<T>> {
  private final DistillationSettings settings;
  private final Dataset<T> examples;
  private final DistillationListener listener;
  private final Object storeLock;
  private final RunProvenance report = new RunProvenance();

  // Drawn at the start, in this order, so that no setting changes what another one draws.
  private final long headSeed;
  private final long heldOutSeed;
  private final long distillingSeed;
  private final long fineTuningSeed;

  Distillation(
      DistillationSettings settings,
      Dataset<T> examples,
      SplittableRandom random,
      DistillationListener listener,
      Object storeLock) {
    this.settings = settings;
    this.examples = examples;
    this.listener = listener;
    this.storeLock = storeLock;
    this.headSeed = random.nextLong();
    this.heldOutSeed = random.nextLong();
    this.distillingSeed = random.nextLong();
    this.fineTuningSeed = random.nextLong();
  }

  DistilledModel<T> run(TrainerProvenance trainer, Map<String, Provenance> runProvenance) {
    if (examples.size() == 0) {
      throw new IllegalArgumentException("The dataset is empty, expected examples to train on");
    }
    TokenFeatures.check(examples.getFeatureMap());
    try {
      Optional<TeacherSettings> teacher = teacher();
      ImmutableOutputInfo<T> outputs =
          teacher
              .map(t -> KnownOutputs.of(examples, t.labels()))
              .orElseGet(() -> KnownOutputs.of(examples));
      Student student = settings.student().make(TargetCodec.of(outputs).names(), headSeed);
      TargetCodec<T> codec = TargetCodec.of(outputs, student.labelOrder());
      Function<StudentNetwork, DistilledModel<T>> model =
          network -> model(network, outputs, trainer, runProvenance);
      try {
        return model.apply(train(student, codec, teacher));
      } catch (Stopped stopped) {
        throw keep(stopped, model.apply(stopped.lastGood));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private DistilledModel<T> model(
      StudentNetwork network,
      ImmutableOutputInfo<T> outputs,
      TrainerProvenance trainer,
      Map<String, Provenance> runProvenance) {
    report.ranOn(settings.session());
    return new DistilledModel<>(
        "distilled",
        report.of(examples.getProvenance(), trainer, runProvenance),
        network.tokens().featureMap(examples.getFeatureMap()),
        outputs,
        network,
        settings.session());
  }

  private TrainingStoppedException keep(Stopped stopped, DistilledModel<T> lastGood)
      throws IOException {
    if (settings.lastGoodStudent().isPresent()) {
      lastGood.exportOnnx(settings.lastGoodStudent().get());
    }
    return new TrainingStoppedException(stopped.stage, lastGood, stopped.reason);
  }

  private Optional<TeacherSettings> teacher() throws IOException {
    return settings.teacher().isPresent()
        ? Optional.of(settings.teacher().get().settings(settings.session()))
        : Optional.empty();
  }

  private StudentNetwork train(
      Student student, TargetCodec<T> codec, Optional<TeacherSettings> teacher) throws IOException {
    TokenFeatures tokens = TokenLimits.of(student.model(), settings.maxLength());
    StudentNetwork network = StudentNetwork.of(student, tokens, settings.padId());
    TextRows rows = TextRows.of(examples, tokens, codec);
    HardLoss hard = hardLoss(codec);
    checkLabels(rows, teacher);
    tryOut(network, rows);
    HeldOut split = split(rows);
    Optional<Validation> validation =
        settings.heldOut().map(part -> validation(network, codec.kind(), rows, split));
    report.rows(rows, split);

    Optional<Tensor> softTargets = softTargets(rows, codec, teacher);
    Objective objective =
        softTargets.isPresent()
            ? Objective.of(RowForm.examples(), hard, settings.softLoss(codec.kind()))
            : Objective.of(RowForm.examples(), hard);
    StudentNetwork distilled =
        teach(
            new Lesson("training", objective, settings.distilling(), listener.training()),
            network,
            data(network, rows, softTargets, split.training(), distillingSeed),
            validation);
    if (settings.fineTuning().isEmpty()) {
      return distilled;
    }
    return teach(
        new Lesson(
            "fine-tuning",
            Objective.of(RowForm.examples(), hard),
            settings.fineTuning().get(),
            listener.fineTuning()),
        distilled,
        data(network, rows, Optional.empty(), split.labelledTraining(rows), fineTuningSeed),
        validation);
  }

  /** A stage in which the loss was no longer finite. */
  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String stage;
    private final transient StudentNetwork lastGood;
    private final NonFiniteLossException reason;

    Stopped(String stage, StudentNetwork lastGood, NonFiniteLossException reason) {
      super(reason);
      this.stage = stage;
      this.lastGood = lastGood;
      this.reason = reason;
    }
  }

  /** A stage of the training. */
  private record Lesson(
      String name, Objective objective, TrainingSettings settings, TrainingListener listener) {}

  private StudentNetwork teach(
      Lesson lesson,
      StudentNetwork network,
      TextTrainingData data,
      Optional<Validation> validation) {
    try {
      TrainedStudent trained =
          StudentTraining.train(
              network.withLogitsAlone(),
              lesson.objective(),
              settings.rules(),
              lesson.settings().withSeed(data.seed()),
              data,
              validation,
              lesson.listener());
      report.stage(lesson.name(), trained);
      return network.withWeightsOf(trained.model());
    } catch (NonFiniteLossException e) {
      TrainedStudent lastGood = e.lastGood().orElseThrow();
      report.stopped(lesson.name(), lastGood, e);
      throw new Stopped(lesson.name(), network.withWeightsOf(lastGood.model()), e);
    }
  }

  private TextTrainingData data(
      StudentNetwork network,
      TextRows rows,
      Optional<Tensor> softTargets,
      int[] chosen,
      long seed) {
    return new TextTrainingData(
        rows, softTargets, chosen, network.inputs(), settings.batches(), seed);
  }

  private HardLoss hardLoss(TargetCodec<T> codec) {
    HardLoss hard = settings.hardLoss(codec.kind(), codec.names());
    boolean ofClasses = codec.kind() == TargetKind.MULTICLASS;
    if (ofClasses != (hard.labelForm() == LabelForm.CLASSES)) {
      throw new IllegalArgumentException(
          "The hard loss %s is for %s, but the outputs of the dataset are %s; leave it away for the usual one"
              .formatted(hard, ofClasses ? "MultiLabel or Regressor" : "Label", codec.kind()));
    }
    return hard;
  }

  private void checkLabels(TextRows rows, Optional<TeacherSettings> teacher) {
    int[] unlabelled = rows.unlabelledRows();
    if (teacher.isEmpty() && unlabelled.length > 0) {
      throw new IllegalArgumentException(
          "%d of %d examples have no label, the first is example %d, and there is no teacher to say what they are; label them, leave them out, or name a teacher"
              .formatted(unlabelled.length, rows.count(), unlabelled[0]));
    }
    if (settings.fineTuning().isPresent() && unlabelled.length == rows.count()) {
      throw new IllegalArgumentException(
          "No example has a label, but the student is to be fine-tuned on labels; set fineTuningEpochs to 0");
    }
  }

  /** Finds out before the teacher is asked whether the student runs and has the right columns. */
  private void tryOut(StudentNetwork network, TextRows rows) {
    try (NetworkRunner runner = new NetworkRunner(network, settings.session())) {
      runner.logits(rows.texts().subList(0, 1));
    }
  }

  private HeldOut split(TextRows rows) {
    return settings
        .heldOut()
        .map(part -> HeldOut.some(rows, part, new SplittableRandom(heldOutSeed)))
        .orElseGet(() -> HeldOut.none(rows));
  }

  private Validation validation(
      StudentNetwork network, TargetKind kind, TextRows rows, HeldOut split) {
    return new HeldOutValidation(network, settings.session(), kind, rows, split.heldOut());
  }

  private Optional<Tensor> softTargets(
      TextRows rows, TargetCodec<T> codec, Optional<TeacherSettings> teacher) throws IOException {
    if (teacher.isEmpty()) {
      return Optional.empty();
    }
    SoftTargetStep.Answer answer =
        new SoftTargetStep(teacher.get(), settings.padId(), settings.store(), storeLock, listener)
            .ask(rows.texts(), new LabelOrder(codec.names()));
    report.softTargets(answer);
    return Optional.of(answer.logits());
  }
}
