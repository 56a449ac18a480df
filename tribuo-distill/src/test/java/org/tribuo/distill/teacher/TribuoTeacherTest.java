package org.tribuo.distill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.Prediction;
import org.tribuo.Tribuo;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.baseline.DummyClassifierTrainer;
import org.tribuo.classification.dtree.CARTClassificationTrainer;
import org.tribuo.classification.dtree.impurity.GiniIndex;
import org.tribuo.classification.ensemble.VotingCombiner;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.linear.LogisticRegressionTrainer;
import org.tribuo.classification.sgd.objectives.Hinge;
import org.tribuo.common.tree.RandomForestTrainer;
import org.tribuo.distill.DistillationListener;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.student.PerceptronStudent;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.impl.ArrayExample;
import org.tribuo.math.optimisers.AdaGrad;
import org.tribuo.multilabel.MultiLabel;
import org.tribuo.multilabel.MultiLabelFactory;
import org.tribuo.multilabel.baseline.IndependentMultiLabelTrainer;
import org.tribuo.multilabel.evaluation.MultiLabelEvaluator;
import org.tribuo.provenance.ModelProvenance;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.regression.baseline.DummyRegressionTrainer;
import org.tribuo.test.Helpers;

class TribuoTeacherTest {
  private static final MutableDataset<Label> POINTS = points(300, 1);

  @TempDir private Path folder;

  @Test
  void aForestTeachesASmallNetworkWithoutLabels() throws Exception {
    Path file = save(forest(POINTS), "forest.tribuo");
    MutableDataset<Label> unlabelled =
        dataset(new LabelFactory(), 300, 3, values -> LabelFactory.UNKNOWN_LABEL);
    Path store = folder.resolve("store");
    TeacherRuns runs = new TeacherRuns();
    try (DistilledModel<Label> student =
        train(
            this.<Label>trainer(TribuoTeacher.of(file), 24).softTargetStore(store).build(),
            unlabelled,
            runs)) {
      assertThat(new LabelEvaluator().evaluate(student, points(200, 2)).accuracy())
          .isGreaterThan(0.85);
      assertThat(student.getProvenance().getInstanceProvenance().getMap().get("teacher-model"))
          .isInstanceOf(ModelProvenance.class);
      assertThat(
              student.getProvenance().getInstanceProvenance().getMap().get("soft-targets-runtime"))
          .hasToString("Tribuo " + Tribuo.VERSION);
      Helpers.testProvenanceMarshalling(student.getProvenance());
    }
    train(
            this.<Label>trainer(TribuoTeacher.of(file), 1).softTargetStore(store).build(),
            unlabelled,
            runs)
        .close();
    assertThat(runs.computed).containsExactly(300, 0);
    train(
            this.<Label>trainer(TribuoTeacher.of(file).withFloor(0.01f), 1)
                .softTargetStore(store)
                .build(),
            unlabelled,
            runs)
        .close();
    train(
            this.<Label>trainer(TribuoTeacher.of(file), 1).softTargetStore(store).build(),
            points(300, 1),
            runs)
        .close();
    assertThat(runs.computed).as("another floor, other examples").endsWith(300, 300);
  }

  @Test
  void aLinearModelOfEveryTaskTeaches() throws Exception {
    Path labels = save(new LogisticRegressionTrainer().train(POINTS), "logistic.tribuo");
    train(this.<Label>trainer(TribuoTeacher.of(labels), 1).build(), POINTS, new TeacherRuns())
        .close();

    Path scores =
        save(
            new LinearSGDTrainer(new Hinge(), new AdaGrad(0.1), 2, 1).train(POINTS),
            "scores.tribuo");
    train(this.<Label>trainer(TribuoTeacher.of(scores), 1).build(), POINTS, new TeacherRuns())
        .close();

    MutableDataset<MultiLabel> several =
        dataset(
            new MultiLabelFactory(),
            100,
            1,
            values ->
                MultiLabel.parseString(
                    values[0] < 0 ? "left" : values[1] < 0 ? "low,right" : "right"));
    Path each =
        save(
            new IndependentMultiLabelTrainer(new LogisticRegressionTrainer()).train(several),
            "several.tribuo");
    try (DistilledModel<MultiLabel> student =
        train(
            this.<MultiLabel>trainer(TribuoTeacher.of(each), 30).build(),
            several,
            new TeacherRuns())) {
      Prediction<MultiLabel> right = student.predict(several.getExample(indexOf(several, "right")));
      assertThat(right.getOutput().contains("right")).isTrue();
    }

    MutableDataset<Regressor> numbers =
        dataset(new RegressionFactory(), 100, 1, values -> new Regressor("sum", values[0] + 7));
    Path constant = save(DummyRegressionTrainer.createMeanTrainer().train(numbers), "mean.tribuo");
    try (DistilledModel<Regressor> student =
        train(
            this.<Regressor>trainer(TribuoTeacher.of(constant), 60).build(),
            numbers,
            new TeacherRuns())) {
      assertThat(student.predict(numbers.getExample(0)).getOutput().getValues()[0])
          .isCloseTo(7, within(1.0));
    }
  }

