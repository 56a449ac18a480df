package org.tribuo.distill.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.baseline.DummyClassifierTrainer;
import org.tribuo.classification.evaluation.LabelEvaluation;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.distill.report.ModelMeter.Report.Quality;
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;

class MeasuringModelsTest {
  private static final LabelFactory LABELS = new LabelFactory();
  private static final MutableDataset<Label> THREE_A_ONE_B = dataset("a", "a", "a", "b");
  private static final Model<Label> ALWAYS_A =
      DummyClassifierTrainer.createMostFrequentTrainer().train(THREE_A_ONE_B);

  @Test
  void qualityIsThatOfTribuoAndAgreementThatOfThePredictions() {
    LabelEvaluation model = new LabelEvaluator().evaluate(ALWAYS_A, THREE_A_ONE_B);
    Model<Label> alwaysB = DummyClassifierTrainer.createConstantTrainer("b").train(THREE_A_ONE_B);
    LabelEvaluation opposite = new LabelEvaluator().evaluate(alwaysB, THREE_A_ONE_B);

    Quality quality = Quality.of(model, opposite);

    assertThat(quality.accuracy()).isEqualTo(0.75);
    assertThat(quality.macroF1()).isCloseTo((6.0 / 7 + 0) / 2, within(1e-9));
    assertThat(quality.agreement()).isZero();
    assertThat(Quality.of(model, model).agreement()).isEqualTo(1);
  }

  @Test
  void agreementIsOfTheSameExamples() {
    LabelEvaluation four = new LabelEvaluator().evaluate(ALWAYS_A, THREE_A_ONE_B);
    LabelEvaluation two = new LabelEvaluator().evaluate(ALWAYS_A, dataset("a", "b"));

    assertThatThrownBy(() -> Quality.of(two, four))
        .hasMessage(
            "The model has 2 predictions and the teacher 4, expected the same number, at least one");
  }

  @Test
  void speedIsMeasuredWithFewerExamplesThanAMeasurementTakes() {
    SpeedMeter meter = new SpeedMeter(1, 9, 8, 2, 3);
    List<Example<Label>> examples = new ArrayList<>(THREE_A_ONE_B.getData());

    assertThat(meter.latency(ALWAYS_A, examples))
        .isBetween(Duration.ofNanos(1), Duration.ofSeconds(1));
    assertThat(meter.examplesPerSecond(ALWAYS_A, examples)).isGreaterThan(16);
  }

  @Test
  void thereIsSomethingToMeasure() {
    assertThatThrownBy(() -> new SpeedMeter(0, 0, 64, 1, 1))
        .hasMessageStartingWith("warmUp is 0, singles 0, batch 64");
    assertThatThrownBy(() -> SpeedMeter.DEFAULT.latency(ALWAYS_A, List.of()))
        .hasMessage("There are no examples to measure with");
  }

  private static MutableDataset<Label> dataset(String... labels) {
    MutableDataset<Label> dataset =
        new MutableDataset<>(new SimpleDataSourceProvenance("test", LABELS), LABELS);
    for (String label : labels) {
      dataset.add(
          new ArrayExample<>(new Label(label), new String[] {"x", "y"}, new double[] {1, 1}));
    }
    return dataset;
  }
}
