package org.tribuo.distill;

import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.tribuo.ConfigurableDataSource;
import org.tribuo.Dataset;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.Output;
import org.tribuo.distill.component.InputFiles;
import org.tribuo.distill.file.TemporaryFolder;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.pass.Normalization;
import org.tribuo.distill.input.CsvTextDataSourceProvenance;
import org.tribuo.distill.input.TokenFeatures;
import org.tribuo.distill.input.TokenInputs;
import org.tribuo.distill.loss.Objective;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.output.TargetCodec;
import org.tribuo.distill.output.TargetKind;
import org.tribuo.distill.student.Student;
import org.tribuo.distill.teacher.LabelOrder;
import org.tribuo.distill.training.NonFiniteLossException;
import org.tribuo.distill.training.PrefetchedBatches;
import org.tribuo.distill.training.StudentTraining;
import org.tribuo.distill.training.TrainedStudent;
import org.tribuo.distill.training.TrainingData;
import org.tribuo.distill.training.TrainingSettings;
import org.tribuo.distill.training.Validation;
import org.tribuo.distill.transformer.Feature;
import org.tribuo.distill.transformer.TransformerFeatures;
import org.tribuo.provenance.TrainerProvenance;

/**
 * One call of {@code train}: makes the student, asks the teachers, and trains the student stage by
 * stage.
 */
final class Distillation<T extends Output<T>> {
  private final DistillationSettings settings;
  private final Dataset<T> examples;
  private final int invocation;
  private final DistillationListener listener;
  private final RunProvenance report = new RunProvenance();

  // Drawn at the start, in this order, so that no setting changes what another one draws.
  private final long headSeed;
  private final long heldOutSeed;
  private final List<Long> stageSeeds;

  Distillation(
      DistillationSettings settings,
      Dataset<T> examples,
      SplittableRandom random,
      int invocation,
      DistillationListener listener) {
    this.settings = settings;
    this.examples = examples;
    this.invocation = invocation;
    this.listener = listener;
    this.headSeed = random.nextLong();
    this.heldOutSeed = random.nextLong();
    this.stageSeeds = settings.stages().stream().map(stage -> random.nextLong()).toList();
  }

