package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.generation.BeamSearch;
import org.tribuo.distill.generation.ParallelTextDataSource;
import org.tribuo.distill.generation.PlainTextDataSource;
import org.tribuo.distill.generation.TextGenerator;
import org.tribuo.distill.generation.TokenSampling;
import org.tribuo.distill.input.image.ImageDataSource;
import org.tribuo.distill.input.image.ImagePreprocessing;
import org.tribuo.distill.input.sound.SoundDataSource;
import org.tribuo.distill.input.sound.SoundPreprocessing;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.Dkd;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.schedule.ScaledSchedule;
import org.tribuo.distill.student.NarrowedStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.BiEncoderTeacher;
import org.tribuo.distill.teacher.SeveralTeachers;
import org.tribuo.distill.teacher.TeacherSource;
import org.tribuo.distill.training.AdamWOptimizer;

/** A value that is out of its range is refused where it is stated, before any file is read. */
class SettersCheckTest {
  private static final Path FILE = Path.of("not-there");
  private static final String BLANK = "is ' ', expected a text; or omit it";
  private static final String EMPTY = "is '', expected a text; or omit it";
  private static final String BOTH =
      "is not-there, and preprocessing is stated too; state one of the two";
  private static final String NULL = "is null, expected a value";
  private static final String LESS = "is 0, expected 1 or more; or omit it";

  static Stream<Arguments> refused() {
    return Stream.of(
        refused("textColumn", () -> csv().text(" "), BLANK),
        refused("pairColumn", () -> csv().pair(" "), BLANK),
        refused("labelColumns", () -> csv().labels("label", " "), BLANK),
        refused("labelColumns", () -> csv().labelsIfThere(" "), BLANK),
        refused("maxLength", () -> csv().maxLength(0), LESS),
        refused(
            "separator",
            () -> csv().separator('"'),
            "is '\"', expected one character, tab, comma, semicolon or bar; or omit it, to find it out"),
        refused("separator", () -> csv().separator("dot"), "is 'dot', expected one character"),
        refused(
            "charset",
            () -> csv().charset("klingon"),
            "is 'klingon', expected a character set that Java knows, such as UTF-8"),
        refused("decimalSeparator", () -> csv().decimalSeparator('5'), "is '5', which stands in"),
        refused("decimalSeparator", () -> csv().decimalSeparator('-'), "is '-', which stands in"),
        refused("labelColumns", () -> csv().labels("a", "a"), "[a, a] names a column twice"),
        refused("pairColumn", () -> csv().text("a").pair("a"), "is 'a', which is the first text"),
        refused("beginToken", () -> texts().specialTokens(" ", "</s>"), BLANK),
        refused("endToken", () -> texts().endToken(" "), BLANK),
        refused("vocabularySize", () -> texts().vocabularySize(0), LESS),
        refused("textColumn", () -> texts().textColumn(" "), BLANK),
        refused("promptColumn", () -> texts().promptColumn(" "), BLANK),
        refused("maxLength", () -> texts().maxLength(0), LESS),
        refused("sourceEndToken", () -> pairs().sourceEndToken(" "), BLANK),
        refused("maxLength", () -> pairs().maxLength(0), LESS),
        refused("targetColumn", () -> ParallelTextDataSource.builder(FILE, "en", " ", FILE), BLANK),
        refused("beginToken", () -> generator().beginToken(" "), BLANK),
        refused("stopToken", () -> generator().specialTokens("<s>", " "), BLANK),
        refused("sourceEndToken", () -> generator().sourceEndToken(" "), BLANK),
        refused("suppressedTokens", () -> generator().suppressedTokens("<pad>", " "), BLANK),
        refused("maxTokens", () -> generator().maxTokens(0), "is 0, expected 1 or more"),
        refused(
            "beamSearch",
            () -> generator().sampling(new TokenSampling()).beamSearch(new BeamSearch()),
            "is stated together with sampling"),
        refused(
            "softTargetStore",
            () -> DistillationTrainer.<Label>builder().softTargetStore(Path.of(" ")),
            BLANK),
        refused("pathColumn", () -> ImageDataSource.of(FILE, new LabelFactory()).paths(" "), BLANK),
        refused(
            "labelColumn", () -> ImageDataSource.of(FILE, new LabelFactory()).labels(""), EMPTY),
        refused(
            "labelColumn", () -> SoundDataSource.of(FILE, new LabelFactory()).labels(""), EMPTY),
        refused("pathColumn", () -> SoundDataSource.of(FILE, new LabelFactory()).paths(" "), BLANK),
        refused(
            "preprocessorConfig",
            () ->
                ImageDataSource.of(FILE, new LabelFactory())
                    .preprocessing(FILE)
                    .preprocessing(new ImagePreprocessing()),
            BOTH),
        refused(
            "preprocessorConfig",
            () ->
                SoundDataSource.of(FILE, new LabelFactory())
                    .preprocessing(SoundPreprocessing.waveform())
                    .preprocessing(FILE),
            BOTH));
  }

