package org.tribuo.distill.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.input.image.ImageDataSource;
import org.tribuo.distill.input.sound.SoundDataSource;
import org.tribuo.distill.input.sound.SoundPreprocessing;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.input.text.QuestionTokenizer;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.input.text.WordTokenizer;
import org.tribuo.distill.loss.CosineDistance;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.sequence.DistilledSequenceModel;
import org.tribuo.distill.sequence.SequenceDistillationTrainer;
import org.tribuo.distill.span.Span;
import org.tribuo.distill.span.SpanFactory;
import org.tribuo.distill.student.EmbeddingStudent;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PerceptronStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.ScratchSoundStudent;
import org.tribuo.distill.student.ScratchVisionStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.task.token.TagSequence;
import org.tribuo.distill.teacher.EmbeddingTeacher;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.transformer.ExportPrecision;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.impl.ArrayExample;
import org.tribuo.multilabel.MultiLabel;
import org.tribuo.multilabel.MultiLabelFactory;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.sequence.MutableSequenceDataset;
import org.tribuo.sequence.SequenceExample;

/**
 * What a model predicts is what its exported file gives in a process that has ONNX Runtime alone.
 */
class ExportedFileTest {
  /** Where the context begins behind the question "where is", between special tokens. */
  private static final int CONTEXT = 4;

  @TempDir Path folder;

  @Test
  void aTaggerPredictsAsItsFileDoes() throws Exception {
    DistillationTrainer<TagSequence> settings =
        DistillationTrainer.<TagSequence>builder().student(bert()).epochs(2).build();
    MutableSequenceDataset<Label> sentences = sentences();
    Path file = folder.resolve("tagger.onnx");
    try (DistilledSequenceModel model = SequenceDistillationTrainer.of(settings).train(sentences)) {
      model.exportOnnx(file);
      List<PlainOnnxRuntime.Row> texts = new ArrayList<>();
      List<List<Integer>> firstTokens = new ArrayList<>();
      for (SequenceExample<Label> sentence : sentences) {
        List<String> ids = new ArrayList<>();
        firstTokens.add(read(sentence, ids));
        texts.add(tokens(ids, Collections.nCopies(ids.size(), "0")));
      }
      List<double[]> logits = PlainOnnxRuntime.run(file, "logits", texts);
      List<List<Prediction<Label>>> predicted = model.predict(sentences);
      List<String> labels = model.labelOrder();
      assertThat(logits).hasSameSizeAs(texts);
      for (int i = 0; i < predicted.size(); i++) {
        List<double[]> ofWords = new ArrayList<>();
        for (int first : firstTokens.get(i)) {
          int from = first * labels.size();
          ofWords.add(Arrays.copyOfRange(logits.get(i), from, from + labels.size()));
        }
        assertPredicted(predicted.get(i), ofWords, labels);
      }
    }
  }

  /** What our own sessions make of a file of small weights, ONNX Runtime makes of it too. */
  @ParameterizedTest
  @EnumSource(
      value = ExportPrecision.class,
      names = {"FLOAT16", "INT8"})
  void aFileOfSmallWeightsIsAFileForAnyRuntime(ExportPrecision precision) throws Exception {
    TinyExperiment.in(folder);
    MutableDataset<Label> texts =
        new MutableDataset<>(
            CsvTextDataSource.of(
                    folder.resolve("texts.csv"),
                    folder.resolve("tiny-tokenizer.json"),
                    new LabelFactory())
                .read());
    Path file = folder.resolve("small.onnx");
    DistillationTrainer<Label> trainer =
        DistillationTrainer.<Label>builder()
            .student(EncoderStudent.of(folder.resolve("tiny-bert.onnx"), Pooling.MEAN))
            .epochs(2)
            .build();
    try (DistilledModel<Label> model = trainer.train(texts)) {
      model.exportOnnx(file, precision);
    }
    List<PlainOnnxRuntime.Row> rows = new ArrayList<>();
    for (Example<Label> text : texts) {
      List<String> ids = new ArrayList<>();
      text.forEach(feature -> addIf(feature.getName().startsWith("input_ids@"), feature, ids));
      rows.add(tokens(ids, Collections.nCopies(ids.size(), "0")));
    }
    try (DistilledModel<Label> read = DistilledModel.of(OnnxTeacher.of(file), new LabelFactory())) {
      List<Prediction<Label>> alone = new ArrayList<>();
      texts.forEach(text -> alone.add(read.predict(text)));
      assertPredicted(alone, PlainOnnxRuntime.run(file, "logits", rows), read.labelOrder());
    }
  }

