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
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.loss.Dist;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.Dkd;
import org.tribuo.distill.loss.JensenShannon;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.LogitStandardization;
import org.tribuo.distill.loss.LogitsMse;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.loss.SparseKlDivergence;
import org.tribuo.distill.loss.WeightedLosses;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingListener.StepReport;
import org.tribuo.test.Helpers;

class SoftLossTest {
  private static final Path BERT = Zoo.file("bert_seqcls_ts11");
  private static final List<String> ORDER = List.of("red", "blue", "green");
  private static final MutableDataset<Label> TEXTS = TinyTexts.dataset(TinyTexts.labelled(24, 3));

  @Test
  void aConfigurationSurvivesItsProvenance() {
    for (SoftLoss loss :
        List.of(
            new JensenShannon(0.1),
            new LogitsMse(LogitsMse.Reduction.MEAN, LogitsMse.Logits.PLAIN),
            new SparseKlDivergence(2),
            SparseKlDivergence.ofMass(0.9, SparseKlDivergence.Tail.REST_CLASS),
            new LogitStandardization(new JensenShannon(0.1)),
            new WeightedLosses(List.of(new Dkd(1, 2), new Dist(1, 1)), 1, 0.5))) {
      DistillationTrainer<Label> trainer = builder(loss).build();
      Helpers.testConfigurableRoundtrip(trainer);
      Helpers.testProvenanceMarshalling(trainer.getProvenance());
    }
  }

  @Test
  void ofAllLogitsTheSparseDivergenceIsTheDivergence() {
    assertThat(firstSoftLoss(new SparseKlDivergence(3)))
        .isEqualTo(firstSoftLoss(new KlDivergence()), within(1e-4f));
    assertThat(firstSoftLoss(new SparseKlDivergence(1)))
        .isGreaterThan(firstSoftLoss(new SparseKlDivergence(3)));
  }

  /** There are three classes, and 32 would be read at least. */
  @Test
  void ofFewClassesAMassIsThatOfAll() {
    for (SparseKlDivergence.Tail tail : SparseKlDivergence.Tail.values()) {
      assertThat(firstSoftLoss(SparseKlDivergence.ofMass(0.5, tail)))
          .isEqualTo(firstSoftLoss(new SparseKlDivergence(3, tail)));
    }
  }

  @Test
  void aSumIsTheWeightedSumOfItsLosses() {
    SoftLoss kl = new KlDivergence();
    Dist dist = new Dist(1, 1);
    assertThat(firstSoftLoss(new WeightedLosses(List.of(kl, dist), 2, 0.5)))
        .isEqualTo(2 * firstSoftLoss(kl) + firstSoftLoss(dist) / 2, within(1e-5f));
    assertThat(new WeightedLosses(List.of(kl, dist), 2, 0.5).fewestRows()).isEqualTo(3);
  }

  @Test
  void aLossThatMeansNothingForTheOutputsIsRefusedBeforeTheTeacherIsAsked() {
    DistillationTrainer<Label> trainer = builder(new SparseKlDivergence(4)).build();
    trainer.setListener(new NoTeacherIsAsked());
    assertThatThrownBy(() -> trainer.train(TEXTS))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("needs at least 4 classes, the student has 3");
  }

  @Test
  void lossesOfDifferentPartsOfTheTeacherAreNotAddedUp() {
    // Of as many as there are classes, too: they come sorted, which the other loss would not know.
    for (SoftLoss other :
        List.of(
            new SparseKlDivergence(2),
            new KlDivergence(),
            SparseKlDivergence.ofMass(0.5, SparseKlDivergence.Tail.REST_CLASS))) {
      refused(
          () -> new WeightedLosses(List.of(new SparseKlDivergence(3), other), 1, 1),
          "Component: WeightedLosses, Property: losses, are [SparseKlDivergence(k=3), ");
    }
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    refused(() -> new JensenShannon(2), "Component: JensenShannon, Property: beta");
    refused(() -> new SparseKlDivergence(0), "Component: SparseKlDivergence, Property: k");
    for (double mass : new double[] {0, 1, -1, Double.NaN}) {
      refused(
          () -> SparseKlDivergence.ofMass(mass, SparseKlDivergence.Tail.REST_CLASS),
          "Property: mass, is %s, expected a part of the probability, between 0 and 1"
              .formatted(mass));
    }
    refused(() -> new WeightedLosses(List.of()), "Property: weights, are 0 for 0 losses");
    refused(
        () -> new WeightedLosses(List.of(new SparseKlDivergence(1)), -1),
        "expected a finite number of 0 or more");
  }

  private static void refused(ThrowingCallable making, String message) {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(making)
        .withMessageContaining(message);
  }

  private static DistillationTrainer.Builder<Label> builder(SoftLoss loss) {
    return DistillationTrainer.<Label>builder()
        .student(PrunedStudent.keeping(1, OnnxStudent.of(BERT, ORDER)))
        .teacher(OnnxTeacher.of(BERT, ORDER))
        .objective(new DistillationObjective().softLoss(loss))
        .epochs(1)
        .device(Device.cpu(1));
  }

  private static float firstSoftLoss(SoftLoss loss) {
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
