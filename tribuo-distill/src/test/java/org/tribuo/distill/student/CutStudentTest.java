package org.tribuo.distill.student;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.internal.TransformerFiles;

class PrunedStudentTest {
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

  private static Set<String> layersOf(StudentSource source) throws IOException {
    return source
        .make(Head.ofExamples(LabelOrder.of("no", "yes")), 1, new TransformerFiles())
        .model()
        .initializers()
        .keySet()
        .stream()
        .filter(name -> name.startsWith("layers."))
        .map(name -> name.replaceAll("^(layers\\.\\d+)\\..*", "$1"))
        .collect(Collectors.toSet());
  }
}
