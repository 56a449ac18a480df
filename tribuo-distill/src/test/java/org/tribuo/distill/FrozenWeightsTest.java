package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.graph.internal.shape.ShapeInference;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.internal.autodiff.UnknownOperatorException;
import org.tribuo.distill.student.FrozenWeights;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingListener.TrainingPlan;

/** A BERT of two layers, of which some weights stay as they are. */
class FrozenWeightsTest {
  private static final String BERT = "bert_seqcls_ts11";
  private static final List<String> ORDER = List.of("red", "blue", "green");
  private static final MutableDataset<Label> TEXTS = TinyTexts.dataset(TinyTexts.labelled(24, 1));

  /** A matrix of the first layer and one of the second. */
  private static final String LOWER = "onnx::MatMul_306";

  private static final String UPPER = "onnx::MatMul_319";
  private static final String WORDS = "bert.embeddings.word_embeddings.weight";

  @TempDir Path folder;

  private static DistillationTrainer.Builder<Label> student(Path file) {
    return DistillationTrainer.<Label>builder()
        .student(OnnxStudent.of(file, ORDER))
        .epochs(1)
        .optimizer(new AdamWOptimizer().learningRate(1e-3f))
        .device(Device.cpu(1));
  }

  private static DistillationTrainer.Builder<Label> student() {
    return student(Zoo.file(BERT));
  }

  private OnnxModel trained(DistillationTrainer.Builder<Label> builder) throws IOException {
    return trained(builder.build());
  }

  private OnnxModel trained(DistillationTrainer<Label> trainer) throws IOException {
    Path file = folder.resolve("trained.onnx");
    try (DistilledModel<Label> model = trainer.train(TEXTS)) {
      model.exportOnnx(file);
    }
    return OnnxModel.read(file);
  }

