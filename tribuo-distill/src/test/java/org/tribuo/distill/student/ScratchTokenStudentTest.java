package org.tribuo.distill.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.OnnxRun;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.input.internal.text.Tokens;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.BlockNormalization;
import org.tribuo.distill.transformer.PositionEncoding;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.TransformerFiles;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;

class ScratchTokenStudentTest {
  private static final int TOKENS = 7;
  private static final ScratchTokenStudent SMALL =
      ScratchTokenStudent.of(2, 8, 2).withPositions(6).withInner(12);

  @TempDir private Path folder;

  private static Student make(ScratchTokenStudent student, long seed) {
    return student.make(
        StudentRequest.withoutExamples(
            Head.ofVocabulary(LabelOrder.numbered(TOKENS)), seed, new TransformerFiles()));
  }

  private static float[] logits(OnnxModel model, long[] ids, long... mask) {
    return OnnxRun.of(
        model,
        Map.of(
            "input_ids", Tensor.of(ids, 1, ids.length),
            "attention_mask", Tensor.of(mask, 1, ids.length)),
        "logits");
  }

  @Test
  void weightsHaveTheShapesThatAreStatedAndTheTableIsOne() {
    Map<String, Tensor> weights = make(SMALL, 1).model().initializers();

    assertThat(weights.get("embeddings.tokens").dims()).containsExactly(TOKENS, 8);
    assertThat(weights.get("embeddings.positions").dims()).containsExactly(6, 8);
    assertThat(weights.get("layers.1.inner.weight").dims()).containsExactly(8, 12);
    assertThat(weights.values())
        .filteredOn(weight -> weight.rank() == 2 && weight.dim(0) == TOKENS)
        .hasSize(1);
    assertThat(weights).isEqualTo(make(SMALL, 1).model().initializers());
    assertThat(weights).isNotEqualTo(make(SMALL, 2).model().initializers());
    assertThat(make(SMALL, 1).transformer().layers().count()).isEqualTo(2);
  }

  /** What a token says depends neither on later ones nor on padding, on either side. */
  @Test
  void noPositionReadsALaterTokenOrPadding() {
    OnnxModel model = make(SMALL, 1).model();
    float[] three = logits(model, new long[] {3, 1, 4}, 1, 1, 1);
    float[] padded = logits(model, new long[] {3, 1, 4, 2, 2}, 1, 1, 1, 0, 0);
    float[] others = logits(model, new long[] {3, 1, 5, 2}, 1, 1, 1, 1);
    float[] one = logits(model, new long[] {6, 6, 4}, 0, 0, 1);
    float[] another = logits(model, new long[] {2, 5, 4}, 0, 0, 1);

    assertThat(three).hasSize(3 * TOKENS);
    assertThat(Arrays.copyOf(padded, 3 * TOKENS)).containsExactly(three, within(1e-6f));
    assertThat(Arrays.copyOf(others, 2 * TOKENS))
        .containsExactly(Arrays.copyOf(three, 2 * TOKENS), within(1e-6f));
    assertThat(Math.abs(others[2 * TOKENS] - three[2 * TOKENS])).isGreaterThan(1e-6f);
    assertThat(Arrays.copyOfRange(one, 2 * TOKENS, 3 * TOKENS))
        .containsExactly(Arrays.copyOfRange(another, 2 * TOKENS, 3 * TOKENS), within(1e-6f));
  }

  @Test
  void aStudentComesFromXml() throws Exception {
    Path xml =
        Files.writeString(
            folder.resolve("config.xml"),
            """
            <config>
              <component name="student" type="org.tribuo.distill.student.ScratchTokenStudent">
                <property name="positions" value="6"/>
                <property name="layers" value="2"/>
                <property name="width" value="8"/>
                <property name="heads" value="2"/>
                <property name="inner" value="12"/>
              </component>
            </config>
            """);

    assertThat(new ConfigurationManager(xml.toString()).lookup("student"))
        .hasToString(SMALL.toString());
  }

  /** Each is a setting, in Java as in XML, and in provenance. */
  @Test
  void theFormIsStated() throws Exception {
    Path xml =
        Files.writeString(
            folder.resolve("form.xml"),
            """
            <config>
              <component name="student" type="org.tribuo.distill.student.ScratchTokenStudent">
                <property name="positions" value="6"/>
                <property name="layers" value="2"/>
                <property name="width" value="8"/>
                <property name="heads" value="2"/>
                <property name="inner" value="12"/>
                <property name="normalization" value="AFTER"/>
                <property name="positionEncoding" value="ROTARY"/>
                <property name="tiedEmbeddings" value="false"/>
              </component>
            </config>
            """);
    ScratchTokenStudent stated =
        SMALL
            .withNormalization(BlockNormalization.AFTER)
            .withPositionEncoding(PositionEncoding.ROTARY)
            .withTiedEmbeddings(false);
    ScratchTokenStudent read =
        (ScratchTokenStudent) new ConfigurationManager(xml.toString()).lookup("student");

    assertThat(read)
        .hasToString(
            "ScratchTokenStudent(positions=6, layers=2, width=8, heads=2, inner=12, normalization=AFTER, positionEncoding=ROTARY, tiedEmbeddings=false)")
        .hasToString(stated.toString());
    assertThat(read.getProvenance().getConfiguredParameters().get("positionEncoding"))
        .hasToString(
            stated.getProvenance().getConfiguredParameters().get("positionEncoding").toString());
    Map<String, Tensor> weights = make(read, 1).model().initializers();
    assertThat(weights).isEqualTo(make(stated, 1).model().initializers());
    assertThat(weights.get("output.weight").dims()).containsExactly(8, TOKENS);
    assertThat(weights).doesNotContainKeys("embeddings.positions", "norm.scale");
  }