  /** Neither of these models of Tribuo has scores in its predictions. */
  @Test
  void aModelWithoutScoresTeachesWhatItPredicts() throws Exception {
    MutableDataset<MultiLabel> several =
        dataset(
            new MultiLabelFactory(),
            100,
            1,
            values ->
                MultiLabel.parseString(
                    values[0] < 0 ? "left" : values[1] < 0 ? "low,right" : "right"));
    MutableDataset<MultiLabel> unlabelled =
        dataset(new MultiLabelFactory(), 100, 1, values -> MultiLabelFactory.UNKNOWN_MULTILABEL);
    Model<MultiLabel> each =
        new IndependentMultiLabelTrainer(new LogisticRegressionTrainer()).train(several);
    assertThat(each.predict(several.getExample(0)).getOutputScores()).isEmpty();
    try (DistilledModel<MultiLabel> student =
        train(
            this.<MultiLabel>trainer(TribuoTeacher.of(save(each, "each.tribuo")), 30).build(),
            unlabelled,
            new TeacherRuns())) {
      assertThat(new MultiLabelEvaluator().evaluate(student, several).microAveragedF1())
          .isGreaterThan(0.9);
    }

    Model<Label> constant = DummyClassifierTrainer.createConstantTrainer("inside").train(POINTS);
    assertThat(constant.predict(POINTS.getExample(0)).getOutputScores()).isEmpty();
    MutableDataset<Label> points =
        dataset(new LabelFactory(), 60, 3, values -> LabelFactory.UNKNOWN_LABEL);
    try (DistilledModel<Label> student =
        train(
            this.<Label>trainer(TribuoTeacher.of(save(constant, "constant.tribuo")), 20).build(),
            points,
            new TeacherRuns())) {
      assertThat(student.predict(POINTS.getExample(0)).getOutputScores().get("inside").getScore())
          .isGreaterThan(0.9);
    }
  }

  @Test
  void aConfigurationSurvivesItsProvenance() throws Exception {
    Path file = save(forest(POINTS), "forest.tribuo");
    DistillationTrainer<Label> trainer =
        this.<Label>trainer(TribuoTeacher.of(file).withFloor(0.001f), 1).build();
    Helpers.testConfigurableRoundtrip(trainer);
    Helpers.testProvenanceMarshalling(trainer.getProvenance());

    Path xml = folder.resolve("trees.xml");
    Files.writeString(
        xml,
        """
        <config>
          <component name="teacher" type="org.tribuo.distill.teacher.TribuoTeacher">
            <property name="path" value="%s"/>
          </component>
          <component name="student" type="org.tribuo.distill.student.PerceptronStudent">
            <property name="features" value="2"/>
            <propertylist name="widths"><item>8</item></propertylist>
          </component>
          <component name="trainer" type="org.tribuo.distill.DistillationTrainer">
            <property name="student" value="student"/>
            <property name="teacher" value="teacher"/>
          </component>
        </config>
        """
            .formatted(file));
    try (ConfigurationManager manager = new ConfigurationManager(xml.toString())) {
      @SuppressWarnings("unchecked") // it trains on any outputs
      DistillationTrainer<Label> read = (DistillationTrainer<Label>) manager.lookup("trainer");
      read.train(POINTS).close();
    }
  }

