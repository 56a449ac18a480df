package org.tribuo.distill.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
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
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.ExportPrecision;
import org.tribuo.distill.input.image.ImageDataSource;
import org.tribuo.distill.input.sound.SoundDataSource;
import org.tribuo.distill.input.sound.SoundPreprocessing;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.input.text.QuestionTokenizer;
import org.tribuo.distill.input.text.WordTokenizer;
import org.tribuo.distill.sequence.DistilledSequenceModel;
import org.tribuo.distill.sequence.SequenceDistillationTrainer;
import org.tribuo.distill.span.Span;
import org.tribuo.distill.span.SpanFactory;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.ScratchSoundStudent;
import org.tribuo.distill.student.ScratchVisionStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.task.token.TagSequence;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.sequence.MutableSequenceDataset;
import org.tribuo.sequence.SequenceExample;

/** What a model predicts is what its exported file gives in a JVM that has ONNX Runtime alone. */
class ExportedFileTest {
  /** Where the context begins behind the question "where is", between special tokens. */
  private static final int CONTEXT = 4;

  @TempDir Path folder;

  @Test
  void aTaggerPredictsAsItsFileDoes() throws Exception {
    TinyExperiment.in(folder);
    MutableSequenceDataset<Label> sentences = sentences();
    DistillationTrainer<TagSequence> settings =
        DistillationTrainer.<TagSequence>builder()
            .student(EncoderStudent.of(folder.resolve("tiny-bert.onnx"), Pooling.MEAN))
            .epochs(2)
            .build();
    Path file = folder.resolve("tagger.onnx");
    try (DistilledSequenceModel model = SequenceDistillationTrainer.of(settings).train(sentences)) {
      model.exportOnnx(file);
      List<String> texts = new ArrayList<>();
      List<List<Integer>> firstTokens = new ArrayList<>();
      for (SequenceExample<Label> sentence : sentences) {
        List<String> ids = new ArrayList<>();
        firstTokens.add(read(sentence, ids));
        texts.add(String.join(",", ids));
      }
      List<double[]> logits = run(file, "logits", texts);
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
    List<String> rows = new ArrayList<>();
    for (Example<Label> text : texts) {
      List<String> ids = new ArrayList<>();
      text.forEach(feature -> addIf(feature.getName().startsWith("input_ids@"), feature, ids));
      rows.add(String.join(",", ids));
    }
    try (DistilledModel<Label> read = DistilledModel.of(OnnxTeacher.of(file), new LabelFactory())) {
      List<Prediction<Label>> alone = new ArrayList<>();
      texts.forEach(text -> alone.add(read.predict(text)));
      assertPredicted(alone, run(file, "logits", rows), read.labelOrder());
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
    assertPredictsAsItsFileDoes(ScratchVisionStudent.of(8, 4, 2, 16, 2), images, "c");
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
    assertPredictsAsItsFileDoes(ScratchSoundStudent.of(8, 20, 2, 16, 2), sounds, "m");
  }

  /**
   * @param prefix what the names of the features that a model reads begin with
   */
  private void assertPredictsAsItsFileDoes(
      StudentSource student, MutableDataset<Label> examples, String prefix) throws Exception {
    DistillationTrainer<Label> trainer =
        DistillationTrainer.<Label>builder().student(student).epochs(2).build();
    Path file = folder.resolve("model.onnx");
    try (DistilledModel<Label> model = trainer.train(examples)) {
      model.exportOnnx(file);
      List<String> numbers = new ArrayList<>();
      for (Example<Label> example : examples) {
        numbers.add(
            StreamSupport.stream(example.spliterator(), false)
                .filter(feature -> feature.getName().startsWith(prefix))
                .map(feature -> Double.toString(feature.getValue()))
                .collect(Collectors.joining(",")));
      }
      List<double[]> logits = run(file, "logits", numbers);
      assertThat(logits).hasSize(12);
      assertPredicted(model.predict(examples), logits, model.labelOrder());
    }
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
    TinyExperiment.in(folder);
    MutableDataset<Span> questions = questions();
    DistillationTrainer<Span> trainer =
        DistillationTrainer.<Span>builder()
            .student(EncoderStudent.of(folder.resolve("tiny-bert.onnx"), Pooling.MEAN))
            .epochs(2)
            .build();
    Path file = folder.resolve("answers.onnx");
    try (DistilledModel<Span> model = trainer.train(questions)) {
      model.exportOnnx(file);
      List<String> texts = new ArrayList<>();
      for (Example<Span> question : questions) {
        List<String> ids = new ArrayList<>();
        question.forEach(
            feature -> addIf(feature.getName().startsWith("input_ids@"), feature, ids));
        List<String> segments = new ArrayList<>(Collections.nCopies(ids.size(), "1"));
        Collections.fill(segments.subList(0, CONTEXT), "0");
        texts.add(String.join(",", ids) + ";" + String.join(",", segments));
      }
      List<double[]> starts = run(file, "start_logits", texts);
      List<double[]> ends = run(file, "end_logits", texts);
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
    SpanFactory outputs = new SpanFactory();
    MutableDataset<Span> questions =
        new MutableDataset<>(new SimpleDataSourceProvenance("cards", outputs), outputs);
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

  /** The values of an output for each text, computed in another JVM. */
  private static List<double[]> run(Path file, String output, List<String> texts) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
    command.addAll(List.of("-cp", onnxRuntime()));
    command.add(Path.of("src/test/programs/RunOnnx.java").toString());
    command.addAll(List.of(file.toString(), output));
    command.addAll(texts);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    return printed
        .lines()
        .map(line -> Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray())
        .toList();
  }

  /** The jar, by its place in a Maven repository. */
  private static String onnxRuntime() {
    return Arrays.stream(
            System.getProperty("java.class.path").split(System.getProperty("path.separator")))
        .filter(entry -> entry.replace('\\', '/').contains("/com/microsoft/onnxruntime/"))
        .findFirst()
        .orElseThrow();
  }
}
