package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ListProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.DoubleProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.IntProvenance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.Output;
import org.tribuo.classification.Label;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.InferenceSession;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.internal.text.TokenFeatures;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.schedule.ConstantSchedule;
import org.tribuo.distill.selection.CrossValidatedTrainer;
import org.tribuo.distill.student.CosineHead;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.FrozenWeights;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.training.EarlyStopping;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.head.TaskHead;
import org.tribuo.multilabel.MultiLabel;
import org.tribuo.multilabel.MultiLabelFactory;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.test.Helpers;

class CosineHeadTest {
  private static final Path ENCODER = Zoo.file("minilm_embedding_ts14");
  private static final AdamWOptimizer STANDING_STILL =
      new AdamWOptimizer().learningRate(new ConstantSchedule(0));

  @Test
  void theWeightsStartAsTheMeansOfTheLabelledVectors() {
    List<Example<Label>> texts = new ArrayList<>(TinyTexts.labelled(20, 3));
    texts.get(4).setWeight(3);
    texts.addAll(TinyTexts.unlabelled(5, 4));
    try (DistilledModel<Label> model =
        DistillationTrainer.<Label>builder()
            .student(imprinted())
            .teacher(OnnxTeacher.of(Zoo.file("bert_seqcls_ts11"), List.of("red", "blue", "green")))
            .optimizer(STANDING_STILL)
            .epochs(1)
            .device(Device.cpu(1))
            .build()
            .train(TinyTexts.dataset(texts))) {
      List<String> columns = model.network().labelOrder().names();
      float[][] means = new float[columns.size()][];
      for (Example<Label> text : texts.subList(0, 20)) {
        int column = columns.indexOf(text.getOutput().getLabel());
        means[column] = sum(means[column], text.getWeight(), vector(model.network().onnx(), text));
      }
      assertColumns(model.network().onnx(), means);
    }
  }

  @Test
  void withoutAStatedScaleTheStartIsNoSurerThanItShouldBe() {
    List<Example<Label>> texts = TinyTexts.labelled(6, 3);
    try (DistilledModel<Label> chosen = untrained(imprinted()).train(TinyTexts.dataset(texts));
        DistilledModel<Label> stated =
            untrained(EncoderStudent.of(ENCODER, Pooling.MEAN).withHead(new CosineHead().scale(16)))
                .train(TinyTexts.dataset(texts))) {
      assertThat(probability(stated, texts)).isGreaterThan(0.72);
      assertThat(probability(chosen, texts)).isEqualTo(0.7, within(1e-3));
      assertThat(scale(stated)).isEqualTo(16);
      assertThat(scale(chosen)).isLessThan(16);
      assertThat(chosen.network().onnx().initializers().get(TaskHead.WEIGHT))
          .isEqualTo(stated.network().onnx().initializers().get(TaskHead.WEIGHT));
      assertThat(instance(chosen)).isEqualTo(scale(chosen));
      assertThat(instance(stated)).isEqualTo(16);
    }
  }

  @Test
  void ofLabelsThatDoNotExcludeEachOtherTheScaleIsTheUsualOne() {
    MultiLabelFactory factory = new MultiLabelFactory();
    List<Example<MultiLabel>> texts =
        TinyTexts.labelled(6, 3).stream()
            .map(
                text ->
                    TinyTexts.withOutput(
                        text, factory.generateOutput(text.getOutput().getLabel() + ",warm")))
            .toList();
    try (DistilledModel<MultiLabel> model =
        DistillationTrainer.<MultiLabel>builder()
            .student(imprinted())
            .stages()
            .device(Device.cpu(1))
            .build()
            .train(TinyTexts.dataset(texts, factory))) {
      assertThat(scale(model)).isEqualTo(16);
    }
  }

  private static float scale(DistilledModel<?> model) {
    return model.network().onnx().initializers().get(TaskHead.SCALE).toFloats()[0];
  }

  private static double instance(DistilledModel<?> model) {
    return ((DoubleProvenance)
            model.getProvenance().getInstanceProvenance().getMap().get("head-scale"))
        .getValue();
  }

  private static double probability(DistilledModel<Label> model, List<Example<Label>> texts) {
    return texts.stream()
        .mapToDouble(
            text ->
                model.predict(text).getOutputScores().get(text.getOutput().getLabel()).getScore())
        .average()
        .orElseThrow();
  }

