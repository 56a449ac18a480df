package org.tribuo.distill.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.Modalities;
import org.tribuo.distill.student.internal.SampledExamples;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.TransformerFiles;

class NarrowedStudentTest {
  private static final ScratchStudent WHOLE = ScratchStudent.of(50, 3, 24, 4).withPositions(16);

  private static final SampledExamples EXAMPLES =
      (model, count, seed) ->
          ExampleInputs.random(
              Modalities.readerOfTrained(model, OptionalInt.empty(), 0),
              Math.min(count, 12),
              new SplittableRandom(seed));

  private static final StudentRequest REQUEST =
      new StudentRequest(
          Head.ofExamples(LabelOrder.of("no", "yes")), 1, new TransformerFiles(), EXAMPLES);

  @Test
  void headsAndInnerWidthGoWithTheWidth() throws IOException {
    Student made = NarrowedStudent.of(WHOLE, 12).make(REQUEST);

    assertThat(dims(made, "embeddings.words")).containsExactly(50, 12);
    assertThat(dims(made, "layers.1.attention.query.weight")).containsExactly(12, 12);
    assertThat(dims(made, "layers.1.attention.output.weight")).containsExactly(12, 12);
    assertThat(dims(made, "layers.2.inner.weight")).containsExactly(12, 48);
    assertThat(dims(made, "layers.2.outer.weight")).containsExactly(48, 12);
    assertThat(made.transformer().layers().width()).isEqualTo(12);
    assertThat(made.transformer().layers().heads()).hasValue(2);
    assertThat(made.made())
        .containsExactly(
            "Of its channels stay: width 12 of 24, heads 2 of 4, inner width 48 of 96.");
  }

  @Test
  void eachNumberCanBeStated() throws IOException {
    Student heads = NarrowedStudent.of(WHOLE).heads(3).make(REQUEST);
    assertThat(dims(heads, "layers.0.attention.value.weight")).containsExactly(24, 18);
    assertThat(dims(heads, "layers.0.inner.weight")).containsExactly(24, 96);

    Student inner = NarrowedStudent.of(WHOLE).inner(10).make(REQUEST);
    assertThat(dims(inner, "layers.0.attention.value.weight")).containsExactly(24, 24);
    assertThat(dims(inner, "layers.0.outer.weight")).containsExactly(10, 24);

    Student wide = NarrowedStudent.of(WHOLE, 18).heads(4).inner(96).make(REQUEST);
    assertThat(dims(wide, "layers.0.attention.value.weight")).containsExactly(18, 24);
    assertThat(wide.made()).containsExactly("Of its channels stay: width 18 of 24.");

    assertThat(NarrowedStudent.of(WHOLE, 24).make(REQUEST).made()).isEmpty();
  }

  /** Their heads pool all positions, channel by channel. */
  @Test
  void meansOfImagesAndSoundsBecomeNarrower() throws IOException {
    for (StudentSource whole :
        List.of(
            ScratchVisionStudent.of(8, 4, 2, 16, 2).withPooling(Pooling.MEAN),
            ScratchSoundStudent.of(16, 40, 2, 16, 2))) {
      Student made = NarrowedStudent.of(whole, 8).make(REQUEST);

      assertThat(dims(made, "layers.1.inner.weight")).as("%s", whole).containsExactly(8, 32);
      assertThat(made.transformer().layers().width()).as("%s", whole).isEqualTo(8);
    }
  }

  @Test
  void itComposesWithLayers() throws IOException {
    Student made =
        NarrowedStudent.of(PrunedStudent.keeping(List.of(1, 3), WHOLE), 12).make(REQUEST);

    assertThat(made.transformer().layers().count()).isEqualTo(2);
    assertThat(made.transformer().layers().width()).isEqualTo(12);
    assertThat(made.made()).hasSize(2);
  }

  @Test
  void headsThatAddNothingGo() throws IOException {
    StudentSource silenced =
        new Changed(WHOLE, "layers.0.attention.output.weight", (row, column) -> row / 6 % 2 == 0);
    for (int sample : new int[] {0, 12}) {
      Student made = NarrowedStudent.of(silenced).heads(2).sample(sample).make(REQUEST);

      float[] whole = values(silenced.make(REQUEST), "layers.0.attention.query.weight");
      float[] kept = values(made, "layers.0.attention.query.weight");
      assertThat(Arrays.copyOf(kept, 6)).isEqualTo(Arrays.copyOfRange(whole, 6, 12));
      assertThat(Arrays.copyOfRange(kept, 6, 12)).isEqualTo(Arrays.copyOfRange(whole, 18, 24));
    }
  }

