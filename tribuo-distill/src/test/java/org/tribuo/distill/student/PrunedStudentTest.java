package org.tribuo.distill.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.Modalities;
import org.tribuo.distill.student.PrunedStudent.Choice;
import org.tribuo.distill.student.internal.SampledExamples;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.internal.TransformerFiles;

class PrunedStudentTest {
  private static final SampledExamples EXAMPLES =
      (model, count, seed) ->
          ExampleInputs.random(
              Modalities.readerOfTrained(model, OptionalInt.empty(), 0),
              Math.min(count, 12),
              new SplittableRandom(seed));

  private static final StudentRequest REQUEST =
      new StudentRequest(
          Head.ofExamples(LabelOrder.of("no", "yes")), 1, new TransformerFiles(), EXAMPLES);

  /** Its weights are named by their layer, from 0. */
  private static final ScratchStudent WHOLE = ScratchStudent.of(50, 3, 24, 4);

  @Test
  void layersCountFromOne() throws IOException {
    assertThat(layersOf(PrunedStudent.keeping(List.of(1), WHOLE))).containsExactly("layers.0");
    assertThat(layersOf(PrunedStudent.keeping(List.of(2, 3), WHOLE)))
        .containsExactlyInAnyOrder("layers.1", "layers.2");
  }

  @Test
  void aNumberOfLayersIsSpreadEvenly() throws IOException {
    assertThat(layersOf(PrunedStudent.keeping(2, WHOLE)))
        .containsExactlyInAnyOrder("layers.0", "layers.2");
  }

  @Test
  void theFirstOrTheLastLayersStay() throws IOException {
    assertThat(layersOf(PrunedStudent.keeping(2, Choice.FIRST, WHOLE)))
        .containsExactlyInAnyOrder("layers.0", "layers.1");
    assertThat(layersOf(PrunedStudent.keeping(1, Choice.LAST, WHOLE))).containsExactly("layers.2");
  }

  @Test
  void layersOfLittleInfluenceGo() throws IOException {
    StudentSource student = PrunedStudent.keeping(2, Choice.INFLUENCE, new Still(WHOLE, 1));

    Student made = student.make(REQUEST);

    assertThat(layersOf(made)).containsExactlyInAnyOrder("layers.0", "layers.2");
    assertThat(made.made())
        .singleElement()
        .asString()
        .matches("Of 3 layers 1, 3 stay; the influence of each is 0\\.\\d+, 0\\.000, 0\\.\\d+\\.");
    assertThat(made.described()).hasSize(2).last().asString().contains(" parameters in ");
    assertThat(layersOf(PrunedStudent.keeping(2, Choice.INFLUENCE, new Still(WHOLE, 2))))
        .containsExactlyInAnyOrder("layers.0", "layers.1");
  }

  @Test
  void theSampleIsDrawnByTheSeedAndNoLargerThanStated() throws IOException {
    List<Integer> counts = new ArrayList<>();
    List<Long> seeds = new ArrayList<>();
    SampledExamples watched =
        (model, count, seed) -> {
          counts.add(count);
          seeds.add(seed);
          return EXAMPLES.draw(model, count, seed);
        };
    StudentRequest request = new StudentRequest(REQUEST.head(), 5, new TransformerFiles(), watched);

    PrunedStudent.keeping(1, Choice.INFLUENCE, WHOLE).sample(7).make(request);
    PrunedStudent.keeping(1, Choice.SPREAD, WHOLE).make(request);

    assertThat(counts).containsExactly(7);
    assertThat(seeds).containsExactly(5L);
    assertThatThrownBy(() -> PrunedStudent.keeping(1, WHOLE).sample(0))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("sample");
  }

  @Test
  void influenceNeedsExamples() {
    StudentRequest without =
        StudentRequest.withoutExamples(REQUEST.head(), 1, new TransformerFiles());

    assertThatThrownBy(() -> PrunedStudent.keeping(1, Choice.INFLUENCE, WHOLE).make(without))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The student is made by what it computes for examples, and there are none here; let a trainer make it, or state what is to stay");
  }

  @Test
  void aChoiceIsNotLostWhereLayersAreStated(@TempDir Path folder) throws IOException {
    Path xml = folder.resolve("student.xml");
    for (Choice choice : Choice.values()) {
      Files.writeString(
          xml,
          """
          <config>
            <component name="cut" type="org.tribuo.distill.student.PrunedStudent">
              <property name="source" value="whole"/>
              <propertylist name="layers"><item>1</item><item>3</item></propertylist>
              <property name="choice" value="%s"/>
            </component>
            <component name="whole" type="org.tribuo.distill.student.ScratchStudent">
              <property name="vocabulary" value="50"/>
              <property name="layers" value="3"/>
              <property name="width" value="24"/>
              <property name="heads" value="4"/>
            </component>
          </config>
          """
              .formatted(choice));
      try (ConfigurationManager configuration = new ConfigurationManager(xml.toString())) {
        assertThatThrownBy(() -> configuration.lookup("cut"))
            .as("the default too")
            .isInstanceOf(PropertyException.class)
            .hasMessageContaining(
                "Component: cut, Property: choice, is %s, and 'layers' is [1, 3]; state one of the two"
                    .formatted(choice));
      }
    }
  }

  /** A layer of another student adds nothing to what it reads, so that it makes what it reads. */
  private record Still(StudentSource source, int layer) implements StudentSource {
    @Override
    public Student make(StudentRequest request) throws IOException {
      Student made = source.make(request);
      Map<String, Tensor> silent = new HashMap<>();
      made.model()
          .initializers()
          .forEach(
              (name, weight) -> {
                if (name.matches(
                    "layers\\.%d\\.(attention\\.output|outer)\\..*".formatted(layer))) {
                  silent.put(name, Tensor.of(new float[(int) weight.elements()], weight.dims()));
                }
              });
      assertThat(silent).isNotEmpty();
      return made.with(made.model().withInitializers(silent));
    }

    @Override
    public ConfiguredObjectProvenance getProvenance() {
      return source.getProvenance();
    }
  }

  private static Set<String> layersOf(StudentSource source) throws IOException {
    return layersOf(source.make(REQUEST));
  }

  private static Set<String> layersOf(Student made) {
    return made.model().initializers().keySet().stream()
        .filter(name -> name.startsWith("layers."))
        .map(name -> name.replaceAll("^(layers\\.\\d+)\\..*", "$1"))
        .collect(Collectors.toSet());
  }
}
