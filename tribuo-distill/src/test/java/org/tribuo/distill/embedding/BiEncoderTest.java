package org.tribuo.distill.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.Prediction;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.RecordedSteps;
import org.tribuo.distill.RunValue;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.report.Correlations;
import org.tribuo.distill.student.BiEncoderStudent;
import org.tribuo.distill.student.EmbeddingStudent;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.BiEncoderTeacher;
import org.tribuo.distill.teacher.EmbeddingTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.training.EarlyStopping;
import org.tribuo.distill.transformer.Pooling;
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
          .mapToDouble(
              pair -> cosine(embedder.embed(pair.first()), embedder.embed(pair.second())))
          .toArray();
    }
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double ofA = 0;
    double ofB = 0;
    for (int i = 0; i < a.length; i++) {
      product += a[i] * b[i];
      ofA += a[i] * a[i];
      ofB += b[i] * b[i];
    }
    return product / Math.sqrt(ofA * ofB);
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
    Path untrained = folder.resolve("untrained.onnx");
    embedder().exportOnnx(untrained);
    Path trained = folder.resolve("trained.onnx");
    try (DistilledModel<Regressor> model = trainer(20).build().train(dataset(pairs(300, 1)))) {
      model.exportOnnx(trained);
      double[] predictions = predicted(model, dataset(unseen));
      assertThat(cosines(trained, null, unseen)).containsExactly(predictions, within(1e-5));
      System.out.println(Correlations.spearman(predictions, scores(unseen)) + " " + Correlations.spearman(cosines(untrained, null, unseen), scores(unseen)));
      assertThat(Correlations.spearman(predictions, scores(unseen)))
          .isGreaterThan(0.7)
          .isGreaterThan(
              0.05 + Correlations.spearman(cosines(untrained, null, unseen), scores(unseen)));
    }
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

    Path start = folder.resolve("start.onnx");
    embedder().exportOnnx(start);
    double[] student = cosines(start, null, some);
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
}