  @Test
  void whatIsSmallOnTheSampleGoesThoughItsWeightsAreLarge() throws IOException {
    StudentSource quiet =
        new Changed(WHOLE, "layers.0.inner.weight", (row, column) -> column % 2 == 0);
    StudentSource loud =
        new Changed(quiet, "layers.0.outer.weight", (row, column) -> false) {
          @Override
          float changed(float value, int row, int column) {
            return row % 2 == 0 ? 10 * value : value;
          }
        };

    Student bySample = NarrowedStudent.of(loud).inner(48).make(REQUEST);
    Student byWeights = NarrowedStudent.of(loud).inner(48).sample(0).make(REQUEST);

    assertThat(values(bySample, "layers.0.inner.weight")).doesNotContain(0f);
    assertThat(values(byWeights, "layers.0.inner.weight")).containsOnly(0f);
  }

  @Test
  void theSameSeedMakesTheSameStudent() throws IOException {
    OnnxModel one = NarrowedStudent.of(WHOLE, 12).make(REQUEST).model();
    OnnxModel other = NarrowedStudent.of(WHOLE, 12).make(REQUEST).model();

    assertThat(one.initializers()).isEqualTo(other.initializers());
  }

  @Test
  void numbersThatCannotStayAreRefused() {
    assertThatThrownBy(() -> NarrowedStudent.of(WHOLE, 15).make(REQUEST))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Property: heads")
        .hasMessageContaining(
            "is not stated, and in proportion to a width of 15 of 24, 4 of layer 1 would be no whole number; state it, or another width");
    assertThatThrownBy(() -> NarrowedStudent.of(WHOLE, 48).make(REQUEST))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("is 48, expected at most 24: the width of the hidden states");
    assertThatThrownBy(() -> NarrowedStudent.of(WHOLE).heads(-1))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("heads");
    assertThatThrownBy(() -> NarrowedStudent.of(zoo("llama_causal_ts17")).heads(3).make(REQUEST))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining(
            "is 3, but in layer 1 each 2 of the 4 heads share their keys and values, expected a multiple of 2");
  }

  @Test
  void headsThatAreNotThereAreRefused() {
    StudentSource one = ScratchStudent.of(50, 2, 8, 1);

    assertThatThrownBy(() -> NarrowedStudent.of(one).heads(1).make(REQUEST))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("No heads were found of which some could go")
        .hasMessageContaining("layers: 2, width 8");
  }

  private static StudentSource zoo(String name) {
    return EncoderStudent.of(Zoo.file(name), Pooling.MEAN);
  }

  private static long[] dims(Student student, String weight) {
    return tensor(student, weight).dims();
  }

  private static float[] values(Student student, String weight) {
    return tensor(student, weight).toFloats();
  }

  private static Tensor tensor(Student student, String weight) {
    return student.transformer().graph().initializer(weight);
  }

  /** Which elements of a matrix are zero. */
  private interface Zeros {
    boolean at(int row, int column);
  }

  /** Another student with one changed matrix. */
  private static class Changed implements StudentSource {
    private final StudentSource source;
    private final String weight;
    private final Zeros zeros;

    Changed(StudentSource source, String weight, Zeros zeros) {
      this.source = source;
      this.weight = weight;
      this.zeros = zeros;
    }

    float changed(float value, int row, int column) {
      return zeros.at(row, column) ? 0 : value;
    }

    @Override
    public Student make(StudentRequest request) throws IOException {
      Student made = source.make(request);
      Tensor matrix = tensor(made, weight);
      float[] values = matrix.toFloats();
      int columns = (int) matrix.dim(1);
      for (int i = 0; i < values.length; i++) {
        values[i] = changed(values[i], i / columns, i % columns);
      }
      return made.with(
          made.model().withInitializers(Map.of(weight, Tensor.of(values, matrix.dims()))));
    }

    @Override
    public ConfiguredObjectProvenance getProvenance() {
      return source.getProvenance();
    }
  }
}