  /** What Java may pass by mistake, as a value that another method did not find. */
  static Stream<Arguments> refusedNulls() {
    return Stream.of(
        refused("student", () -> trainer().student(null), NULL),
        refused("teacher", () -> trainer().teacher(null), NULL),
        refused("activationTeacher", () -> trainer().activationTeacher(null), NULL),
        refused("objective", () -> trainer().objective(null), NULL),
        refused("trainingGraph", () -> trainer().trainingGraph(null), NULL),
        refused("optimizer", () -> trainer().optimizer(null), NULL),
        refused("batching", () -> trainer().batching(null), NULL),
        refused("stages", () -> trainer().stages((TrainingStage) null), NULL),
        refused("stages", () -> trainer().stages((TrainingStage[]) null), NULL),
        refused("earlyStopping", () -> trainer().earlyStopping(null), NULL),
        refused("softTargetStore", () -> trainer().softTargetStore(null), NULL),
        refused("lastGoodStudent", () -> trainer().lastGoodStudent(null), NULL),
        refused("device", () -> trainer().device(null), NULL),
        refused("from", () -> TrainingStage.of(1).learningFrom(null), NULL),
        refused("rows", () -> TrainingStage.of(1).on((TrainingStage.Rows) null), NULL),
        refused("objective", () -> TrainingStage.of(1).objective(null), NULL),
        refused("learningRate", () -> TrainingStage.of(1).learningRate(null), NULL),
        refused("frozenWeights", () -> TrainingStage.of(1).frozenWeights(null), NULL),
        refused("name", () -> TrainingStage.of(null, 1), NULL),
        refused("learningRate", () -> new AdamWOptimizer().learningRate(null), NULL),
        refused("hardLoss", () -> new DistillationObjective().hardLoss(null), NULL),
        refused("softLoss", () -> new DistillationObjective().softLoss(null), NULL),
        refused(
            "featureTerms",
            () -> new DistillationObjective().featureTerms((FeatureTerm) null),
            NULL),
        refused("alpha", () -> new DistillationObjective().alpha(null), NULL),
        refused("temperature", () -> new DistillationObjective().temperature(null), NULL),
        refused("frozenWeights", () -> new TrainingGraphOptions().frozenWeights(null), NULL),
        refused("gradientRules", () -> new TrainingGraphOptions().gradientRules(null), NULL),
        refused("provider", () -> Device.cpu().withProvider(null), NULL),
        refused("precision", () -> Device.cpu().withPrecision(null), NULL),
        refused("unlabelled", () -> new Dkd(1, 1, null), NULL),
        refused("loss", () -> new FeatureTerm("name", null), NULL),
        refused("schedule", () -> new ScaledSchedule(null, 2), NULL),
        refused("source", () -> PrunedStudent.keeping(1, null), NULL),
        refused("source", () -> NarrowedStudent.of(null), NULL),
        refused("encoder", () -> BiEncoderTeacher.of(null), NULL),
        refused("teachers", () -> SeveralTeachers.of((TeacherSource) null), NULL));
  }

  private static DistillationTrainer.Builder<Label> trainer() {
    return DistillationTrainer.builder();
  }

  private static CsvTextDataSource.Builder<Label> csv() {
    return CsvTextDataSource.of(FILE, FILE, new LabelFactory());
  }

  private static PlainTextDataSource.Builder texts() {
    return PlainTextDataSource.builder(FILE, FILE);
  }

  private static ParallelTextDataSource.Builder pairs() {
    return ParallelTextDataSource.builder(FILE, FILE, FILE);
  }

  private static TextGenerator.Builder generator() {
    return TextGenerator.builder(FILE, FILE);
  }

  private static Arguments refused(String property, ThrowingCallable setter, String message) {
    return arguments(property, message, setter);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource({"refused", "refusedNulls"})
  void refused(String property, String message, ThrowingCallable setter) {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(setter)
        .withMessageContaining("Property: %s, %s", property, message);
  }
}
