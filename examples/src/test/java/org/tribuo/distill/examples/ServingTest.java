package org.tribuo.distill.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.transformer.Pooling;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/**
 * The project {@code serving} predicts as this JVM does, with ONNX Runtime's own jar in the place
 * of the library that trains. Its class path is that of these tests without what its pom excludes;
 * and once with all, since it uses ONNX Runtime before this library does.
 */
class ServingTest {
  private static final Path PROJECT = Path.of("serving");
  private static final List<String> TEXTS =
      List.of("where is my new card", "what is the exchange rate", "reset the pin");

  @TempDir Path folder;

  @Test
  void aSavedModelIsServedWithoutTheTrainingLibrary() throws Exception {
    TinyExperiment.in(folder);
    Path model = folder.resolve("student.tribuo");
    List<String> expected = new ArrayList<>();
    try (DistilledModel<Label> student = train()) {
      student.serializeToFile(model);
      try (TextTokenizer tokenizer = TextTokenizer.open(tokenizer(), student.maxLength())) {
        for (String text : TEXTS) {
          Label label =
              student
                  .predict(tokenizer.encode(text).toExample(LabelFactory.UNKNOWN_LABEL))
                  .getOutput();
          expected.add(
              String.format(Locale.ROOT, "%s\t%.3f\t%s", label.getLabel(), label.getScore(), text));
        }
      }
    }

    for (String classPath : List.of(classPath(), System.getProperty("java.class.path"))) {
      List<String> served = serve(model, classPath);
      assertThat(served)
          .first()
          .asString()
          .matches("ONNX Runtime \\d+\\.\\d+\\.\\d+, training API: false");
      assertThat(served.subList(1, served.size())).containsExactlyElementsOf(expected);
    }
  }

  @Test
  void theProjectStatesTheVersionsOfTheBuild() throws Exception {
    Document build = xml(Path.of("..", "pom.xml"));
    Document project = xml(PROJECT.resolve("pom.xml"));

    assertThat(version(project, "tribuo-distill"))
        .isEqualTo(text(build, "/project/version"))
        .isEqualTo(text(project, "/project/version"));
    assertThat(version(project, "onnxruntime"))
        .isEqualTo(text(build, "/project/properties/onnxruntime.version"));
    assertThat(version(project, "slf4j-nop"))
        .isEqualTo(text(build, "/project/properties/slf4j.version"));
  }

  private DistilledModel<Label> train() throws Exception {
    CsvTextDataSource<Label> texts =
        CsvTextDataSource.of(folder.resolve("texts.csv"), tokenizer(), new LabelFactory())
            .labels("label")
            .maxLength(16)
            .read();
    DistillationTrainer<Label> trainer =
        DistillationTrainer.<Label>builder()
            .student(EncoderStudent.of(folder.resolve("tiny-bert.onnx"), Pooling.MEAN))
            .epochs(1)
            .build();
    return trainer.train(new MutableDataset<>(texts));
  }

  private Path tokenizer() {
    return folder.resolve("tiny-tokenizer.json");
  }

  private List<String> serve(Path model, String classPath) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
    command.addAll(List.of("-cp", classPath));
    command.add(PROJECT.resolve("src/main/java/Serve.java").toString());
    command.addAll(List.of(model.toString(), tokenizer().toString()));
    command.addAll(TEXTS);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().toList();
  }

  /** What the project excludes is found by its place in a Maven repository. */
  private static String classPath() throws Exception {
    List<String> excluded = new ArrayList<>();
    NodeList exclusions =
        (NodeList)
            xpath()
                .evaluate("//exclusion", xml(PROJECT.resolve("pom.xml")), XPathConstants.NODESET);
    for (int i = 0; i < exclusions.getLength(); i++) {
      String group = xpath().evaluate("groupId", exclusions.item(i));
      String artifact = xpath().evaluate("artifactId", exclusions.item(i));
      excluded.add("/%s/%s/".formatted(group.replace('.', '/'), artifact));
    }
    String separator = System.getProperty("path.separator");
    List<String> all = Arrays.asList(System.getProperty("java.class.path").split(separator));
    List<String> left =
        all.stream()
            .filter(entry -> excluded.stream().noneMatch(entry.replace('\\', '/')::contains))
            .toList();
    assertThat(left).as("the class path without %s", excluded).hasSizeLessThan(all.size());
    return String.join(separator, left);
  }

  private static String version(Document pom, String artifact) throws Exception {
    return text(
        pom, "/project/dependencies/dependency[artifactId='%s']/version".formatted(artifact));
  }

  private static String text(Document pom, String path) throws Exception {
    return xpath().evaluate(path, pom);
  }

  private static XPath xpath() {
    return XPathFactory.newInstance().newXPath();
  }

  private static Document xml(Path file) throws Exception {
    assertThat(Files.exists(file)).as("%s", file).isTrue();
    return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
  }
}
