package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.component.InputFiles;
import org.tribuo.distill.component.NamedColumns;
import org.tribuo.distill.component.NamedColumns.Origin;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.internal.component.OnnxMetadata;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.transformer.internal.TransformerFiles;
import org.tribuo.test.Helpers;

/** Who says what the columns of a model's logits stand for. */
class LabelOrderOriginTest {
  private static final List<String> ORDER = List.of("red", "blue", "green");
  private static final String CONFIGURATION =
      "{\"architectures\": [\"BertForSequenceClassification\"],"
          + " \"id2label\": {\"2\": \"green\", \"0\": \"red\", \"1\": \"blue\"}}";

  @TempDir Path folder;

  private Path model;

  @BeforeEach
  void provide() throws IOException {
    model = Files.copy(Zoo.file("bert_seqcls_ts11"), folder.resolve("model.onnx"));
  }

  @Test
  void theConfigurationBesideTheModelNamesTheColumnsOfTeacherAndStudent() throws IOException {
    configure(CONFIGURATION);
    OnnxTeacher teacher = OnnxTeacher.of(model);
    OnnxStudent student = OnnxStudent.of(model);
    assertThat(teacher.labels(new TransformerFiles()).orElseThrow().names()).isEqualTo(ORDER);
    assertThat(
            student
                .make(
                    StudentRequest.withoutExamples(
                        Head.ofExamples(LabelOrder.of("other")), 0, new TransformerFiles()))
                .labelOrder()
                .names())
        .isEqualTo(ORDER);
    assertThat(teacher.getProvenance().getInstanceValues().get("found-label-order-from"))
        .hasToString("CONFIGURATION");
    assertThat(teacher.getProvenance().getInstanceValues()).containsKey("config-hash");
    Helpers.testProvenanceMarshalling(student.getProvenance());

    List<NamedColumns> told = new ArrayList<>();
    DistillationTrainer<Label> trainer =
        DistillationTrainer.<Label>builder()
            .student(student)
            .teacher(teacher)
            .epochs(1)
            .device(Device.cpu(1))
            .build();
    trainer.setListener(
        new DistillationListener() {
          @Override
          public void onLabelOrder(Path file, NamedColumns columns) {
            told.add(columns);
          }
        });
    MutableDataset<Label> texts = TinyTexts.dataset(TinyTexts.labelled(12, 1));
    try (DistilledModel<Label> trained = trainer.train(texts)) {
      assertThat(trained.labelOrder()).isEqualTo(ORDER);
      Path configuration = folder.resolve("config.json");
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> trained.exportOnnx(configuration))
          .withMessageContaining("config.json")
          .withMessageContaining("is read, and would be replaced; name another file");
    }
    assertThat(told).containsExactly(new NamedColumns(ORDER, Origin.CONFIGURATION));
  }

  @Test
  void aRepositoryHasItsConfigurationAboveTheFolderOnnx() throws IOException {
    Path onnx = Files.createDirectory(folder.resolve("onnx"));
    Path inside = Files.copy(model, onnx.resolve("model.onnx"));
    configure(CONFIGURATION);
    OnnxTeacher teacher = OnnxTeacher.of(inside);
    assertThat(teacher.labels(new TransformerFiles()).orElseThrow().names()).isEqualTo(ORDER);
    assertThat(teacher.getProvenance().getInstanceValues()).containsKey("config-hash");
    assertThat(
            InputFiles.ofProvenance(teacher.getProvenance())
                .replacedBy(folder.resolve("config.json")))
        .isPresent();
    Files.writeString(onnx.resolve("config.json"), "{}");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> teacher.labels(new TransformerFiles()));
    Path other = Files.createDirectory(folder.resolve("exports"));
    OnnxTeacher elsewhere = OnnxTeacher.of(Files.copy(model, other.resolve("model.onnx")));
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> elsewhere.labels(new TransformerFiles()))
        .withMessageContaining("state their names in order");
  }

  @Test
  void whatIsStatedComesFirstAndThenWhatTheFileItselfSays() throws IOException {
    configure(CONFIGURATION);
    List<String> other = List.of("green", "red", "blue");
    assertThat(OnnxTeacher.of(model, other).labels(new TransformerFiles()).orElseThrow().names())
        .isEqualTo(other);
    Path described = folder.resolve("described.onnx");
    OnnxModel.read(model)
        .withMetadata(Map.of(OnnxMetadata.LABEL_ORDER, "[\"blue\", \"green\", \"red\"]"))
        .write(described);
    assertThat(OnnxTeacher.of(described).labels(new TransformerFiles()).orElseThrow().names())
        .containsExactly("blue", "green", "red");
    assertThat(
            OnnxTeacher.of(described)
                .getProvenance()
                .getInstanceValues()
                .get("found-label-order-from"))
        .hasToString("METADATA");
  }

  @Test
  void itIsFoundFromXmlToo() throws Exception {
    configure(CONFIGURATION);
    Path xml =
        Files.writeString(
            folder.resolve("teacher.xml"),
            """
            <config>
              <component name="teacher" type="org.tribuo.distill.teacher.OnnxTeacher">
                <property name="path" value="%s"/>
              </component>
            </config>
            """
                .formatted(model));
    try (ConfigurationManager manager = new ConfigurationManager(xml.toString())) {
      assertThat(
              ((OnnxTeacher) manager.lookup("teacher"))
                  .labels(new TransformerFiles())
                  .orElseThrow()
                  .names())
          .isEqualTo(ORDER);
    }
  }

  @Test
  void aConfigurationOfOtherColumnsIsRefused() throws IOException {
    configure("{\"id2label\": {\"0\": \"no\", \"1\": \"yes\"}}");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () ->
                OnnxStudent.of(model)
                    .make(
                        StudentRequest.withoutExamples(
                            Head.ofExamples(LabelOrder.of("other")), 0, new TransformerFiles())))
        .withMessageContaining("Component: OnnxStudent, Property: labelOrder")
        .withMessageContaining("config.json of " + model + " names 2 columns, [no, yes], but")
        .withMessageContaining("'logits' FLOAT")
        .withMessageContaining("state the names of its columns");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"id2label\": {\"0\": \"red\", | config.json is no JSON",
        "[1, 2] | config.json is no JSON object",
        "{\"id2label\": [\"red\", \"blue\"]} | expected a name for each number from 0",
        "{\"id2label\": {\"0\": \"red\", \"2\": \"blue\"}} | expected a name for each number from 0",
        "{\"id2label\": {\"0\": null}} | expected a name for each number from 0",
        "{\"id2label\": {\"0\": \"a\", \"1\": \"a\", \"2\": \"b\"}} | has 'a' twice",
        "{\"id2label\": {\"0\": \"a\", \"1\": \" \", \"2\": \"b\"}} | has a blank name",
        "{\"id2label\": {\"0\": \"LABEL_0\", \"1\": \"LABEL_1\", \"2\": \"LABEL_2\"}}"
            + " | does not say what the columns of its logits stand for",
        "{\"model_type\": \"bert\"} | does not say what the columns of its logits stand for"
      })
  void aConfigurationThatNamesNoColumnsIsNoneOrRefused(String json, String message)
      throws IOException {
    configure(json);
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () ->
                OnnxStudent.of(model)
                    .make(
                        StudentRequest.withoutExamples(
                            Head.ofExamples(LabelOrder.of("other")), 0, new TransformerFiles())))
        .withMessageContaining("Component: OnnxStudent, Property: labelOrder")
        .withMessageContaining(message);
    assertThat(OnnxTeacher.of(model).getProvenance().getInstanceValues())
        .as("a teacher may show features only, and have no head")
        .containsKey("model-hash");
  }

  private void configure(String json) throws IOException {
    Files.writeString(folder.resolve("config.json"), json);
  }
}
