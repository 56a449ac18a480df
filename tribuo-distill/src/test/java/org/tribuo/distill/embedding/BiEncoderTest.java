package org.tribuo.distill.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.distill.DistillationListener;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.RecordedSteps;
import org.tribuo.distill.RunValue;
import org.tribuo.distill.TeacherAssistant;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.internal.text.TokenPairs;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.report.Correlations;
import org.tribuo.distill.schedule.ConstantSchedule;
import org.tribuo.distill.student.BiEncoderStudent;
import org.tribuo.distill.student.EmbeddingStudent;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.BiEncoderTeacher;
import org.tribuo.distill.teacher.EmbeddingTeacher;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.training.EarlyStopping;
import org.tribuo.distill.transformer.ExportPrecision;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.test.Helpers;

class BiEncoderTest {
  private static final Path ENCODER = Zoo.file("bert_seqcls_ts11");
  private static final Path TOKENIZER = tokenizer();

  @TempDir static Path folder;

  /** The score, from -1 to 1, is how alike the parts of the words are that one half has. */
  private record Pair(String first, String second, float score) {}

  private static Path tokenizer() {
    try {
      return Path.of(DistillationTrainer.class.getResource("tiny-tokenizer.json").toURI());
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Pair> pairs(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int words = random.nextInt(3, 7);
      int more = random.nextInt(words + 1);
      int fewer = random.nextInt(words + 1);
      float score = 1 - 2f * Math.abs(more - fewer) / words;
      pairs.add(new Pair(text(words, more, random), text(words, fewer, random), score));
    }
    return pairs;
  }

  /** Some words, so many of which are of the first half of the vocabulary. */
  private static String text(int words, int ofFirstHalf, SplittableRandom random) {
    List<String> text = new ArrayList<>();
    for (int i = 0; i < words; i++) {
      text.add("w" + (i < ofFirstHalf ? random.nextInt(5, 45) : random.nextInt(45, 85)));
    }
    return String.join(" ", text);
  }

  private static String csv(List<Pair> pairs) {
    StringBuilder rows = new StringBuilder("a,b,score\n");
    for (Pair pair : pairs) {
      rows.append(
          String.format(
              Locale.ROOT,
              "%s,%s,%s%n",
              pair.first(),
              pair.second(),
              Float.isNaN(pair.score()) ? "" : pair.score()));
    }
    return rows.toString();
  }

  private static MutableDataset<Regressor> dataset(List<Pair> pairs) throws Exception {
    Path file = Files.createTempFile(folder, "pairs", ".csv");
    Files.writeString(file, csv(pairs));
    return new MutableDataset<>(
        CsvTextDataSource.of(file, TOKENIZER, new RegressionFactory())
            .text("a")
            .pair("b")
            .separateTexts()
            .labels("score")
            .maxLength(24)
            .keepText()
            .read());
  }

  private static EmbeddingStudent embedder() {
    return EmbeddingStudent.of(
        PrunedStudent.keeping(1, EncoderStudent.of(ENCODER, Pooling.MEAN)), Pooling.MEAN);
  }

  private static DistillationTrainer.Builder<Regressor> trainer(int epochs) {
    return DistillationTrainer.<Regressor>builder()
        .student(BiEncoderStudent.of(embedder()))
        .epochs(epochs)
        .optimizer(new AdamWOptimizer().learningRate(5e-3f))
        .batching(new Batching().batchSize(16))
        .trainingGraph(new TrainingGraphOptions().dropout(0))
        .device(Device.cpu(1));
  }

  private static double[] cosines(Path file, Pooling pooling, List<Pair> pairs) {
    try (TextEmbedder embedder = TextEmbedder.of(file, TOKENIZER, pooling)) {
      return pairs.stream()
          .mapToDouble(pair -> cosine(embedder.embed(pair.first()), embedder.embed(pair.second())))
          .toArray();
    }
  }

  private static double cosine(float[] a, float[] b) {
    return dot(a, b) / (norm(a) * norm(b));
  }

  private static double dot(float[] a, float[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> (double) a[i] * b[i]).sum();
  }

  private static double[] scores(List<Pair> pairs) {
    return pairs.stream().mapToDouble(Pair::score).toArray();
  }

  private static double[] predicted(Model<Regressor> model, MutableDataset<Regressor> data) {
    return model.predict(data).stream()
        .mapToDouble(prediction -> prediction.getOutput().getValues()[0])
        .toArray();
  }

  @Test
  void scoresOfPairsTrainAnEncoder() throws Exception {
    List<Pair> unseen = pairs(60, 2);
    Path trained = folder.resolve("trained.onnx");
    try (DistilledModel<Regressor> model = trainer(12).build().train(dataset(pairs(300, 1)))) {
      model.exportOnnx(trained);
      double[] predictions = predicted(model, dataset(unseen));
      assertThat(cosines(trained, null, unseen)).containsExactly(predictions, within(1e-5));
      assertThat(Correlations.spearman(predictions, scores(unseen))).isGreaterThan(0.9);
      Path half = folder.resolve("half.onnx");
      model.exportOnnx(half, ExportPrecision.FLOAT16);
      assertThat(cosines(half, null, unseen)).containsExactly(predictions, within(1e-2));
      assertThat(Files.size(half)).isLessThan(Files.size(trained));
      Model<Regressor> read =
          Helpers.testModelProtoSerialization(model, Regressor.class, dataset(unseen));
      assertThat(predicted(read, dataset(unseen))).containsExactly(predictions);
      Helpers.testProvenanceMarshalling(model.getProvenance());
    }
    assertThat(Correlations.spearman(cosines(untrained(), null, unseen), scores(unseen)))
        .isLessThan(0.3);
    assertThat(Graph.of(OnnxModel.read(trained)).outputs())
        .containsExactly("last_hidden_state", "sentence_embedding");
  }

  /** The losses of the first step, computed here from the vectors of both encoders. */
  @Test
  void theFirstStepIsAsComputed() throws Exception {
    List<Pair> some = new ArrayList<>(pairs(5, 3));
    some.set(1, new Pair(some.get(1).first(), some.get(1).second(), Float.NaN));
    float[] weights = {1, 1, .5f, .25f, 2};
    MutableDataset<Regressor> data = dataset(some);
    for (int i = 0; i < weights.length; i++) {
      data.getExample(i).setWeight(weights[i]);
    }
    RecordedSteps steps = new RecordedSteps();
    DistillationTrainer<Regressor> trainer =
        trainer(1)
            .teacher(BiEncoderTeacher.of(EmbeddingTeacher.of(ENCODER, Pooling.MEAN)))
            .objective(new DistillationObjective().alpha(.7f))
            .build();
    trainer.setListener(steps);
    trainer.train(data).close();
    Map<String, Float> terms = steps.firstTerms();

    double[] student = cosines(untrained(), null, some);
    double[] teacher = cosines(ENCODER, Pooling.MEAN, some);
    double hard = 0;
    double soft = 0;
    double labelled = 0;
    double all = 0;
    for (int i = 0; i < weights.length; i++) {
      float score = some.get(i).score();
      if (!Float.isNaN(score)) {
        hard += weights[i] * Math.pow(student[i] - score, 2);
        labelled += weights[i];
      }
      soft += weights[i] * Math.pow(student[i] - teacher[i], 2);
      all += weights[i];
    }
    assertThat(terms.get("hard")).isEqualTo((float) (hard / labelled), within(1e-5f));
    assertThat(terms.get("soft")).isEqualTo((float) (soft / all), within(1e-5f));
    assertThat(terms.get("loss"))
        .isEqualTo((float) (.3 * hard / labelled + .7 * soft / all), within(1e-5f));
  }

  /**
   * The gradients of the last layer's scale and shift, one batch, entry by entry. The mean is
   * behind both, so that a vector is {@code v = scale · x + shift}, and a cosine's gradient by it
   * is {@code (b / |b| - cos · a / |a|) / |a|}. From weights after one step of AdamW without decay
   * gradients follow: {@code step = rate · g / (|g| + epsilon)}.
   */
  @Test
  void theGradientIsAsComputed() throws Exception {
    List<Pair> some = pairs(6, 4);
    Path start = folder.resolve("raw-start.onnx");
    EmbeddingStudent raw = embedder().length(Pooling.Length.OWN);
    raw.exportOnnx(start);
    Path after = folder.resolve("raw-after.onnx");
    float rate = .5f;
    float epsilon = .25f;
    try (DistilledModel<Regressor> model =
        trainer(1)
            .student(BiEncoderStudent.of(raw))
            .optimizer(
                new AdamWOptimizer()
                    .learningRate(new ConstantSchedule(rate))
                    .epsilon(epsilon)
                    .weightDecay(0)
                    .withoutClipping())
            .build()
            .train(dataset(some))) {
      model.exportOnnx(after);
    }
    String scale = "bert.encoder.layer.0.output.LayerNorm.weight";
    String shift = "bert.encoder.layer.0.output.LayerNorm.bias";
    Map<String, Tensor> before = OnnxModel.read(start).initializers();
    Map<String, Tensor> trained = OnnxModel.read(after).initializers();
    float[] scales = before.get(scale).toFloats();
    float[] shifts = before.get(shift).toFloats();
    double[] byScale = new double[scales.length];
    double[] byShift = new double[scales.length];
    try (TextEmbedder embedder = TextEmbedder.of(start, TOKENIZER)) {
      for (Pair pair : some) {
        float[] a = embedder.embed(pair.first());
        float[] b = embedder.embed(pair.second());
        double error = 2 * (cosine(a, b) - pair.score()) / some.size();
        for (int i = 0; i < scales.length; i++) {
          double byA = error * (b[i] / norm(b) - cosine(a, b) * a[i] / norm(a)) / norm(a);
          double byB = error * (a[i] / norm(a) - cosine(a, b) * b[i] / norm(b)) / norm(b);
          byShift[i] += byA + byB;
          byScale[i] += byA * (a[i] - shifts[i]) / scales[i] + byB * (b[i] - shifts[i]) / scales[i];
        }
      }
    }
    for (int i = 0; i < scales.length; i++) {
      double ofShift = gradient(shifts[i] - trained.get(shift).toFloats()[i], rate, epsilon);
      double ofScale = gradient(scales[i] - trained.get(scale).toFloats()[i], rate, epsilon);
      assertThat(ofShift).as("shift " + i).isEqualTo(byShift[i], within(2e-6));
      assertThat(ofScale).as("scale " + i).isEqualTo(byScale[i], within(2e-6));
    }
    assertThat(Arrays.stream(byShift).map(Math::abs).max().orElseThrow()).isGreaterThan(1e-3);
    assertThat(Arrays.stream(byScale).map(Math::abs).max().orElseThrow()).isGreaterThan(1e-3);
  }

  private static double gradient(double step, double rate, double epsilon) {
    return step * epsilon / (rate - Math.abs(step));
  }

  private static double norm(float[] vector) {
    return Math.sqrt(dot(vector, vector));
  }

  /** Scores are not needed, and the teacher may read the texts with its own tokenizer. */
  @Test
  void aTeacherAloneTeachesItsCosines() throws Exception {
    List<Pair> unlabelled =
        pairs(150, 5).stream()
            .map(pair -> new Pair(pair.first(), pair.second(), Float.NaN))
            .toList();
    double[] expected = cosines(ENCODER, Pooling.MEAN, unlabelled);
    EmbeddingTeacher encoder = EmbeddingTeacher.of(ENCODER, Pooling.MEAN);
    List<double[]> predictions = new ArrayList<>();
    for (EmbeddingTeacher each : List.of(encoder, encoder.reading(TOKENIZER))) {
      try (DistilledModel<Regressor> model =
          trainer(10)
              .teacher(BiEncoderTeacher.of(each).dimension("relatedness"))
              .build()
              .train(dataset(unlabelled))) {
        assertThat(model.labelOrder()).containsExactly("relatedness");
        predictions.add(predicted(model, dataset(unlabelled)));
        assertThat(ProvenanceUtil.formattedProvenanceString(model.getProvenance()))
            .contains("BiEncoderStudent", "BiEncoderTeacher", "relatedness");
      }
    }
    assertThat(predictions.get(1)).containsExactly(predictions.get(0));
    assertThat(squaredError(predictions.get(0), expected))
        .isLessThan(squaredError(cosines(untrained(), null, unlabelled), expected) / 3);
  }

  private static Path untrained() throws Exception {
    Path file = folder.resolve("untrained.onnx");
    embedder().exportOnnx(file);
    return file;
  }

  private static double squaredError(double[] some, double[] others) {
    return IntStream.range(0, some.length)
        .mapToDouble(i -> Math.pow(some[i] - others[i], 2))
        .average()
        .orElseThrow();
  }

  /** Trains and exports a model that reads both texts in one row; returns its predictions. */
  private static double[] crossEncoder(List<Pair> pairs, Path exported) throws Exception {
    Path file = Files.createTempFile(folder, "together", ".csv");
    Files.writeString(file, csv(pairs));
    MutableDataset<Regressor> together =
        new MutableDataset<>(
            CsvTextDataSource.of(file, TOKENIZER, new RegressionFactory())
                .text("a")
                .pair("b")
                .labels("score")
                .maxLength(24)
                .read());
    try (DistilledModel<Regressor> model =
        trainer(6).student(EncoderStudent.of(ENCODER, Pooling.MEAN)).build().train(together)) {
      model.exportOnnx(exported);
      return predicted(model, together);
    }
  }

  /** A model that reads both texts in one row makes that row with its own tokenizer. */
  @Test
  void aCrossEncoderTeaches() throws Exception {
    List<Pair> some = pairs(120, 7);
    Path teacher = folder.resolve("cross-encoder.onnx");
    double[] expected = crossEncoder(some, teacher);
    RecordedSteps steps = new RecordedSteps();
    DistillationTrainer<Regressor> trainer =
        trainer(1)
            .batching(new Batching().batchSize(some.size()))
            .teacher(OnnxTeacher.of(teacher).reading(TOKENIZER))
            .build();
    trainer.setListener(steps);
    trainer.train(dataset(some)).close();
    assertThat(steps.firstTerms().get("soft"))
        .isEqualTo((float) squaredError(cosines(untrained(), null, some), expected), within(1e-4f));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer(1).teacher(OnnxTeacher.of(teacher)).build().train(dataset(some)))
        .withMessageStartingWith("The teacher '%s': The model has the inputs".formatted(teacher))
        .withMessageEndingWith(
            "in a row of which there is one text, and the examples are pairs of texts that are read one by one; an encoder is a BiEncoderTeacher, and a model that reads both texts in one row needs its own tokenizer");
  }