  DistilledModel<T> run(TrainerProvenance trainer, Map<String, Provenance> runProvenance) {
    if (examples.size() == 0) {
      throw new IllegalArgumentException("The dataset is empty, expected examples to train on");
    }
    TokenFeatures.check(examples.getFeatureMap());
    settings.lastGoodStudent().ifPresent(Distillation::checkFolder);
    try {
      checkOutputs(InputFiles.ofProvenance(trainer, examples.getProvenance()));
      KnownOutputs<T> known = KnownOutputs.of(examples, settings.teacher());
      Student student = student(TargetCodec.of(known.domain()));
      KnownOutputs<T> all = known.and(student.labelOrder(), examples);
      listener.onUnseenOutputs(all.unseen());
      report.unseenOutputs(all.unseen());
      TargetCodec<T> codec = TargetCodec.of(all.domain(), student.labelOrder());
      Function<StudentNetwork, DistilledModel<T>> model =
          network -> model(network, all.domain(), trainer, runProvenance);
      try {
        return model.apply(train(student, codec));
      } catch (Stopped stopped) {
        throw keep(stopped, model.apply(stopped.lastGood));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Finds out before anything is trained whether a file that is read would be replaced. */
  private void checkOutputs(InputFiles inputs) throws IOException {
    if (settings.lastGoodStudent().isPresent()) {
      inputs.checkOutput(settings.lastGoodStudent().get());
    }
    if (settings.store().isPresent()) {
      inputs.checkOutput(settings.store().get());
    }
  }

  private Student student(TargetCodec<T> known) throws IOException {
    Student student =
        BatchOfAnySize.of(settings.student().make(known.names(), headSeed), settings.padId());
    return known.kind() == TargetKind.REGRESSION ? student : student.belowProbabilities();
  }

  private static void checkFolder(Path lastGoodStudent) {
    Path folder = lastGoodStudent.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          "lastGoodStudent is %s, but there is no folder %s; make it, or name another file"
              .formatted(lastGoodStudent, folder));
    }
  }

  private DistilledModel<T> model(
      StudentNetwork network,
      ImmutableOutputInfo<T> outputs,
      TrainerProvenance trainer,
      Map<String, Provenance> runProvenance) {
    StudentNetwork asTrained = network.withMaxLength(maxLength(network));
    report.ranOn(settings.session());
    report.maxLength(asTrained.tokens().positions());
    return new DistilledModel<>(
        "distilled",
        report.of(examples.getProvenance(), trainer, runProvenance),
        asTrained.tokens().featureMap(examples.getFeatureMap()),
        outputs,
        asTrained,
        settings.session());
  }

  /**
   * The longest text that the model reads: what is configured, or the length to which the texts of
   * the dataset were cut, or where nothing says that, as many tokens as there are positions.
   */
  private int maxLength(StudentNetwork network) {
    int positions = network.tokens().positions();
    if (settings.maxLength() > 0) {
      return positions;
    }
    OptionalInt ofTexts = CsvTextDataSourceProvenance.maxTokens(examples.getProvenance());
    return Math.min(ofTexts.orElse(positions), positions);
  }

  private TrainingStoppedException keep(Stopped stopped, DistilledModel<T> lastGood) {
    TrainingStoppedException exception =
        new TrainingStoppedException(stopped.stage, lastGood, stopped.reason);
    if (settings.lastGoodStudent().isPresent()) {
      try {
        lastGood.exportOnnx(settings.lastGoodStudent().get());
      } catch (IOException e) {
        exception.addSuppressed(e);
      }
    }
    return exception;
  }

  private StudentNetwork train(Student student, TargetCodec<T> codec) throws IOException {
    TokenLimits limits = TokenLimits.of(student.model());
    limits.checkPadding("student", settings.padId());
    TokenFeatures tokens = limits.features(settings.maxLength());
    StudentNetwork network = StudentNetwork.of(student, tokens, settings.padId());
    TextRows rows = TextRows.of(examples, tokens, codec);
    limits.checkSegments("student", rows.texts());
    HeldOut split = split(rows);
    StageTexts<T> ofDataset = StageTexts.ofDataset(examples, rows, split);
    List<StageTexts<T>> texts = texts(ofDataset, tokens, codec);
    Optional<FeatureTeacher> inside = inside();
    List<Lesson<T>> lessons = lessons(network, texts, codec, inside);
    tryOut(network, rows);
    Optional<Validation> validation =
        settings.heldOut().map(part -> validation(network, codec.kind(), rows, split));
    report.rows(ofDataset);
    texts.forEach(report::rows);

    Map<StageTexts<T>, OptionalInt> asked = asked(lessons);
    if (asked.isEmpty()) {
      return teach(lessons, network, any -> Optional.empty(), inside, validation);
    }
    try (StageAnswers answers = askTeachers(asked, lessons, network, codec)) {
      return teach(lessons, network, answers::of, inside, validation);
    }
  }

  private StudentNetwork teach(
      List<Lesson<T>> lessons,
      StudentNetwork network,
      Function<StageTexts<?>, Optional<TeacherAnswers>> answers,
      Optional<FeatureTeacher> inside,
      Optional<Validation> validation) {
    StudentNetwork taught = network;
    for (Lesson<T> lesson : lessons) {
      TextTrainingData data = lesson.taughtBy(answers.apply(lesson.texts()));
      taught =
          lesson.wanted().isEmpty()
              ? teach(lesson, taught, data, validation)
              : teachInside(lesson, taught, data, inside.orElseThrow(), validation);
    }
    return taught;
  }

  /**
   * The examples that teachers are asked about, and how many of the largest logits are read of
   * each; empty for all.
   */
  private Map<StageTexts<T>, OptionalInt> asked(List<Lesson<T>> lessons) {
    Map<StageTexts<T>, OptionalInt> asked = new LinkedHashMap<>();
    lessons.stream()
        .filter(lesson -> lesson.stage().from().teacher())
        .forEach(lesson -> asked.merge(lesson.texts(), lesson.largest(), Distillation::both));
    return asked;
  }

  private static OptionalInt both(OptionalInt one, OptionalInt other) {
    return one.isPresent() && other.isPresent()
        ? OptionalInt.of(Math.max(one.getAsInt(), other.getAsInt()))
        : OptionalInt.empty();
  }

  /** The examples of each stage; stages with one data source have the same. */
  private List<StageTexts<T>> texts(
      StageTexts<T> ofDataset, TokenFeatures tokens, TargetCodec<T> codec) {
    Map<ConfigurableDataSource<?>, StageTexts<T>> read = new IdentityHashMap<>();
    List<StageTexts<T>> texts = new ArrayList<>();
    for (Stage stage : settings.stages()) {
      texts.add(
          stage
              .examples()
              .map(
                  own ->
                      read.computeIfAbsent(
                          own,
                          source -> StageTexts.read(stage.name(), source, examples, tokens, codec)))
              .orElse(ofDataset));
    }
    return texts;
  }

  /**
   * Finds out before the teacher is asked, which may take hours, whether a stage can be trained.
   */
  private void check(Lesson<T> lesson, StudentNetwork network) {
    StudentTraining.check(
        network.withLogitsAlone(),
        lesson.objective(),
        settings.rules(),
        lesson.settings(),
        lesson.data());
  }

  /**
   * A stage and what it trains on.
   *
   * @param settings how it trains, where the frozen weights of this student are known
   * @param wanted what it compares of the inside of the teacher
   */
  private record Lesson<T extends Output<T>>(
      Stage stage,
      TrainingSettings settings,
      Objective objective,
      StageTexts<T> texts,
      TextTrainingData data,
      List<Feature> wanted) {
    /** The data with what the teachers said, in the form that the objective reads. */
    TextTrainingData taughtBy(Optional<TeacherAnswers> answers) {
      OptionalInt largest = largest();
      return data.with(
          largest.isPresent() ? answers.map(all -> all.largest(largest.getAsInt())) : answers);
    }

    /** How many of the teacher's largest logits are read; empty for all. */
    OptionalInt largest() {
      return objective.soft().map(SoftLoss::largestOfTeacher).orElse(OptionalInt.empty());
    }
  }

  private List<Lesson<T>> lessons(
      StudentNetwork network,
      List<StageTexts<T>> texts,
      TargetCodec<T> codec,
      Optional<FeatureTeacher> inside)
      throws IOException {
    List<Lesson<T>> lessons = new ArrayList<>();
    for (int i = 0; i < settings.stages().size(); i++) {
      Stage stage = settings.stages().get(i);
      Objective objective =
          stage.objective(
              codec,
              texts.get(i).rows().weights().differ(),
              settings.teacher().flatMap(TeacherSource::agreement),
              inside,
              settings.studentFeatures());
      TextTrainingData data =
          new TextTrainingData(
              texts.get(i).rows(),
              Optional.empty(),
              stage.chosen(texts.get(i), settings.teacher().isPresent()),
              network.inputs(),
              settings.batches(),
              stageSeeds.get(i));
      objective.checkOutputs(codec.names().size());
      objective.checkBatches(data.batchSizes(stage.settings().epochs()));
      TrainingSettings ofStage = stage.settingsFor(() -> normalized(network));
      List<Feature> wanted = wanted(stage, objective, network);
      if (!wanted.isEmpty()) {
        checkShapes(inside.orElseThrow(), data.batchSizes(stage.settings().epochs()));
        TeacherLimits.of(inside.orElseThrow().file(), false)
            .check(texts.get(i).rows().texts(), settings.padId());
      }
      lessons.add(new Lesson<>(stage, ofStage, objective, texts.get(i), data, wanted));
    }
    return lessons;
  }

  /** What is compared has the student's batches, neither filled up nor of a length of its own. */
  private static void checkShapes(FeatureTeacher inside, IntStream batchSizes) {
    TokenInputs inputs = TokenInputs.of(inside.inputs());
    OptionalLong rows = inputs.fixedRows();
    if (inputs.fixedPositions().isPresent()
        || (rows.isPresent() && batchSizes.anyMatch(size -> size != rows.getAsLong()))) {
      throw new IllegalArgumentException(
          "The teacher '%s' shows what happens inside for batches of a fixed shape alone, %s; export it with a symbolic batch and length, or compare its answers only"
              .formatted(inside.file(), inside.inputs()));
    }
  }

  /** What a stage reads of the teacher's inside: found out before any teacher is asked. */
  private List<Feature> wanted(Stage stage, Objective objective, StudentNetwork network) {
    if (objective.matching().isEmpty()) {
      return List.of();
    }
    Graph graph = normalized(network);
    TransformerFeatures teacher = objective.matching().orElseThrow().teacher();
    TransformerFeatures student = objective.featuresIn(graph).orElseThrow();
    if (settings.featureCacheBytes() > 0) {
      checkPaddingIsKnown("teacher", teacher);
      checkPaddingIsKnown("student", student);
    }
    listener.onFeatures(stage.name(), teacher, student);
    Value[] outputs = graph.outputs().stream().map(graph::value).toArray(Value[]::new);
    return objective.attach(Ops.on(graph), Optional.of(student), 0, outputs).teacherFeatures();
  }

  private static Graph normalized(StudentNetwork network) {
    Graph graph = Graph.of(network.withLogitsAlone());
    Normalization.applyForTraining(graph);
    return graph;
  }

  /** Without a mask what is shown of a text hangs on the padding, and that on the batch. */
  private void checkPaddingIsKnown(String whose, TransformerFeatures features) {
    if (features.mask().isEmpty()) {
      throw new IllegalArgumentException(
          "featureCacheBytes is %d, but no input tells the %s tokens from padding, so features of a text differ from batch to batch; set it to 0"
              .formatted(settings.featureCacheBytes(), whose));
    }
  }

  private Optional<FeatureTeacher> inside() throws IOException {
    return settings.featureTeacher().isEmpty()
        ? Optional.empty()
        : Optional.of(settings.featureTeacher().get().inside());
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

  /** Runs the teacher over each batch, one ahead of the student. */
  private StudentNetwork teachInside(
      Lesson<T> lesson,
      StudentNetwork network,
      TextTrainingData texts,
      FeatureTeacher teacher,
      Optional<Validation> validation) {
    try (LiveTeacherFeatures live =
            new LiveTeacherFeatures(
                texts,
                teacher,
                lesson.wanted(),
                settings.padId(),
                settings.session(),
                settings.featureCacheBytes());
        PrefetchedBatches ahead = new PrefetchedBatches(live)) {
      StudentNetwork taught = teach(lesson, network, ahead, validation);
      report.features(lesson.stage().name(), live);
      return taught;
    }
  }

  private StudentNetwork teach(
      Lesson<T> lesson,
      StudentNetwork network,
      TrainingData data,
      Optional<Validation> validation) {
    String stage = lesson.stage().name();
    TrainingSettings ofStage = lesson.settings().withSeed(lesson.data().seed());
    try {
      TrainedStudent trained =
          StudentTraining.train(
              network.withLogitsAlone(),
              lesson.objective(),
              settings.rules(),
              ofStage,
              data,
              validation.filter(any -> ofStage.earlyStopping().isPresent()),
              listener.stage(stage));
      report.stage(stage, trained);
      report.frozen(stage, ofStage.frozen());
      return network.withWeightsOf(trained.model());
    } catch (NonFiniteLossException e) {
      TrainedStudent lastGood = e.lastGood().orElseThrow();
      report.stopped(stage, lastGood, e);
      throw new Stopped(stage, network.withWeightsOf(lastGood.model()), e);
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

  private StageAnswers askTeachers(
      Map<StageTexts<T>, OptionalInt> asked,
      List<Lesson<T>> lessons,
      StudentNetwork network,
      TargetCodec<T> codec)
      throws IOException {
    lessons.forEach(lesson -> check(lesson, network));
    TeacherSource source = settings.teacher().orElseThrow();
    if (source.isTrainedFirst()) {
      source.checkLabels(new LabelOrder(codec.names()), codec.kind() == TargetKind.REGRESSION);
      for (StageTexts<T> ofStage : asked.keySet()) {
        source.checkTexts(ofStage.examples(), ofStage.rows().texts(), settings);
      }
    }
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      TeacherPreparation<T> preparation =
          new TeacherPreparation<>(
              examples,
              settings.session(),
              settings.padId(),
              invocation,
              folder.path(),
              report,
              listener);
      return new TeacherPanel(
              source.ready(preparation),
              source.agreement(),
              new LabelOrder(codec.names()),
              settings,
              report,
              listener)
          .about(asked);
    }
  }
}