  @Test
  void aTextOfSeveralLabelsCountsForEach() {
    MultiLabelFactory factory = new MultiLabelFactory();
    List<Example<MultiLabel>> texts =
        TinyTexts.labelled(12, 3).stream()
            .map(
                text ->
                    TinyTexts.withOutput(
                        text,
                        factory.generateOutput(
                            text.getOutput().getLabel().equals("red")
                                ? "red,warm"
                                : text.getOutput().getLabel())))
            .toList();
    try (DistilledModel<MultiLabel> model =
        DistillationTrainer.<MultiLabel>builder()
            .student(imprinted())
            .optimizer(STANDING_STILL)
            .epochs(1)
            .device(Device.cpu(1))
            .build()
            .train(TinyTexts.dataset(texts, factory))) {
      List<String> columns = model.network().labelOrder().names();
      float[][] means = new float[columns.size()][];
      for (Example<MultiLabel> text : texts) {
        for (String label : text.getOutput().getNameSet()) {
          int column = columns.indexOf(label);
          means[column] = sum(means[column], 1, vector(model.network().onnx(), text));
        }
      }
      assertColumns(model.network().onnx(), means);
      assertThat(columns).contains("warm");
    }
  }

  @Test
  void aStudentMayBeTaughtByItsLikeThatLearnedFromTheFewLabels() {
    List<Example<Label>> texts = new ArrayList<>(TinyTexts.labelled(9, 3));
    texts.addAll(TinyTexts.unlabelled(40, 4));
    DistillationTrainer<Label> fromLabels =
        DistillationTrainer.<Label>builder()
            .student(imprinted())
            .stages(TrainingStage.of("labels", 8).on(TrainingStage.Rows.LABELLED))
            .optimizer(new AdamWOptimizer().learningRate(1e-3f))
            .device(Device.cpu(1))
            .build();
    DistillationTrainer<Label> again =
        DistillationTrainer.<Label>builder()
            .student(imprinted())
            .teacher(TeacherAssistant.of(fromLabels))
            .optimizer(new AdamWOptimizer().learningRate(1e-3f))
            .device(Device.cpu(1))
            .build();
    try (DistilledModel<Label> model = again.train(TinyTexts.dataset(texts))) {
      assertThat(model.getProvenance().getInstanceProvenance().getMap()).containsKey("assistant");
      assertThat(right(model, TinyTexts.labelled(60, 5))).isGreaterThan(30);
    }
  }

  @Test
  void heldOutExamplesHaveNoPartInTheMeans() {
    List<Example<Label>> texts = TinyTexts.labelled(30, 3);
    OnnxModel all = standing(texts, null);
    OnnxModel some = standing(texts, new EarlyStopping(0.4, 1));
    assertThat(some.initializers().get(TaskHead.WEIGHT))
        .isNotEqualTo(all.initializers().get(TaskHead.WEIGHT));
  }

  private static OnnxModel standing(List<Example<Label>> texts, @Nullable EarlyStopping stopping) {
    DistillationTrainer.Builder<Label> builder =
        DistillationTrainer.<Label>builder()
            .student(imprinted())
            .optimizer(STANDING_STILL)
            .epochs(1)
            .device(Device.cpu(1));
    if (stopping != null) {
      builder.earlyStopping(stopping);
    }
    try (DistilledModel<Label> model = builder.build().train(TinyTexts.dataset(texts))) {
      return model.network().onnx();
    }
  }

  @Test
  void aTrainedHeadIsExportedCutAndDistilledAsAnyOther(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("teacher.onnx");
    List<Example<Label>> texts = TinyTexts.labelled(60, 3);
    try (DistilledModel<Label> model =
        CosineHeadTest.<Label>trainer(imprinted()).train(TinyTexts.dataset(texts))) {
      assertThat(right(model, texts)).isGreaterThan(50);
      model.exportOnnx(file);
    }
    try (DistilledModel<Label> cut =
        CosineHeadTest.<Label>trainer(PrunedStudent.keeping(1, OnnxStudent.of(file)))
            .train(TinyTexts.dataset(texts))) {
      Graph graph = Graph.of(cut.network().onnx());
      assertThat(graph.nodes()).filteredOn(node -> node.is("LpNormalization")).hasSize(2);
      assertThat(right(cut, texts)).isGreaterThan(50);
    }
  }