  @Test
  void aModelOfImagesPredictsAsItsFileDoes() throws Exception {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 12; i++) {
      BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
      for (int pixel = 0; pixel < 64; pixel++) {
        image.setRGB(pixel % 8, pixel / 8, random.nextInt());
      }
      Path file = folder.resolve("images/%d/%d.png".formatted(i % 2, i));
      Files.createDirectories(file.getParent());
      ImageIO.write(image, "png", file.toFile());
    }
    MutableDataset<Label> images =
        new MutableDataset<>(
            ImageDataSource.of(folder.resolve("images"), new LabelFactory()).read());
    assertPredictsAsItsFileDoes(
        ScratchVisionStudent.of(8, 4, 2, 16, 2), images, Map.of("pixel_values", "c\\d.*"));
  }

  @Test
  void aModelOfSoundsPredictsAsItsFileDoes() throws Exception {
    SplittableRandom random = new SplittableRandom(1);
    AudioFormat format = new AudioFormat(8000, 8, 1, false, false);
    for (int i = 0; i < 12; i++) {
      byte[] samples = new byte[500 + 100 * i];
      random.nextBytes(samples);
      Path file = folder.resolve("sounds/%d/%d.wav".formatted(i % 2, i));
      Files.createDirectories(file.getParent());
      AudioSystem.write(
          new AudioInputStream(new ByteArrayInputStream(samples), format, samples.length),
          AudioFileFormat.Type.WAVE,
          file.toFile());
    }
    MutableDataset<Label> sounds =
        new MutableDataset<>(
            SoundDataSource.of(folder.resolve("sounds"), new LabelFactory())
                .preprocessing(SoundPreprocessing.whisper(0.2).mels(8))
                .read());
    assertPredictsAsItsFileDoes(
        ScratchSoundStudent.of(8, 20, 2, 16, 2), sounds, Map.of("input_features", "m\\d.*"));
  }

  @Test
  void aModelOfVectorsPredictsAsItsFileDoes() throws Exception {
    MutableDataset<Label> vectors = vectors();
    assertPredictsAsItsFileDoes(PerceptronStudent.of(5, 4), vectors, Map.of("features", ".*"));
    Path file = folder.resolve("two-inputs.onnx");
    twoInputs().toModel().write(file);
    assertPredictsAsItsFileDoes(
        OnnxStudent.of(file, List.of("large", "small")),
        vectors,
        Map.of("size", "size.*", "kind", "kind"));
  }

  private static MutableDataset<Label> vectors() {
    LabelFactory labels = new LabelFactory();
    MutableDataset<Label> vectors =
        new MutableDataset<>(new SimpleDataSourceProvenance("vectors", labels), labels);
    SplittableRandom random = new SplittableRandom(1);
    String[] names = {"size.width", "kind", "size.height", "size.depth", "size@mass"};
    for (int i = 0; i < 12; i++) {
      double[] values = random.doubles(names.length, 0.5, 2).toArray();
      values[1] = 1 + random.nextInt(2);
      vectors.add(new ArrayExample<>(new Label(values[0] > 1 ? "large" : "small"), names, values));
    }
    return vectors;
  }

  /** An embedding of a category is added to a projection of numbers. */
  private static Graph twoInputs() {
    Graph graph = Graph.empty(Ops.OPSET);
    Dimension batch = Dimension.of("batch");
    graph.addInput(
        "size", TensorType.of(ElementType.FLOAT, Shape.of(batch, Dimension.of("numbers"))));
    graph.addInput("kind", TensorType.of(ElementType.INT64, Shape.of(batch)));
    Ops op = Ops.on(graph);
    Value ofKind =
        op.gather(
            graph.setInitializer("kinds", Tensor.of(new float[] {0, 0, 1, -1, -1, 1}, 3, 2)),
            graph.value("kind"),
            0);
    Value ofSize =
        op.matmul(
            graph.value("size"),
            graph.setInitializer(
                "sizes", Tensor.of(new float[] {1, 2, -1, 1, 3, -2, 2, -3}, 4, 2)));
    graph.addOutput(op.named("logits", op.add(ofKind, ofSize)).name());
    return graph;
  }

  /**
   * @param inputs for each input of the model what the names of the features are that it reads
   */
  private void assertPredictsAsItsFileDoes(
      StudentSource student, MutableDataset<Label> examples, Map<String, String> inputs)
      throws Exception {
    List<PlainOnnxRuntime.Row> rows = new ArrayList<>();
    for (Example<Label> example : examples) {
      PlainOnnxRuntime.Row row = new PlainOnnxRuntime.Row();
      inputs.forEach(
          (input, features) ->
              row.put(
                  input,
                  StreamSupport.stream(example.spliterator(), false)
                      .filter(feature -> feature.getName().matches(features))
                      .map(feature -> Double.toString(feature.getValue()))
                      .toList()));
      rows.add(row);
    }
    Path file = folder.resolve("model.onnx");
    try (DistilledModel<Label> model = train(student, examples)) {
      model.exportOnnx(file);
      List<double[]> logits = PlainOnnxRuntime.run(file, "logits", rows);
      assertThat(logits).hasSize(12);
      assertPredicted(model.predict(examples), logits, model.labelOrder());
    }
  }

  private static <T extends Output<T>> DistilledModel<T> train(
      StudentSource student, MutableDataset<T> examples) {
    return DistillationTrainer.<T>builder().student(student).epochs(2).build().train(examples);
  }

  @Test
  void textsOfSeveralLabelsArePredictedAsTheFileHasThem() throws Exception {
    List<TokenSequence> texts = texts(List.of("my card is lost", "reset the pin", "euro"));
    MutableDataset<MultiLabel> examples = dataset(new MultiLabelFactory());
    examples.add(texts.get(0).toExample(MultiLabel.parseString("card,lost")));
    examples.add(texts.get(1).toExample(MultiLabel.parseString("pin")));
    examples.add(texts.get(2).toExample(new MultiLabel(Set.of())));
    Path file = folder.resolve("several.onnx");
    try (DistilledModel<MultiLabel> model = train(bert(), examples)) {
      model.exportOnnx(file);
      List<double[]> logits = PlainOnnxRuntime.run(file, "logits", rows(texts));
      List<Prediction<MultiLabel>> predicted = model.predict(examples);
      for (int i = 0; i < logits.size(); i++) {
        assertThat(logits.get(i)).hasSize(3);
        for (int column = 0; column < 3; column++) {
          String label = model.labelOrder().get(column);
          MultiLabel score = predicted.get(i).getOutputScores().get(label);
          assertThat(score.getLabelScore(new Label(label)).orElseThrow())
              .isEqualTo(1 / (1 + Math.exp(-logits.get(i)[column])), within(1e-5));
        }
      }
    }
  }

  @Test
  void pairsOfTextsAreRatedAsTheFileRatesThem() throws Exception {
    List<TokenSequence> pairs;
    try (TextTokenizer tokenizer = tokenizer()) {
      pairs =
          tokenizer.encodeAll(
              List.of("my card is lost", "reset the pin"), List.of("where is my card", "euro"));
    }
    MutableDataset<Regressor> examples = dataset(new RegressionFactory());
    examples.add(pairs.get(0).toExample(new Regressor("relatedness", 4)));
    examples.add(pairs.get(1).toExample(new Regressor("relatedness", 1)));
    try (DistilledModel<Regressor> model = train(bert(), examples)) {
      assertValues(model, "logits", examples, pairs);
    }
  }

  @Test
  void vectorsOfTextsAreThoseOfTheFile() throws Exception {
    List<TokenSequence> texts = texts(List.of("my card is lost", "reset the pin", "euro"));
    MutableDataset<Regressor> examples = dataset(new RegressionFactory());
    texts.forEach(text -> examples.add(text.toExample(RegressionFactory.UNKNOWN_REGRESSOR)));
    DistillationTrainer<Regressor> trainer =
        DistillationTrainer.<Regressor>builder()
            .student(EmbeddingStudent.of(PrunedStudent.keeping(1, bert()), Pooling.MEAN))
            .teacher(EmbeddingTeacher.of(folder.resolve("tiny-bert.onnx"), Pooling.MEAN))
            .objective(new DistillationObjective().softLoss(new CosineDistance()))
            .epochs(2)
            .build();
    try (DistilledModel<Regressor> model = trainer.train(examples)) {
      assertValues(model, "sentence_embedding", examples, texts);
    }
  }

  private void assertValues(
      DistilledModel<Regressor> model,
      String output,
      MutableDataset<Regressor> examples,
      List<TokenSequence> texts)
      throws Exception {
    Path file = folder.resolve("values.onnx");
    model.exportOnnx(file);
    List<double[]> values = PlainOnnxRuntime.run(file, output, rows(texts));
    for (int i = 0; i < texts.size(); i++) {
      Regressor predicted = model.predict(examples.getExample(i)).getOutput();
      assertThat(List.of(predicted.getNames())).isEqualTo(model.labelOrder());
      assertThat(predicted.getValues())
          .usingComparatorWithPrecision(1e-5)
          .containsExactly(values.get(i));
    }
  }

  private EncoderStudent bert() throws Exception {
    TinyExperiment.in(folder);
    return EncoderStudent.of(folder.resolve("tiny-bert.onnx"), Pooling.MEAN);
  }

  private TextTokenizer tokenizer() throws Exception {
    TinyExperiment.in(folder);
    return TextTokenizer.open(folder.resolve("tiny-tokenizer.json"), 16);
  }

  private List<TokenSequence> texts(List<String> texts) throws Exception {
    try (TextTokenizer tokenizer = tokenizer()) {
      return tokenizer.encodeAll(texts);
    }
  }

  private static <T extends Output<T>> MutableDataset<T> dataset(OutputFactory<T> outputs) {
    return new MutableDataset<>(new SimpleDataSourceProvenance("cards", outputs), outputs);
  }

  private static List<PlainOnnxRuntime.Row> rows(List<TokenSequence> texts) {
    return texts.stream()
        .map(text -> tokens(strings(text.ids()), strings(text.typeIds())))
        .toList();
  }

  private static List<String> strings(int[] numbers) {
    return Arrays.stream(numbers).mapToObj(Integer::toString).toList();
  }

  private static PlainOnnxRuntime.Row tokens(List<String> ids, List<String> segments) {
    PlainOnnxRuntime.Row row = new PlainOnnxRuntime.Row();
    row.put("input_ids", ids);
    row.put("attention_mask", Collections.nCopies(ids.size(), "1"));
    row.put("token_type_ids", segments);
    return row;
  }

  private static void assertPredicted(
      List<Prediction<Label>> predicted, List<double[]> logits, List<String> labels) {
    for (int i = 0; i < predicted.size(); i++) {
      double sum = Arrays.stream(logits.get(i)).map(Math::exp).sum();
      for (int column = 0; column < labels.size(); column++) {
        assertThat(predicted.get(i).getOutputScores().get(labels.get(column)).getScore())
            .isEqualTo(Math.exp(logits.get(i)[column]) / sum, within(1e-5));
      }
    }
  }

  @Test
  void answersArePredictedAsTheFileHasThem() throws Exception {
    EncoderStudent student = bert();
    MutableDataset<Span> questions = questions();
    Path file = folder.resolve("answers.onnx");
    try (DistilledModel<Span> model = train(student, questions)) {
      model.exportOnnx(file);
      List<PlainOnnxRuntime.Row> texts = new ArrayList<>();
      for (Example<Span> question : questions) {
        List<String> ids = new ArrayList<>();
        question.forEach(
            feature -> addIf(feature.getName().startsWith("input_ids@"), feature, ids));
        List<String> segments = new ArrayList<>(Collections.nCopies(ids.size(), "1"));
        Collections.fill(segments.subList(0, CONTEXT), "0");
        texts.add(tokens(ids, segments));
      }
      List<double[]> starts = PlainOnnxRuntime.run(file, "start_logits", texts);
      List<double[]> ends = PlainOnnxRuntime.run(file, "end_logits", texts);
      for (int i = 0; i < texts.size(); i++) {
        Prediction<Span> predicted = model.predict(questions.getExample(i));
        double best = Double.NEGATIVE_INFINITY;
        for (int first = CONTEXT; first < starts.get(i).length - 1; first++) {
          for (int last = first; last < ends.get(i).length - 1; last++) {
            best = Math.max(best, starts.get(i)[first] + ends.get(i)[last]);
          }
        }
        assertThat(Span.noAnswerMargin(predicted))
            .isEqualTo(starts.get(i)[0] + ends.get(i)[0] - best, within(1e-4));
      }
    }
  }

  private MutableDataset<Span> questions() throws Exception {
    MutableDataset<Span> questions = dataset(new SpanFactory());
    try (QuestionTokenizer tokenizer =
        QuestionTokenizer.open(folder.resolve("tiny-tokenizer.json"))) {
      String lost = "my card is lost";
      questions.add(tokenizer.encode("where is", lost, Span.in(lost, 3, 7)));
      questions.add(tokenizer.encode("where is", "reset the pin", Span.noAnswer()));
    }
    return questions;
  }

  /** The token ids of a sentence, and the first of each word. */
  private static List<Integer> read(SequenceExample<Label> sentence, List<String> ids) {
    List<String> after = new ArrayList<>();
    List<Integer> first = new ArrayList<>();
    sentence
        .get(0)
        .forEach(feature -> addIf(feature.getName().startsWith("before_ids@"), feature, ids));
    for (int word = 0; word < sentence.size(); word++) {
      first.add(ids.size());
      for (Feature feature : sentence.get(word)) {
        addIf(feature.getName().startsWith("input_ids@"), feature, ids);
        addIf(feature.getName().startsWith("after_ids@"), feature, after);
      }
    }
    ids.addAll(after);
    return first;
  }

  private static void addIf(boolean wanted, Feature feature, List<String> ids) {
    if (wanted) {
      ids.add(Long.toString((long) feature.getValue() - 1));
    }
  }

  private MutableSequenceDataset<Label> sentences() throws Exception {
    LabelFactory labels = new LabelFactory();
    MutableSequenceDataset<Label> sentences =
        new MutableSequenceDataset<>(new SimpleDataSourceProvenance("cards", labels), labels);
    Label outside = new Label("O");
    Label card = new Label("B-card");
    try (WordTokenizer tokenizer = WordTokenizer.open(folder.resolve("tiny-tokenizer.json"))) {
      sentences.add(
          tokenizer.encode(
              List.of("where", "is", "my", "card"), List.of(outside, outside, outside, card)));
      sentences.add(tokenizer.encode(List.of("card", "lost"), List.of(card, outside)));
    }
    return sentences;
  }
}
