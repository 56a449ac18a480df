package org.tribuo.distill.task.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LabelOrderTest {
  private static final LabelOrder TEACHER = LabelOrder.of("negative", "neutral", "positive");

  @Test
  void mapsTheTeachersColumnsToTheStudentsByName() {
    LabelOrder student = LabelOrder.of("positive", "negative", "neutral");

    assertThat(TEACHER.columnsFor(student)).containsExactly(2, 0, 1);
    assertThat(student.columnsFor(TEACHER)).containsExactly(1, 2, 0);
    assertThat(TEACHER.columnsFor(TEACHER)).containsExactly(0, 1, 2);
  }

  @Test
  void saysWhichNamesAreMissingAndWhichAreNotExpected() {
    LabelOrder student = LabelOrder.of("good", "bad", "neutral", "mixed");

    assertThatThrownBy(() -> TEACHER.columnsFor(student))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The teacher's 3 labels do not fit the student's 4: missing in the teacher [bad, good,"
                + " mixed], unknown to the student [negative, positive]; state the label order of"
                + " the teacher with the names of the data");
  }

  @Test
  void listsAFewOfManyNames() {
    LabelOrder teacher =
        new LabelOrder(IntStream.range(0, 77).mapToObj(i -> "label-" + i).toList());

    assertThatThrownBy(() -> teacher.columnsFor(LabelOrder.of("only")))
        .hasMessageContaining("missing in the teacher [only]")
        .hasMessageContaining("label-16, label-17] and 67 more");
  }

  @Test
  void refusesNoNamesBlankNamesAndNamesThatOccurTwice() {
    assertThatThrownBy(() -> new LabelOrder(List.of()))
        .hasMessage("The label order is empty, expected one name for each column of the logits");
    assertThatThrownBy(() -> LabelOrder.of("yes", " "))
        .hasMessage(
            "The label order has a blank name at column 1, expected a name for each column");
    assertThatThrownBy(() -> LabelOrder.of("yes", "no", "yes"))
        .hasMessage(
            "The label order names 'yes' twice, at columns 0 and 2; each column needs its own"
                + " name");
  }
}