  @Test
  void layersOfAFreshEncoderMayBeCutBeforeItIsImprinted() {
    List<Example<Label>> texts = TinyTexts.labelled(24, 3);
    try (DistilledModel<Label> model =
        DistillationTrainer.<Label>builder()
            .student(PrunedStudent.keeping(1, imprinted()))
            .optimizer(STANDING_STILL)
            .epochs(1)
            .device(Device.cpu(1))
            .build()
            .train(TinyTexts.dataset(texts))) {
      List<String> columns = model.network().labelOrder().names();
      float[][] means = new float[columns.size()][];
      for (Example<Label> text : texts) {
        int column = columns.indexOf(text.getOutput().getLabel());
        means[column] = sum(means[column], 1, vector(model.network().onnx(), text));
      }
      assertColumns(model.network().onnx(), means);
    }
  }

  @Test
  void laterStagesGoOnFromWhatWasTrained() {
    List<Example<Label>> texts = TinyTexts.labelled(30, 3);
    try (DistilledModel<Label> untrained = untrained(imprinted()).train(TinyTexts.dataset(texts));
        DistilledModel<Label> model =
            DistillationTrainer.<Label>builder()
                .student(imprinted())
                .stages(
                    TrainingStage.of("first", 1).learningRate(1e-3f),
                    TrainingStage.of("second", 1).learningRate(new ConstantSchedule(0)))
                .device(Device.cpu(1))
                .build()
                .train(TinyTexts.dataset(texts));
        DistilledModel<Label> first =
            DistillationTrainer.<Label>builder()
                .student(imprinted())
                .stages(TrainingStage.of("first", 1).learningRate(1e-3f))
                .device(Device.cpu(1))
                .build()
                .train(TinyTexts.dataset(texts))) {
      Tensor twoStages = model.network().onnx().initializers().get(TaskHead.WEIGHT);
      assertThat(twoStages)
          .isNotEqualTo(untrained.network().onnx().initializers().get(TaskHead.WEIGHT));
      assertThat(twoStages).isEqualTo(first.network().onnx().initializers().get(TaskHead.WEIGHT));
    }
  }

  @Test
  void aFrozenHeadKeepsTheClassMeans() {
    List<Example<Label>> texts = TinyTexts.labelled(30, 3);
    DistillationTrainer<Label> trainer =
        DistillationTrainer.<Label>builder()
            .student(imprinted())
            .trainingGraph(
                new TrainingGraphOptions().frozenWeights(FrozenWeights.named(TaskHead.WEIGHT)))
            .epochs(1)
            .device(Device.cpu(1))
            .build();
    assertThat(weights(trainer, texts)).isEqualTo(weights(untrained(imprinted()), texts));
  }

  @Test
  void aLabelThatOnlyTheTeacherKnowsStartsAtRandomAndIsLearned() {
    List<Example<Label>> texts = new ArrayList<>(TinyTexts.labelled(40, 3));
    texts.removeIf(text -> text.getOutput().getLabel().equals("green"));
    texts.addAll(TinyTexts.unlabelled(20, 4));
    try (DistilledModel<Label> model =
        DistillationTrainer.<Label>builder()
            .student(imprinted())
            .teacher(OnnxTeacher.of(Zoo.file("bert_seqcls_ts11"), List.of("red", "blue", "green")))
            .epochs(1)
            .device(Device.cpu(1))
            .build()
            .train(TinyTexts.dataset(texts))) {
      assertThat(model.network().labelOrder().names()).containsExactly("blue", "green", "red");
      assertThat(model.network().onnx().initializers().get(TaskHead.WEIGHT).toFloats())
          .doesNotContain(Float.NaN)
          .doesNotContain(0f);
    }
  }

  private static DistillationTrainer<Label> untrained(StudentSource student) {
    return DistillationTrainer.<Label>builder()
        .student(student)
        .stages()
        .device(Device.cpu(1))
        .build();
  }

  private static float[] weights(DistillationTrainer<Label> trainer, List<Example<Label>> texts) {
    try (DistilledModel<Label> model = trainer.train(TinyTexts.dataset(texts))) {
      return model.network().onnx().initializers().get(TaskHead.WEIGHT).toFloats();
    }
  }