  /** The other students have the same settings. */
  @ParameterizedTest
  @ValueSource(strings = {"ScratchItemStudent", "ScratchEncoderDecoderStudent"})
  void otherStudentsAreStatedAlike(String name) throws Exception {
    String layers =
        name.equals("ScratchItemStudent")
            ? "<property name=\"layers\" value=\"2\"/>"
            : "<property name=\"encoderLayers\" value=\"2\"/><property name=\"decoderLayers\" value=\"1\"/>";
    Path xml =
        Files.writeString(
            folder.resolve("other.xml"),
            """
            <config>
              <component name="student" type="org.tribuo.distill.student.%s">
                %s
                <property name="width" value="8"/>
                <property name="heads" value="2"/>
                <property name="normalization" value="AFTER"/>
                <property name="positionEncoding" value="SINUSOIDAL"/>
                <property name="tiedEmbeddings" value="false"/>
              </component>
            </config>
            """
                .formatted(name, layers));
    Object stated =
        name.equals("ScratchItemStudent")
            ? ScratchItemStudent.of(2, 8, 2)
                .withNormalization(BlockNormalization.AFTER)
                .withPositionEncoding(PositionEncoding.SINUSOIDAL)
                .withTiedEmbeddings(false)
            : ScratchEncoderDecoderStudent.of(2, 1, 8, 2)
                .withNormalization(BlockNormalization.AFTER)
                .withPositionEncoding(PositionEncoding.SINUSOIDAL)
                .withTiedEmbeddings(false);

    assertThat(new ConfigurationManager(xml.toString()).lookup("student"))
        .hasToString(stated.toString());
    assertThat(stated.toString())
        .startsWith(name)
        .endsWith("normalization=AFTER, positionEncoding=SINUSOIDAL, tiedEmbeddings=false)");
  }

  static List<ScratchTokenStudent> forms() {
    return Arrays.stream(PositionEncoding.values())
        .flatMap(
            positions ->
                Arrays.stream(BlockNormalization.values())
                    .map(
                        normalization ->
                            SMALL
                                .withPositionEncoding(positions)
                                .withNormalization(normalization)
                                .withTiedEmbeddings(normalization == BlockNormalization.BEFORE)))
        .toList();
  }

  /** As a graph in which the other layer makes what it reads. */
  @ParameterizedTest
  @MethodSource("forms")
  void eitherLayerIsCut(ScratchTokenStudent student) throws Exception {
    OnnxModel whole = make(student, 1).model();
    long[] ids = {3, 1, 4, 2};
    for (int kept = 1; kept <= 2; kept++) {
      OnnxModel cut =
          PrunedStudent.keeping(List.of(kept), student)
              .make(
                  StudentRequest.withoutExamples(
                      Head.ofVocabulary(LabelOrder.numbered(TOKENS)), 1, new TransformerFiles()))
              .model();
      Graph byHand = Graph.of(whole);
      TransformerLayers layers = Transformer.of(whole).layers();
      byHand.replaceUses(layers.hiddenState(3 - kept), layers.hiddenState(2 - kept));
      byHand.removeUnused();

      assertThat(logits(cut, ids, 1, 1, 1, 1))
          .containsExactly(logits(byHand.toModel(), ids, 1, 1, 1, 1), within(1e-6f))
          .isNotEqualTo(logits(whole, ids, 1, 1, 1, 1));
    }
  }

  /** A text of any length can be read where there is no table, so the number is stated. */
  @Test
  void theLongestTextIsKnownWithoutATable() {
    for (PositionEncoding encoding : PositionEncoding.values()) {
      Student student = make(SMALL.withPositionEncoding(encoding), 1);
      InputReader<?> reader =
          new Tokens().readerOfTrained(student.transformer(), OptionalInt.empty(), 0);

      assertThat(reader.maxLength()).isEqualTo(6);
    }
  }

  @Test
  void positionsThatDoNotFitAreRefusedAtOnce() {
    assertThatThrownBy(
            () -> ScratchTokenStudent.of(1, 12, 4).withPositionEncoding(PositionEncoding.ROTARY))
        .isInstanceOf(PropertyException.class)
        .hasMessage(
            "Component: ScratchTokenStudent, Property: width, The width is 12, of which each of the 4 heads has 3, but rotary positions turn pairs of numbers; expected an even number for each head, or other positions");
    assertThatThrownBy(
            () ->
                ScratchEncoderDecoderStudent.of(1, 1, 15, 3)
                    .withPositionEncoding(PositionEncoding.SINUSOIDAL))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining(
            "ScratchEncoderDecoderStudent, Property: width, The width is 15, but sinusoidal");
  }

  @Test
  void numbersThatDoNotFitAndOtherOutputsAreRefused() {
    assertThatThrownBy(() -> ScratchTokenStudent.of(2, 15, 2))
        .isInstanceOf(PropertyException.class)
        .hasMessage(
            "Component: ScratchTokenStudent, Property: width, The width is 15, expected a multiple of the 2 heads");
    assertThatThrownBy(
            () ->
                SMALL.make(
                    StudentRequest.withoutExamples(
                        Head.ofTokens(LabelOrder.of("no", "yes")), 1, new TransformerFiles())))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining(
            "predicts the next token, but the outputs of the dataset are [no, yes]; make the dataset with PlainTextDataSource");
  }
}
