package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.loss.JensenShannon;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.LogitStandardization;
import org.tribuo.distill.loss.LogitsMse;
import org.tribuo.distill.loss.ReverseKl;
import org.tribuo.distill.loss.WeightedLosses;
import org.tribuo.distill.objective.DistLoss;
import org.tribuo.distill.objective.DkdLoss;
import org.tribuo.distill.objective.JensenShannonLoss;
import org.tribuo.distill.objective.LogitsMseLoss;
import org.tribuo.distill.objective.SoftLossSource;
import org.tribuo.distill.objective.SparseKlLoss;
import org.tribuo.distill.objective.StandardSoftLoss;
import org.tribuo.distill.objective.StandardSoftLoss.Kind;
import org.tribuo.distill.objective.StandardizedLoss;
import org.tribuo.distill.objective.SumOfLosses;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.distill.student.CutStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.training.StepReport;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.test.Helpers;

class SoftLossSourceTest {
  private static final Path BERT = Zoo.file("bert_seqcls_ts11");
  private static final List<String> ORDER = List.of("red", "blue", "green");
  private static final MutableDataset<Label> TEXTS = TinyTexts.dataset(TinyTexts.labelled(24, 3));

  @Test
  void whatIsConfiguredIsTheLoss() {
    assertThat(JensenShannonLoss.of(0.1).loss()).isEqualTo(new JensenShannon(0.1));
    assertThat(LogitsMseLoss.of(LogitsMse.Reduction.MEAN, LogitsMse.Logits.SOFTENED).loss())
        .isEqualTo(new LogitsMse(LogitsMse.Reduction.MEAN, LogitsMse.Logits.SOFTENED));
    assertThat(StandardizedLoss.of(StandardSoftLoss.of(Kind.KL_DIVERGENCE)).loss())
        .isEqualTo(new LogitStandardization(new KlDivergence()));
    assertThat(
            SumOfLosses.of(
                    List.of(
                        StandardSoftLoss.of(Kind.KL_DIVERGENCE),
                        StandardSoftLoss.of(Kind.REVERSE_KL)),
                    1,
                    0.5)
                .loss())
        .isEqualTo(
            new WeightedLosses(List.of(new KlDivergence(), new ReverseKl()), List.of(1.0, 0.5)));
  }

  @Test
  void aConfigurationSurvivesItsProvenance() {
    for (SoftLossSource loss :
        List.of(
            JensenShannonLoss.of(0.1),
            LogitsMseLoss.of(LogitsMse.Reduction.MEAN, LogitsMse.Logits.PLAIN),
            SparseKlLoss.of(2),
            StandardizedLoss.of(JensenShannonLoss.of(0.1)),
            SumOfLosses.of(List.of(DkdLoss.of(1, 2), DistLoss.of(1, 1)), 1, 0.5))) {
      DistillationTrainer<Label> trainer = builder(loss).build();
      Helpers.testConfigurableRoundtrip(trainer);
      Helpers.testProvenanceMarshalling(trainer.getProvenance());
    }
  }

  @Test
  void ofAllLogitsTheSparseDivergenceIsTheDivergence() {
    assertThat(firstSoftLoss(SparseKlLoss.of(3)))
        .isEqualTo(firstSoftLoss(StandardSoftLoss.of(Kind.KL_DIVERGENCE)), within(1e-6f));
    assertThat(firstSoftLoss(SparseKlLoss.of(1))).isGreaterThan(firstSoftLoss(SparseKlLoss.of(3)));
  }

  @Test
  void theLargestLogitsComeFirstWithTheirColumns() {
    TeacherAnswers answers =
        TeacherAnswers.ofOne(Tensor.of(new float[] {1, 5, 3, 5, 2, 2, 9, 0}, 2, 4)).largest(2);
    assertThat(answers.tensors().get("teacher_logits").toFloats()).containsExactly(5, 5, 9, 2);
    assertThat(answers.tensors().get("teacher_logits_indices").toLongs())
        .containsExactly(1, 3, 2, 0);
  }

  @Test
  void aSumIsTheWeightedSumOfItsLosses() {
    StandardSoftLoss kl = StandardSoftLoss.of(Kind.KL_DIVERGENCE);
    DistLoss dist = DistLoss.of(1, 1);
    assertThat(firstSoftLoss(SumOfLosses.of(List.of(kl, dist), 2, 0.5)))
        .isEqualTo(2 * firstSoftLoss(kl) + firstSoftLoss(dist) / 2, within(1e-5f));
    assertThat(SumOfLosses.of(List.of(kl, dist), 2, 0.5).loss().fewestRows()).isEqualTo(3);
  }

  @Test
  void aLossThatMeansNothingForTheOutputsIsRefusedBeforeTheTeacherIsAsked() {
    DistillationTrainer<Label> trainer = builder(SparseKlLoss.of(4)).build();
    trainer.setListener(new NoTeacherIsAsked());
    assertThatThrownBy(() -> trainer.train(TEXTS))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("needs at least 4 classes, the student has 3");
  }

  @Test
  void lossesOfDifferentPartsOfTheTeacherAreNotAddedUp() {
    // Of as many as there are classes, too: they come sorted, which the other loss would not know.
    for (SoftLossSource other :
        List.of(SparseKlLoss.of(2), StandardSoftLoss.of(Kind.KL_DIVERGENCE))) {
      refused(
          () -> SumOfLosses.of(List.of(SparseKlLoss.of(3), other), 1, 1),
          "Component: SumOfLosses, Property: losses, [SparseKlDivergence[k=3], ");
    }
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    refused(() -> JensenShannonLoss.of(2), "Component: JensenShannonLoss, Property: beta");
    refused(() -> SparseKlLoss.of(0), "Component: SparseKlLoss, Property: k");
    refused(() -> SumOfLosses.of(List.of()), "Property: losses, There are 0 weights for 0 losses");
    refused(
        () -> SumOfLosses.of(List.of(SparseKlLoss.of(1)), -1),
        "expected finite numbers of 0 or more");
  }

  private static void refused(ThrowingCallable making, String message) {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(making)
        .withMessageContaining(message);
  }

  private static DistillationBuilder<Label> builder(SoftLossSource loss) {
    return DistillationTrainer.<Label>builder()
        .student(CutStudent.keeping(1, OnnxStudent.of(BERT, ORDER)))
        .teacher(OnnxTeacher.of(BERT, ORDER))
        .softLoss(loss)
        .epochs(1)
        .session(SessionSettings.cpu(1));
  }

  private static float firstSoftLoss(SoftLossSource loss) {
    List<StepReport> steps = new ArrayList<>();
    DistillationTrainer<Label> trainer = builder(loss).build();
    trainer.setListener(
        new DistillationListener() {
          @Override
          public TrainingListener stage(String name) {
            return new TrainingListener() {
              @Override
              public void onStep(StepReport report) {
                steps.add(report);
              }
            };
          }
        });
    trainer.train(TEXTS).close();
    return steps.get(0).terms().getOrDefault("soft", Float.NaN);
  }
}
