package org.tribuo.distill.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ListProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.DoubleProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.IntProvenance;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.Trainer;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.baseline.DummyClassifierTrainer;
import org.tribuo.classification.dtree.CARTClassificationTrainer;
import org.tribuo.distill.input.internal.ExampleOrigin;
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.regression.baseline.DummyRegressionTrainer;
import org.tribuo.test.Helpers;

class CrossValidatedTrainerTest {
  private static final Trainer<Label> MOST_FREQUENT =
      DummyClassifierTrainer.createMostFrequentTrainer();
  private static final Trainer<Label> TREE = new CARTClassificationTrainer();

  @Test
  void theBestCandidateIsTrainedOnAllExamples() {
    CrossValidatedTrainer<Label> trainer =
        CrossValidatedTrainer.of(List.of(MOST_FREQUENT, TREE)).folds(4);
    List<Tuple> measured = new ArrayList<>();
    trainer.setListener((candidate, fold, score) -> measured.add(tuple(candidate, fold, score)));

    Model<Label> model = trainer.train(examples(24, 0));

    Map<String, ? extends Provenance> values =
        model.getProvenance().getInstanceProvenance().getMap();
    assertThat(((IntProvenance) values.get(CrossValidatedTrainer.CHOSEN)).getValue()).isEqualTo(1);
    assertThat(scores(values)).containsExactly(0.5, 1.0);
    assertThat(measured).hasSize(8).startsWith(tuple(0, 0, 0.5)).endsWith(tuple(1, 3, 1.0));
    assertThat(model.getProvenance().getTrainerProvenance().getClassName())
        .isEqualTo(CARTClassificationTrainer.class.getName());
    assertThat(model.getProvenance().getDatasetProvenance().getNumExamples()).isEqualTo(24);
  }

  private static List<Double> scores(Map<String, ? extends Provenance> values) {
    List<Double> scores = new ArrayList<>();
    for (Object each : (ListProvenance<?>) values.get(CrossValidatedTrainer.SCORES)) {
      scores.add(((DoubleProvenance) each).getValue());
    }
    return scores;
  }

  @Test
  void ofEqualCandidatesTheFirstIsChosen() {
    Model<Label> model =
        CrossValidatedTrainer.of(List.of(TREE, new CARTClassificationTrainer(3)))
            .folds(2)
            .train(examples(12, 0));
    Provenance chosen =
        model.getProvenance().getInstanceProvenance().getMap().get(CrossValidatedTrainer.CHOSEN);
    assertThat(((IntProvenance) chosen).getValue()).isZero();
  }

  @Test
  void eachFoldHasEachLabelAlikeAndEachLabelledExampleIsHeldOutOnce() {
    Dataset<Label> examples = examples(31, 7);
    StratifiedFolds<Label> folds = StratifiedFolds.of(examples, 3, new SplittableRandom(5));
    List<Example<Label>> heldOut = new ArrayList<>();
    for (int fold = 0; fold < 3; fold++) {
      Map<String, Long> counts =
          folds.heldOut(fold).getData().stream()
              .collect(Collectors.groupingBy(e -> e.getOutput().getLabel(), Collectors.counting()));
      assertThat(counts.get("high")).isBetween(5L, 6L);
      assertThat(counts.get("low")).isBetween(5L, 6L);
      assertThat(counts).hasSize(2);
      assertThat(folds.training(fold).size() + folds.heldOut(fold).size()).isEqualTo(38);
      assertThat(unlabelled(folds.training(fold))).isEqualTo(7);
      heldOut.addAll(folds.heldOut(fold).getData());
    }
    Set<Example<Label>> once = new HashSet<>(heldOut);
    assertThat(once).hasSize(31).hasSameSizeAs(heldOut);
  }

  /** Else a model would be measured on copies of what it was trained on. */
  @Test
  void examplesOfOneOriginAreHeldOutTogether() {
    MutableDataset<Label> examples = examples(30, 6);
    for (int i = 0; i < examples.size(); i++) {
      ExampleOrigin.keepIn(examples.getExample(i), "image " + i / 3);
    }
    StratifiedFolds<Label> folds = StratifiedFolds.of(examples, 3, new SplittableRandom(5));
    int all = 0;
    for (int fold = 0; fold < 3; fold++) {
      Set<Object> heldOut = origins(folds.heldOut(fold));
      assertThat(folds.heldOut(fold).size()).isEqualTo(3 * heldOut.size());
      assertThat(origins(folds.training(fold))).doesNotContainAnyElementsOf(heldOut);
      all += heldOut.size();
    }
    assertThat(all).isEqualTo(10);
  }