  @Test
  void withoutStagesItIsTheNearestClassMean() {
    List<Example<Label>> texts = TinyTexts.labelled(30, 3);
    DistillationTrainer<Label> trainer = untrained(imprinted());
    Helpers.testConfigurableRoundtrip(trainer);
    try (DistilledModel<Label> model = trainer.train(TinyTexts.dataset(texts))) {
      List<String> columns = model.network().labelOrder().names();
      float[][] means = new float[columns.size()][];
      for (Example<Label> text : texts) {
        int column = columns.indexOf(text.getOutput().getLabel());
        means[column] = sum(means[column], 1, vector(model.network().onnx(), text));
      }
      for (Example<Label> text : TinyTexts.labelled(20, 9)) {
        assertThat(model.predict(text).getOutput().getLabel())
            .isEqualTo(columns.get(nearest(means, vector(model.network().onnx(), text))));
      }
    }
  }

  @Test
  void crossValidationComparesTheNearestClassMeanWithWhatIsTrained(@TempDir Path folder)
      throws Exception {
    Dataset<Label> texts = TinyTexts.dataset(TinyTexts.labelled(12, 3));
    CrossValidatedTrainer<Label> choice =
        CrossValidatedTrainer.of(
                List.of(
                    untrained(imprinted()),
                    DistillationTrainer.<Label>builder()
                        .student(imprinted())
                        .optimizer(STANDING_STILL)
                        .epochs(1)
                        .device(Device.cpu(1))
                        .build()))
            .folds(2);
    Helpers.testConfigurableRoundtrip(choice);
    Path file = folder.resolve("model.pb");
    try (DistilledModel<Label> model = (DistilledModel<Label>) choice.train(texts)) {
      Helpers.testProvenanceMarshalling(model.getProvenance());
      assertThat(
              model
                  .getProvenance()
                  .getInstanceProvenance()
                  .getMap()
                  .get(CrossValidatedTrainer.CHOSEN))
          .isEqualTo(new IntProvenance(CrossValidatedTrainer.CHOSEN, 0));
      assertThat(scores(model)).hasSize(2).containsOnly(scores(model).get(0));
      model.serializeToFile(file);
      try (DistilledModel<?> read = DistilledModel.read(file)) {
        assertThat(read.getProvenance()).isEqualTo(model.getProvenance());
      }
    }
  }

  private static List<Double> scores(DistilledModel<Label> model) {
    ListProvenance<?> scores =
        (ListProvenance<?>)
            model
                .getProvenance()
                .getInstanceProvenance()
                .getMap()
                .get(CrossValidatedTrainer.SCORES);
    return scores.getList().stream().map(score -> ((DoubleProvenance) score).getValue()).toList();
  }