  @Test
  void badInputIsNamed() throws Exception {
    Path file = save(forest(POINTS), "forest.tribuo");
    assertThatThrownBy(() -> TribuoTeacher.of(folder.resolve("none")))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("there is no file")
        .hasMessageContaining("expected a model that Model.serializeToFile wrote");
    assertThatThrownBy(() -> TribuoTeacher.of(file).withFloor(0))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("is 0.0, expected a probability greater than 0 and less than 0.5");

    Path text = Files.writeString(folder.resolve("text.tribuo"), "no model");
    assertThatThrownBy(() -> this.<Label>trainer(TribuoTeacher.of(text), 1).build().train(POINTS))
        .hasStackTraceContaining("holds no model of Tribuo that can be read");

    MutableDataset<Regressor> numbers =
        dataset(new RegressionFactory(), 10, 1, values -> new Regressor("inside", values[0]));
    assertThatThrownBy(
            () -> this.<Regressor>trainer(TribuoTeacher.of(file), 1).build().train(numbers))
        .hasMessageContaining("forest.tribuo' predicts Label, expected Regressor");

    MutableDataset<Label> others =
        dataset(new LabelFactory(), 10, 1, values -> new Label(values[0] < 0 ? "in" : "out"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> this.<Label>trainer(TribuoTeacher.of(file), 1).build().train(others))
        .withMessageContaining("missing in the teacher [in, out]");

    MutableDataset<Label> strange =
        new MutableDataset<>(POINTS.getProvenance(), new LabelFactory());
    for (Example<Label> point : POINTS) {
      strange.add(
          new ArrayExample<>(point.getOutput(), new String[] {"a", "b"}, new double[] {1, 2}));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> this.<Label>trainer(TribuoTeacher.of(file), 1).build().train(strange))
        .withMessage(
            "Example 0 has no feature that the teacher '%s' knows, such as 'x'; train the teacher on features of the same names"
                .formatted(file));
  }

  private static final class TeacherRuns implements DistillationListener {
    private final List<Integer> computed = new ArrayList<>();

    @Override
    public void onSoftTargets(TeacherRun run) {
      computed.add(run.computedRows());
    }
  }

  private static <T extends Output<T>> DistilledModel<T> train(
      DistillationTrainer<T> trainer, Dataset<T> examples, TeacherRuns runs) {
    trainer.setListener(runs);
    return trainer.train(examples);
  }

  private <T extends Output<T>> DistillationTrainer.Builder<T> trainer(
      TeacherSource teacher, int epochs) {
    return DistillationTrainer.<T>builder()
        .student(PerceptronStudent.of(2, 16))
        .teacher(teacher)
        .objective(new DistillationObjective().alpha(0.9f).temperature(1))
        .optimizer(new AdamWOptimizer().learningRate(2e-2f))
        .epochs(epochs)
        .device(Device.cpu(1));
  }

  private static Model<Label> forest(Dataset<Label> examples) {
    return new RandomForestTrainer<>(
            new CARTClassificationTrainer(6, 2, 0, 0.8f, false, new GiniIndex(), 1),
            new VotingCombiner(),
            20,
            1)
        .train(examples);
  }

  private Path save(Model<?> model, String name) throws Exception {
    Path file = folder.resolve(name);
    model.serializeToFile(file);
    return file;
  }

  private static int indexOf(Dataset<MultiLabel> examples, String label) {
    int row = 0;
    while (!examples.getExample(row).getOutput().contains(label)) {
      row++;
    }
    return row;
  }

  private static MutableDataset<Label> points(int count, long seed) {
    return dataset(
        new LabelFactory(),
        count,
        seed,
        values ->
            new Label(values[0] * values[0] + values[1] * values[1] < 2 ? "inside" : "outside"));
  }

  private static <T extends Output<T>> MutableDataset<T> dataset(
      OutputFactory<T> factory, int count, long seed, Function<double[], T> output) {
    SplittableRandom random = new SplittableRandom(seed);
    MutableDataset<T> examples =
        new MutableDataset<>(new SimpleDataSourceProvenance("points", factory), factory);
    for (int i = 0; i < count; i++) {
      double[] values = random.doubles(2, -2, 2).toArray();
      examples.add(new ArrayExample<>(output.apply(values), new String[] {"x", "y"}, values));
    }
    return examples;
  }
}
