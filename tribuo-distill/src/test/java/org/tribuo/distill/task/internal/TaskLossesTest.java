package org.tribuo.distill.task.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.loss.BinarySoftTargets;
import org.tribuo.distill.loss.CosineDistance;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.Dist;
import org.tribuo.distill.loss.Dkd;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.JensenShannon;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.LogitStandardization;
import org.tribuo.distill.loss.LogitsMse;
import org.tribuo.distill.loss.RegressionSoftTargets;
import org.tribuo.distill.loss.ReverseKl;
import org.tribuo.distill.loss.SoftCrossEntropy;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.loss.internal.BinaryCrossEntropy;
import org.tribuo.distill.loss.internal.SquaredError;

class TaskLossesTest {
  private static final Task<?> LABEL = new SingleLabel();
  private static final Task<?> LABELS = new MultipleLabels();
  private static final Task<?> NUMBERS = new Regression();
  private static final List<Task<?>> ALL = List.of(LABEL, LABELS, NUMBERS);

  static List<Task<?>> tasks() {
    return ALL;
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void theUsualLossesFit(Task<?> task) {
    TaskLosses losses = new TaskLosses(task);
    HardLoss hard = losses.hard(Optional.empty());
    assertThat(losses.hard(Optional.of(hard))).isSameAs(hard);
    SoftLoss soft = losses.soft(Optional.empty());
    assertThat(losses.soft(Optional.of(soft))).isSameAs(soft);
  }

  static Stream<Arguments> softLosses() {
    Set<Task<?>> classes = Set.of(LABEL);
    Set<Task<?>> all = Set.copyOf(ALL);
    return Stream.of(
        Arguments.of(new KlDivergence(), classes),
        Arguments.of(new ReverseKl(), classes),
        Arguments.of(new JensenShannon(), classes),
        Arguments.of(new SoftCrossEntropy(), classes),
        Arguments.of(new Dkd(), classes),
        Arguments.of(new Dist(), classes),
        Arguments.of(new BinarySoftTargets(), Set.of(LABELS)),
        Arguments.of(new LogitsMse(), all),
        Arguments.of(new CosineDistance(), all),
        Arguments.of(new RegressionSoftTargets(), all));
  }

  @ParameterizedTest
  @MethodSource("softLosses")
  void aSoftLossIsForTheOutputsWhoseAnswersItCompares(SoftLoss loss, Set<Task<?>> fit) {
    for (Task<?> outputs : ALL) {
      assertThat(fits(outputs, loss))
          .as("%s of %s", loss, outputs)
          .isEqualTo(fit.contains(outputs));
    }
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void standardisedLogitsAreThoseOfClasses(Task<?> task) {
    boolean classes = task.equals(LABEL);
    assertThat(fits(task, new LogitStandardization(new KlDivergence()))).isEqualTo(classes);
    assertThat(fits(task, new LogitStandardization(new LogitsMse()))).isEqualTo(classes);
    assertThat(fits(task, new LogitStandardization(new BinarySoftTargets()))).isFalse();
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void aHardLossIsForLabelsOfItsForm(Task<?> task) {
    assertThat(fits(task, new CrossEntropy())).isEqualTo(task.equals(LABEL));
    assertThat(fits(task, new BinaryCrossEntropy())).isEqualTo(task.equals(LABELS));
    assertThat(fits(task, new SquaredError())).isEqualTo(!task.equals(LABEL));
  }

  @Test
  void theMessageNamesTheUsualLoss() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TaskLosses(LABELS).soft(Optional.of(new KlDivergence())))
        .withMessage(
            "The soft loss KlDivergence is undefined for the outputs of the dataset, which are"
                + " of type MultiLabel; omit it for the usual one, BinarySoftTargets");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TaskLosses(NUMBERS).hard(Optional.of(new BinaryCrossEntropy())))
        .withMessageContaining("The hard loss BinaryCrossEntropy is undefined")
        .withMessageContaining("Regressor; omit it for the usual one, SquaredError");
    assertThat(new TaskLosses(NUMBERS).soft(Optional.empty()))
        .isEqualTo(new RegressionSoftTargets());
  }

  private static boolean fits(Task<?> task, SoftLoss loss) {
    try {
      new TaskLosses(task).soft(Optional.of(loss));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean fits(Task<?> task, HardLoss loss) {
    try {
      new TaskLosses(task).hard(Optional.of(loss));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