  @Test
  void aStudentThatIsNotImprintedNeedsAStage() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                DistillationTrainer.<Label>builder()
                    .student(EncoderStudent.of(ENCODER, Pooling.MEAN))
                    .stages()
                    .device(Device.cpu(1))
                    .build()
                    .train(TinyTexts.dataset(TinyTexts.labelled(6, 3))))
        .withMessageContaining("no stages, and the student's head is not imprinted");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () ->
                DistillationTrainer.<Label>builder()
                    .student(imprinted())
                    .stages()
                    .earlyStopping(new EarlyStopping(0.4, 1))
                    .build())
        .withMessageContaining("Property: earlyStopping, evaluates after each epoch");
  }

  @Test
  void aConfigurationSurvivesItsProvenance() {
    DistillationTrainer<Label> trainer =
        trainer(EncoderStudent.of(ENCODER, Pooling.MEAN).withHead(new CosineHead().scale(8)));
    Helpers.testConfigurableRoundtrip(trainer);
    Helpers.testProvenanceMarshalling(trainer.getProvenance());
    DistillationTrainer<Label> withoutScale = trainer(imprinted());
    Helpers.testConfigurableRoundtrip(withoutScale);
    Helpers.testProvenanceMarshalling(withoutScale.getProvenance());
  }

  @Test
  void whatHasNoClassesIsRefused() {
    List<Example<Regressor>> numbers =
        TinyTexts.labelled(6, 3).stream()
            .map(text -> TinyTexts.withOutput(text, new Regressor("size", 1)))
            .toList();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                CosineHeadTest.<Regressor>trainer(imprinted())
                    .train(TinyTexts.dataset(numbers, new RegressionFactory())))
        .withMessage(
            "The student's head is to be imprinted with class means, but the outputs of"
                + " the dataset have no classes; omit its head");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                DistillationTrainer.<Label>builder()
                    .student(imprinted())
                    .teacher(
                        OnnxTeacher.of(
                            Zoo.file("bert_seqcls_ts11"), List.of("red", "blue", "green")))
                    .device(Device.cpu(1))
                    .build()
                    .train(TinyTexts.dataset(TinyTexts.unlabelled(8, 1))))
        .withMessageContaining("no example of the dataset that is trained on has a label");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> new CosineHead().scale(0))
        .withMessageContaining("Component: CosineHead, Property: scale, is 0.0, expected");
  }

  private static StudentSource imprinted() {
    return EncoderStudent.of(ENCODER, Pooling.MEAN).withHead(new CosineHead());
  }

  private static <T extends Output<T>> DistillationTrainer<T> trainer(StudentSource student) {
    return DistillationTrainer.<T>builder()
        .student(student)
        .batching(new Batching().batchSize(8))
        .optimizer(new AdamWOptimizer().learningRate(3e-3f))
        .epochs(8)
        .device(Device.cpu(1))
        .build();
  }

  private static long right(DistilledModel<Label> model, List<Example<Label>> texts) {
    return texts.stream()
        .filter(
            text -> model.predict(text).getOutput().getLabel().equals(text.getOutput().getLabel()))
        .count();
  }

  /** What one text alone is before it is compared with the classes. */
  private static float[] vector(OnnxModel model, Example<?> text) {
    Graph graph = Graph.of(model);
    graph.outputs().forEach(graph::removeOutput);
    graph.addOutput(TaskHead.VECTOR);
    TokenSequence tokens = new TokenFeatures(100, 101).read(text);
    long[] ids = Arrays.stream(tokens.ids()).asLongStream().toArray();
    long[] ones = new long[ids.length];
    Arrays.fill(ones, 1);
    Map<String, Tensor> inputs = new HashMap<>();
    inputs.put("input_ids", Tensor.of(ids, 1, ids.length));
    inputs.put("attention_mask", Tensor.of(ones, 1, ids.length));
    inputs.put("token_type_ids", Tensor.of(new long[ids.length], 1, ids.length));
    inputs.keySet().retainAll(graph.inputs().keySet());
    try (InferenceSession session = Engines.inference().open(graph.toModel(), Device.cpu(1))) {
      return session.run(inputs, Set.of(TaskHead.VECTOR)).values().iterator().next().toFloats();
    }
  }

  private static float[] sum(float[] sum, float weight, float[] vector) {
    float[] all = sum == null ? new float[vector.length] : sum;
    for (int i = 0; i < all.length; i++) {
      all[i] += weight * vector[i];
    }
    return all;
  }

  /** The number of the class whose mean has the largest cosine with a vector. */
  private static int nearest(float[][] means, float[] vector) {
    int nearest = 0;
    double largest = Double.NEGATIVE_INFINITY;
    for (int label = 0; label < means.length; label++) {
      double product = 0;
      double squares = 0;
      for (int i = 0; i < vector.length; i++) {
        product += means[label][i] * vector[i];
        squares += means[label][i] * means[label][i];
      }
      double cosine = product / Math.sqrt(squares);
      if (cosine > largest) {
        nearest = label;
        largest = cosine;
      }
    }
    return nearest;
  }

  private static void assertColumns(OnnxModel model, float[][] sums) {
    Tensor weight = model.initializers().get(TaskHead.WEIGHT);
    float[] values = weight.toFloats();
    int columns = (int) weight.dim(1);
    assertThat(columns).isEqualTo(sums.length);
    for (int column = 0; column < columns; column++) {
      double norm = 0;
      for (float value : sums[column]) {
        norm += value * value;
      }
      for (int i = 0; i < sums[column].length; i++) {
        assertThat(values[i * columns + column])
            .isEqualTo((float) (sums[column][i] / Math.sqrt(norm)), within(1e-5f));
      }
    }
  }
}