  @Test
  void aTeacherOfAnotherScaleIsRefused() throws Exception {
    List<Pair> some = pairs(60, 14);
    Path teacher = folder.resolve("unscaled.onnx");
    crossEncoder(
        some.stream().map(pair -> new Pair(pair.first(), pair.second(), 4 + pair.score())).toList(),
        teacher);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(1)
                    .teacher(OnnxTeacher.of(teacher).reading(TOKENIZER))
                    .build()
                    .train(dataset(some)))
        .withMessageMatching(
            "Example \\d+ has the soft target \\d\\.\\d+, but the student predicts cosines, from -1.0 to 1.0; take a teacher whose scores are in that range");
  }

  /** An assistant is trained on the pairs first, and then read as it was trained. */
  @Test
  void anAssistantTeaches() throws Exception {
    TeacherAssistant assistant = TeacherAssistant.of(trainer(1).build());
    try (DistilledModel<Regressor> model =
        trainer(1).teacher(assistant).build().train(dataset(pairs(20, 15)))) {
      assertThat(model.labelOrder()).containsExactly("DIM-0");
    }
  }

  /** The layer that stays is chosen by what it does to the texts of some pairs. */
  @Test
  void aStudentMayBeCutByItsInfluenceOnTheTexts() throws Exception {
    StudentSource cut =
        PrunedStudent.keeping(
            1, PrunedStudent.Choice.INFLUENCE, EncoderStudent.of(ENCODER, Pooling.MEAN));
    List<String> told = new ArrayList<>();
    DistillationTrainer<Regressor> trainer =
        trainer(1).student(BiEncoderStudent.of(EmbeddingStudent.of(cut, Pooling.MEAN))).build();
    trainer.setListener(
        new DistillationListener() {
          @Override
          public void onStudent(List<String> lines) {
            told.addAll(lines);
          }
        });
    trainer.train(dataset(pairs(20, 13))).close();
    assertThat(told.get(0)).contains("Of 2 layers").contains("the influence of each is");
  }

  @Test
  void earlyStoppingMeasuresTheSquaredError() throws Exception {
    DistillationTrainer<Regressor> trainer =
        trainer(3).earlyStopping(new EarlyStopping(0.2, 2)).build();
    MutableDataset<Regressor> data = dataset(pairs(50, 8));
    trainer.checkExamples(data);
    try (DistilledModel<Regressor> model = trainer.train(data)) {
      assertThat(RunValue.of(model.getProvenance(), "held-out-rows")).isEqualTo("10");
    }
  }

  /** The rows of the embedding table that no text needs are left out, which changes nothing. */
  @Test
  void aTableOfTheWordsOfThePairsTrainsTheSame() throws Exception {
    MutableDataset<Regressor> data = dataset(pairs(40, 9));
    List<double[]> predictions = new ArrayList<>();
    for (boolean compact : List.of(true, false)) {
      try (DistilledModel<Regressor> model =
          trainer(2)
              .trainingGraph(new TrainingGraphOptions().dropout(0).compactVocabulary(compact))
              .build()
              .train(data)) {
        predictions.add(predicted(model, data));
      }
    }
    assertThat(predictions.get(0)).containsExactly(predictions.get(1), within(1e-5));
  }

  @Test
  void everythingIsConfiguredInXml() throws Exception {
    Path rows = Files.createTempFile(folder, "rows", ".csv");
    Files.writeString(rows, csv(pairs(20, 10)));
    Path file = folder.resolve("pairs.xml");
    Files.writeString(
        file,
        """
        <config>
          <component name="trainer" type="org.tribuo.distill.DistillationTrainer">
            <property name="student" value="student"/>
            <property name="teacher" value="teacher"/>
          </component>
          <component name="student" type="org.tribuo.distill.student.BiEncoderStudent">
            <property name="encoder" value="vectors"/>
          </component>
          <component name="vectors" type="org.tribuo.distill.student.EmbeddingStudent">
            <property name="encoder" value="new"/>
          </component>
          <component name="new" type="org.tribuo.distill.student.ScratchStudent">
            <property name="vocabulary" value="101"/>
            <property name="layers" value="1"/>
            <property name="width" value="8"/>
            <property name="heads" value="2"/>
          </component>
          <component name="teacher" type="org.tribuo.distill.teacher.BiEncoderTeacher">
            <property name="encoder" value="vectorsOfTeacher"/>
          </component>
          <component name="vectorsOfTeacher" type="org.tribuo.distill.teacher.EmbeddingTeacher">
            <property name="path" value="%s"/>
            <property name="pooling" value="FIRST_TOKEN"/>
          </component>
          <component name="pairs" type="org.tribuo.distill.input.text.CsvTextDataSource">
            <property name="dataPath" value="%s"/>
            <property name="tokenizerPath" value="%s"/>
            <property name="outputFactory" value="numbers"/>
            <property name="textColumn" value="a"/>
            <property name="pairColumn" value="b"/>
            <property name="separateTexts" value="true"/>
            <propertylist name="labelColumns"><item>score</item></propertylist>
          </component>
          <component name="numbers" type="org.tribuo.regression.RegressionFactory"/>
        </config>
        """
            .formatted(ENCODER, rows, TOKENIZER));
    ConfigurationManager configuration = new ConfigurationManager(file.toString());
    @SuppressWarnings("unchecked")
    DistillationTrainer<Regressor> trainer =
        (DistillationTrainer<Regressor>) configuration.lookup("trainer");
    @SuppressWarnings("unchecked")
    CsvTextDataSource<Regressor> source =
        (CsvTextDataSource<Regressor>) configuration.lookup("pairs");
    Helpers.testConfigurableRoundtrip(trainer);
    try (DistilledModel<Regressor> model = trainer.train(new MutableDataset<>(source))) {
      assertThat(model.labelOrder()).containsExactly("DIM-0");
    }
  }

  @Test
  void whatDoesNotFitIsRefused() throws Exception {
    List<Pair> some = pairs(4, 11);
    MutableDataset<Regressor> data = dataset(some);
    List<Pair> unscaled = new ArrayList<>(some);
    unscaled.set(2, new Pair("w5", "w6", 4.5f));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer(1).build().train(dataset(unscaled)))
        .withMessage(
            "Example 2 has the score 4.5, but the student predicts cosines, from -1.0 to 1.0; scale the scores into that range, as (score - 3) / 2 does with those from 1 to 5");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> trainer(1).student(EncoderStudent.of(ENCODER, Pooling.MEAN)).build().train(data))
        .withMessageContaining("The example has a second text, which is a row of its own")
        .withMessageEndingWith(
            "train a BiEncoderStudent, or encode both texts of the pair together");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer(1)
                    .teacher(
                        BiEncoderTeacher.of(EmbeddingTeacher.of(ENCODER, Pooling.MEAN))
                            .dimension("relatedness"))
                    .build()
                    .train(data))
        .withMessageContaining(
            "The teacher's 1 columns [relatedness] do not have the student's [DIM-0]");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () -> BiEncoderStudent.of(embedder().projection(EmbeddingStudent.Projection.KEPT)))
        .withMessageContaining("has the projection KEPT")
        .withMessageContaining("omit the projection");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () -> BiEncoderTeacher.of(EmbeddingTeacher.of(ENCODER, Pooling.MEAN)).dimension(" "))
        .withMessageContaining("is blank, expected the name of the dimension");
  }

  private static MutableDataset<Regressor> dataset(List<Example<Regressor>> examples, String name) {
    RegressionFactory outputs = new RegressionFactory();
    return new MutableDataset<>(examples, new SimpleDataSourceProvenance(name, outputs), outputs);
  }

  @Test
  void examplesThatAreNoPairsAreRefused() {
    Regressor score = new Regressor("DIM-0", .5);
    Example<Regressor> pair =
        TokenSequence.of(2, 5, 3).toExample(TokenSequence.of(2, 6, 7, 3), score);
    Example<Regressor> single = TokenSequence.of(2, 5, 3).toExample(score);
    DistillationTrainer<Regressor> trainer = trainer(1).build();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.train(dataset(List.of(single), "singles")))
        .withMessageStartingWith(
            "None of the 3 features is a token of a second text, expected names like 'second_input_ids@00000'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.train(dataset(List.of(pair, single), "both")))
        .withMessageStartingWith("Example 1: The example has no second text");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                trainer.train(
                    dataset(
                        List.of(
                            pair,
                            TokenSequence.of(2, 5, 3).toExample(TokenSequence.of(2, 400), score)),
                        "unknown tokens")))
        .withMessageStartingWith(
            "Example 1: In the second text: Token 400 at position 1 is outside of the model's vocabulary of 101");
    Regressor two = new Regressor(new String[] {"a", "b"}, new double[] {.1, .2});
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () ->
                trainer.train(
                    dataset(
                        List.of(TokenSequence.of(2, 5, 3).toExample(TokenSequence.of(2), two)),
                        "two scores")))
        .withMessageContaining(
            "gives one cosine for each pair of texts, and the examples have [a, b]");
    try (DistilledModel<Regressor> model = trainer.train(dataset(List.of(pair), "pairs"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.predict(single))
          .withMessageStartingWith("The example has no second text");
    }
  }

  /** Padding of the shorter text of a pair must not be read. */
  @Test
  void anEncoderMustTellPaddingAndReadAnyNumberOfTexts() throws Exception {
    Graph graph = Graph.of(OnnxModel.read(untrained()));
    TensorType mask = graph.inputs().get("attention_mask");
    Path fixed = folder.resolve("fixed.onnx");
    Graph ofTwo = graph.copy();
    ofTwo.addInput(
        "attention_mask",
        TensorType.of(
            mask.elementType(),
            Shape.of(Dimension.of(2), mask.shape().orElseThrow().dimension(1))));
    ofTwo.toModel().write(fixed);
    assertThatExceptionOfType(GraphException.class)
        .isThrownBy(
            () ->
                trainer(1)
                    .student(
                        BiEncoderStudent.of(
                            EmbeddingStudent.of(
                                EncoderStudent.of(fixed, Pooling.MEAN), Pooling.MEAN)))
                    .build()
                    .train(dataset(pairs(4, 12))))
        .withMessageContaining("expected [texts, positions] with any number of texts");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new TokenPairs()
                    .feeder(
                        Map.of(
                            "input_ids",
                            TensorType.of(
                                ElementType.INT64,
                                Shape.of(Dimension.of("n"), Dimension.of(2), Dimension.of("s"))))))
        .withMessageContaining("none of which tells tokens from padding");
  }

  @Test
  void aFileOfPairsNeedsBothTexts() throws Exception {
    Path file = Files.createTempFile(folder, "gaps", ".csv");
    Files.writeString(file, "a,b,score\nw5,w6,0.5\nw7,,0\n");
    CsvTextDataSource.Builder<Regressor> alone =
        CsvTextDataSource.of(file, TOKENIZER, new RegressionFactory())
            .text("a")
            .labels("score")
            .separateTexts();
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(alone::read)
        .withMessageContaining("is true, but there is no second text; state the pairColumn");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> alone.pair("b").read())
        .withMessageContaining("row 1 (line 3)")
        .withMessageContaining("has no text in column 'b'");
  }
}