  private static Set<String> changed(OnnxModel before, OnnxModel after) {
    Set<String> changed = new LinkedHashSet<>();
    before
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (!tensor.equals(after.initializers().get(name))) {
                changed.add(name);
              }
            });
    return changed;
  }

  @Test
  void embeddingsAndLayersKeepTheirBytes() throws IOException {
    OnnxModel before = Zoo.model(BERT);
    Set<String> all = changed(before, trained(student()));
    Set<String> upper =
        changed(
            before,
            trained(
                student()
                    .trainingGraph(
                        new TrainingGraphOptions()
                            .frozenWeights(FrozenWeights.embeddingsAndLayers(1)))));

    assertThat(all).contains(WORDS, LOWER, UPPER, "bert.encoder.layer.0.output.dense.bias");
    assertThat(upper)
        .isSubsetOf(all)
        .contains(UPPER, "classifier.weight", "bert.encoder.layer.1.output.dense.bias")
        .doesNotContain(LOWER)
        .noneMatch(name -> name.contains("embeddings") || name.contains("layer.0."));
    assertThat(all).hasSize(41);
    assertThat(upper).hasSize(41 - 5 - 16);
  }

  @Test
  void theOthersLearnAsIfAllDid() throws IOException {
    DistillationTrainer.Builder<Label> one =
        student()
            .batching(new Batching().batchSize(24))
            .optimizer(new AdamWOptimizer().learningRate(1e-3f).withoutClipping())
            .trainingGraph(new TrainingGraphOptions().dropout(0));
    Map<String, Tensor> all = trained(one).initializers();
    Map<String, Tensor> some =
        trained(
                student()
                    .batching(new Batching().batchSize(24))
                    .optimizer(new AdamWOptimizer().learningRate(1e-3f).withoutClipping())
                    .trainingGraph(
                        new TrainingGraphOptions()
                            .dropout(0)
                            .frozenWeights(FrozenWeights.named("*embeddings*"))))
            .initializers();

    assertThat(some.get(WORDS)).isEqualTo(Zoo.model(BERT).initializers().get(WORDS));
    for (String name : List.of(LOWER, UPPER, "classifier.weight")) {
      float[] expected = Objects.requireNonNull(all.get(name)).toFloats();
      float[] found = Objects.requireNonNull(some.get(name)).toFloats();
      for (int i = 0; i < expected.length; i++) {
        assertThat(found[i]).as("%s[%d]", name, i).isCloseTo(expected[i], within(2e-5f));
      }
    }
  }

  @Test
  void theOptimizerHasNoStateForThem() {
    long[] parameters = new long[2];
    for (boolean frozen : new boolean[] {false, true}) {
      TrainingGraphOptions graph = new TrainingGraphOptions().compactVocabulary(false);
      DistillationTrainer<Label> trainer =
          student()
              .trainingGraph(frozen ? graph.frozenWeights(FrozenWeights.named(WORDS)) : graph)
              .build();
      trainer.setListener(
          new DistillationListener() {
            @Override
            public TrainingListener stage(String name) {
              return new TrainingListener() {
                @Override
                public void onTrainingStart(TrainingPlan plan) {
                  parameters[frozen ? 1 : 0] = plan.parameters();
                }
              };
            }
          });
      trainer.train(TEXTS).close();
    }
    assertThat(parameters[0] - parameters[1]).isEqualTo(101 * 32);
  }

  @Test
  void compactionMakesNoDifference() throws IOException {
    FrozenWeights words = FrozenWeights.named(WORDS);
    OnnxModel compact =
        trained(student().trainingGraph(new TrainingGraphOptions().frozenWeights(words)));
    OnnxModel whole =
        trained(
            student()
                .trainingGraph(
                    new TrainingGraphOptions().frozenWeights(words).compactVocabulary(false)));

    assertThat(changed(compact, whole)).isEmpty();
    assertThat(compact.initializers().get(WORDS))
        .isEqualTo(Zoo.model(BERT).initializers().get(WORDS));
  }

  @Test
  void nothingBelowTheLowestTrainedWeightIsDifferentiated() throws IOException {
    Path file = folder.resolve("student.onnx");
    withUnknownOperatorBelowTheLayers().write(file);

    assertThatThrownBy(() -> student(file).build().train(TEXTS))
        .isInstanceOf(UnknownOperatorException.class)
        .hasMessageContaining("Freeze those weights (frozenWeights), or");
    OnnxModel model =
        trained(
            student(file)
                .trainingGraph(
                    new TrainingGraphOptions().frozenWeights(FrozenWeights.embeddings())));
    assertThat(changed(OnnxModel.read(file), model)).contains(LOWER).doesNotContain(WORDS);
  }

  /** Of the embeddings of the words only a triangle is left, by an operator without a rule. */
  private static OnnxModel withUnknownOperatorBelowTheLayers() {
    Graph graph = Graph.of(Zoo.model(BERT));
    ShapeInference.infer(graph);
    Node lookup = graph.consumers(WORDS).iterator().next();
    Value words = graph.value(lookup.output());
    List<Node> readers = List.copyOf(graph.consumers(words.name()));
    graph.setOpset(Node.MICROSOFT, 1);
    graph.add(
        Node.MICROSOFT,
        "Trilu",
        Attributes.NONE.with("upper", 0L),
        List.of(words.name()),
        Map.of("triangle", words.type()));
    readers.forEach(reader -> graph.replaceUse(reader, words.name(), "triangle"));
    return graph.toModel();
  }

  @Test
  void aStageMayTrainWhatTheTrainerFreezes() throws IOException {
    FrozenWeights head = FrozenWeights.embeddingsAndLayers(2);
    TrainingStage probing = TrainingStage.of("probing", 1);
    OnnxModel probed =
        trained(
            student()
                .epochs(3)
                .trainingGraph(new TrainingGraphOptions().frozenWeights(head))
                .stages(probing));
    assertThat(changed(Zoo.model(BERT), probed))
        .containsExactlyInAnyOrder(
            "bert.pooler.dense.weight",
            "bert.pooler.dense.bias",
            "classifier.weight",
            "classifier.bias");

    DistillationTrainer<Label> both =
        student()
            .epochs(3)
            .trainingGraph(new TrainingGraphOptions().frozenWeights(head))
            .stages(probing, TrainingStage.of("all", 1).frozenWeights(FrozenWeights.none()))
            .build();
    assertThat(changed(Zoo.model(BERT), trained(both))).contains(WORDS, LOWER, UPPER);
    try (DistilledModel<Label> model = both.train(TEXTS)) {
      assertThat(model.getProvenance().toString())
          .contains("FrozenWeights")
          .contains("probing-frozen-weights=37")
          .doesNotContain("all-frozen-weights");
    }
  }

  @Test
  void aPatternThatMatchesNothingIsRefusedWithTheNearestNames() {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () ->
                student()
                    .trainingGraph(
                        new TrainingGraphOptions()
                            .frozenWeights(FrozenWeights.named("bert.embedings.word_embeddings*")))
                    .build()
                    .train(TEXTS))
        .withMessageContaining("FrozenWeights")
        .withMessageContaining("patterns")
        .withMessageContaining(
            "'bert.embedings.word_embeddings*' matches none of the 41 weights of the student; the"
                + " nearest are '%s', 'bert.embeddings.position_embeddings.weight',"
                    .formatted(WORDS));
  }

  @Test
  void freezingAllIsRefused() {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () ->
                student()
                    .trainingGraph(
                        new TrainingGraphOptions().frozenWeights(FrozenWeights.named("*")))
                    .build()
                    .train(TEXTS))
        .withMessageContaining("freeze all 41 weights of the student ('" + WORDS + "', ");
  }

  @Test
  void moreLayersThanThereAreAreRefused() {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () ->
                student()
                    .trainingGraph(
                        new TrainingGraphOptions()
                            .frozenWeights(FrozenWeights.embeddingsAndLayers(3)))
                    .build()
                    .train(TEXTS))
        .withMessageContaining("layers")
        .withMessageContaining("is 3, but the student has 2 layers");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> FrozenWeights.embeddingsAndLayers(-1))
        .withMessageContaining("is -1, expected 0 or more");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> FrozenWeights.named("a", " "))
        .withMessageContaining("of which one is blank");
  }

  @Test
  void whatLaterLayersReadTooIsTrained() {
    Graph mpnet = Graph.of(Zoo.model("mpnet_seqcls_optimum"));
    Normalization.applyForTraining(mpnet);

    assertThat(FrozenWeights.embeddingsAndLayers(1).in(mpnet))
        .contains("mpnet.embeddings.word_embeddings.weight")
        .anyMatch(name -> name.contains("layer.0."))
        .noneMatch(name -> name.contains("layer.1."))
        .doesNotContain("mpnet.encoder.relative_attention_bias.weight");
  }

  @Test
  void layersThatShareAllTheirWeightsHaveNoneOfTheirOwn() {
    Graph albert = Graph.of(Zoo.model("albert_qa_optimum"));
    Normalization.applyForTraining(albert);

    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> FrozenWeights.embeddingsAndLayers(1).in(albert))
        .withMessageContaining("is 1, but those layers have no weights of their own");
  }
}
