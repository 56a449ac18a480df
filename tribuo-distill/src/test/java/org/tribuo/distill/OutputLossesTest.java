package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.loss.BinaryCrossEntropy;
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
import org.tribuo.distill.loss.SquaredError;
import org.tribuo.distill.output.OutputLosses;
import org.tribuo.distill.output.TargetKind;

class OutputLossesTest {
  @ParameterizedTest
  @EnumSource(TargetKind.class)
  void theUsualLossesFit(TargetKind kind) {
    OutputLosses losses = new OutputLosses(kind);
    HardLoss hard = losses.hard(Optional.empty());
    assertThat(losses.hard(Optional.of(hard))).isSameAs(hard);
    SoftLoss soft = losses.soft(Optional.empty());
    assertThat(losses.soft(Optional.of(soft))).isSameAs(soft);
  }

  static Stream<Arguments> softLosses() {
    Set<TargetKind> classes = EnumSet.of(TargetKind.MULTICLASS);
    Set<TargetKind> all = EnumSet.allOf(TargetKind.class);
    return Stream.of(
        Arguments.of(new KlDivergence(), classes),
        Arguments.of(new ReverseKl(), classes),
        Arguments.of(new JensenShannon(), classes),
        Arguments.of(new SoftCrossEntropy(), classes),
        Arguments.of(new Dkd(), classes),
        Arguments.of(new Dist(), classes),
        Arguments.of(new BinarySoftTargets(), EnumSet.of(TargetKind.MULTILABEL)),
        Arguments.of(new LogitsMse(), all),
        Arguments.of(new CosineDistance(), all),
        Arguments.of(new RegressionSoftTargets(), all));
  }

  @ParameterizedTest
  @MethodSource("softLosses")
  void aSoftLossIsForTheOutputsWhoseAnswersItCompares(SoftLoss loss, Set<TargetKind> fit) {
    for (TargetKind outputs : TargetKind.values()) {
      assertThat(fits(outputs, loss))
          .as("%s of %s", loss, outputs)
          .isEqualTo(fit.contains(outputs));
    }
  }

  @ParameterizedTest
  @EnumSource(TargetKind.class)
  void standardisedLogitsAreThoseOfClasses(TargetKind kind) {
    boolean classes = kind == TargetKind.MULTICLASS;
    assertThat(fits(kind, new LogitStandardization(new KlDivergence()))).isEqualTo(classes);
    assertThat(fits(kind, new LogitStandardization(new LogitsMse()))).isEqualTo(classes);
    assertThat(fits(kind, new LogitStandardization(new BinarySoftTargets()))).isFalse();
  }

  @ParameterizedTest
  @EnumSource(TargetKind.class)
  void aHardLossIsForLabelsOfItsForm(TargetKind kind) {
    assertThat(fits(kind, new CrossEntropy())).isEqualTo(kind == TargetKind.MULTICLASS);
    assertThat(fits(kind, new BinaryCrossEntropy())).isEqualTo(kind == TargetKind.MULTILABEL);
    assertThat(fits(kind, new SquaredError())).isEqualTo(kind != TargetKind.MULTICLASS);
  }

  @Test
  void theMessageNamesTheUsualLoss() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new OutputLosses(TargetKind.MULTILABEL).soft(Optional.of(new KlDivergence())))
        .withMessage(
            "The soft loss KlDivergence[] means nothing for the outputs of the dataset, which are"
                + " of type MultiLabel; leave it away for the usual one, BinarySoftTargets[]");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new OutputLosses(TargetKind.REGRESSION).hard(Optional.of(new BinaryCrossEntropy())))
        .withMessageContaining("The hard loss BinaryCrossEntropy[] means nothing")
        .withMessageContaining("Regressor; leave it away for the usual one, SquaredError[]");
    assertThat(new OutputLosses(TargetKind.REGRESSION).soft(Optional.empty()))
        .isEqualTo(new RegressionSoftTargets());
  }

  private static boolean fits(TargetKind kind, SoftLoss loss) {
    try {
      new OutputLosses(kind).soft(Optional.of(loss));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean fits(TargetKind kind, HardLoss loss) {
    try {
      new OutputLosses(kind).hard(Optional.of(loss));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