  private static Set<Object> origins(Dataset<Label> examples) {
    return examples.getData().stream()
        .map(example -> ExampleOrigin.of(example).orElseThrow())
        .collect(Collectors.toSet());
  }

  private static long unlabelled(Dataset<Label> examples) {
    return examples.getData().stream()
        .filter(e -> e.getOutput().equals(LabelFactory.UNKNOWN_LABEL))
        .count();
  }

  @Test
  void theSameSeedMakesTheSameFolds() {
    Dataset<Label> examples = examples(20, 0);
    assertThat(heldOut(examples, 1))
        .isEqualTo(heldOut(examples, 1))
        .isNotEqualTo(heldOut(examples, 2));
  }

  private static <T extends Output<T>> List<Example<T>> heldOut(Dataset<T> examples, long seed) {
    return StratifiedFolds.of(examples, 4, new SplittableRandom(seed)).heldOut(0).getData();
  }

  @Test
  void aConfigurationSurvivesItsProvenance() {
    CrossValidatedTrainer<Label> trainer =
        CrossValidatedTrainer.of(List.of(MOST_FREQUENT, TREE)).folds(3).seed(9);
    Helpers.testConfigurableRoundtrip(trainer);
    Helpers.testProvenanceMarshalling(trainer.getProvenance());
    Helpers.testProvenanceMarshalling(trainer.train(examples(12, 0)).getProvenance());
  }

  @Test
  void tooFewCandidatesFoldsOrLabelsAreRefused() {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> CrossValidatedTrainer.of(List.of(TREE)))
        .withMessageContaining("Property: candidates, has 1 trainers, expected at least 2");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> CrossValidatedTrainer.of(List.of(TREE, TREE)).folds(1))
        .withMessageContaining("Property: folds, is 1, expected 2 or more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CrossValidatedTrainer.of(List.of(TREE, TREE)).train(examples(4, 3)))
        .withMessage(
            "4 of 7 examples have a label, and there are 5 folds; label more, or hold out larger parts"
                + " (fewer folds)");
  }

  @Test
  void candidatesWithoutAFiniteScoreAreNotChosen() {
    Dataset<Regressor> numbers = numbers(6);
    CrossValidatedTrainer<Regressor> trainer =
        CrossValidatedTrainer.of(
            List.of(
                DummyRegressionTrainer.createMeanTrainer(),
                DummyRegressionTrainer.createMedianTrainer()));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.folds(6).train(numbers))
        .withMessage(
            "The mean scores of the candidates on 6 folds are [-Infinity, -Infinity], expected one"
                + " that is a finite number; R² is undefined where a fold has one example, or equal"
                + " numbers alone: state fewer folds, or label more");
    assertThat(trainer.folds(2).train(numbers)).isNotNull();
  }

  @Test
  void numbersAreDividedByTheSeedToo() {
    Dataset<Regressor> numbers = numbers(20);
    assertThat(heldOut(numbers, 1))
        .hasSize(5)
        .isEqualTo(heldOut(numbers, 1))
        .isNotEqualTo(heldOut(numbers, 2));
  }

  private static Dataset<Regressor> numbers(int count) {
    MutableDataset<Regressor> numbers =
        new MutableDataset<>(
            new SimpleDataSourceProvenance("numbers", new RegressionFactory()),
            new RegressionFactory());
    IntStream.range(0, count)
        .forEach(
            i ->
                numbers.add(
                    new ArrayExample<>(
                        new Regressor("twice", 2 * i), new String[] {"number"}, new double[] {i})));
    return numbers;
  }

  /** One number, and whether it is high. */
  private static MutableDataset<Label> examples(int labelled, int unlabelled) {
    MutableDataset<Label> examples =
        new MutableDataset<>(
            new SimpleDataSourceProvenance("numbers", new LabelFactory()), new LabelFactory());
    IntStream.range(0, labelled)
        .forEach(i -> examples.add(example(i, new Label(i % 2 == 0 ? "high" : "low"))));
    IntStream.range(0, unlabelled)
        .forEach(i -> examples.add(example(i, LabelFactory.UNKNOWN_LABEL)));
    return examples;
  }

  private static Example<Label> example(int number, Label label) {
    return new ArrayExample<>(
        label,
        new String[] {"size", "number"},
        new double[] {label.getLabel().equals("high") ? 2 : 1, number + 1});
  }
}
