package org.tribuo.distill.engine.internal.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.AdamW;
import org.tribuo.distill.engine.internal.LinearRegression;
import org.tribuo.distill.engine.internal.Optimizer;
import org.tribuo.distill.engine.internal.TrainingGraph;
import org.tribuo.distill.engine.internal.TrainingSession;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

class TrainingArtifactsTest {
  @TempDir Path folder;

  @Test
  void trainByTheDerivativesOfTheLoss() throws IOException {
    Graph graph = LinearRegression.graph();
    List<String> parameters = List.copyOf(LinearRegression.initialWeights().keySet());
    TrainingArtifacts derived =
        TrainingArtifacts.of(
            TrainingGraph.of(
                graph, List.of(LinearRegression.LOSS), parameters, StandardOperators.TABLE),
            Optimizer.DEFAULT);
    TrainingArtifacts byHand =
        TrainingArtifacts.of(LinearRegression.trainingGraph(), Optimizer.DEFAULT);
    try (TrainingSession session = open(derived);
        TrainingSession expected = open(byHand)) {
      for (int step = 0; step < 3; step++) {
        Map<String, Tensor> batch = LinearRegression.batch(step, 4);
        assertThat(session.step(batch)).isEqualTo(expected.step(batch));
        session.optimizerStep(0.1f);
        expected.optimizerStep(0.1f);
      }
    }
    assertThat(graph.inputs().keySet()).containsExactly("x", "y");
    assertThat(graph.initializers().keySet()).containsAll(parameters);
  }

  @Test
  void keepWhatIsNotTrainedInTheTrainingModel() throws IOException {
    TrainingArtifacts artifacts =
        TrainingArtifacts.of(
            TrainingGraph.of(
                LinearRegression.graph(),
                List.of(LinearRegression.LOSS),
                List.of(LinearRegression.bias(0)),
                StandardOperators.TABLE),
            Optimizer.DEFAULT);
    assertThat(artifacts.checkpoint().trainable().keySet())
        .containsExactly(LinearRegression.bias(0));
    assertThat(artifacts.trainingModel().initializers())
        .containsEntry(
            LinearRegression.weight(0),
            LinearRegression.initialWeights().get(LinearRegression.weight(0)));
    try (TrainingSession session = open(artifacts)) {
      assertThat(session.step(LinearRegression.batch(1, 2))).hasSize(1);
      session.optimizerStep(0.1f);
      assertThat(session.weights()).hasSize(1);
    }
  }

  @Test
  void trainParametersBesideFrozenOnesOfTheCheckpoint() throws IOException {
    TrainingArtifacts all =
        TrainingArtifacts.of(LinearRegression.trainingGraph(), Optimizer.DEFAULT);
    Map<String, Tensor> trainable = new LinkedHashMap<>(all.checkpoint().trainable());
    String frozen = LinearRegression.bias(0);
    Graph graph = LinearRegression.graph();
    TrainingArtifacts fewer =
        TrainingArtifacts.of(
            TrainingGraph.of(
                graph,
                List.of(LinearRegression.LOSS),
                trainable.keySet().stream().filter(name -> !name.equals(frozen)).toList(),
                StandardOperators.TABLE),
            Optimizer.DEFAULT);
    Graph withInput = Graph.of(fewer.trainingModel());
    Tensor value = withInput.initializerToInput(frozen);
    Checkpoint checkpoint =
        new Checkpoint(
            fewer.checkpoint().trainable(),
            Map.of(frozen, value),
            Optional.empty(),
            Checkpoint.Properties.NONE);
    TrainingArtifacts asInput =
        new TrainingArtifacts(
            withInput.toModel(), fewer.optimizerModel(), fewer.weightDecayModel(), checkpoint);
    try (TrainingSession session = open(asInput);
        TrainingSession expected = open(fewer)) {
      for (int step = 0; step < 3; step++) {
        Map<String, Tensor> batch = LinearRegression.batch(step, 4);
        assertThat(session.step(batch)).isEqualTo(expected.step(batch));
        session.optimizerStep(0.1f);
        expected.optimizerStep(0.1f);
      }
      assertThat(session.weights()).isEqualTo(expected.weights());
      session.saveCheckpoint(folder.resolve("checkpoint"));
      assertThat(CheckpointReader.read(folder.resolve("checkpoint")).frozen())
          .containsEntry(frozen, value);
    }
  }

  @Test
  void haveAWeightDecayModelOnlyWhereParametersDiffer() {
    Set<String> all = LinearRegression.initialWeights().keySet();
    Set<String> biases = Set.copyOf(LinearRegression.biases());
    Optimizer settings = Optimizer.DEFAULT;
    assertThat(TrainingArtifacts.of(LinearRegression.trainingGraph(), settings).weightDecayModel())
        .isEmpty();
    assertThat(
            TrainingArtifacts.of(LinearRegression.trainingGraph(), sparing(all)).weightDecayModel())
        .isEmpty();
    assertThat(
            TrainingArtifacts.of(LinearRegression.trainingGraph(), sparing(biases))
                .weightDecayModel())
        .isPresent();
  }

  /** AdamW without weight decay for some. */
  private static Optimizer sparing(Set<String> parameters) {
    return new Optimizer(AdamW.DEFAULT, OptionalDouble.empty(), parameters);
  }

  @Test
  void replaceOlderOnesInAFolder() throws IOException {
    TrainingArtifacts.of(
            LinearRegression.trainingGraph(), sparing(Set.copyOf(LinearRegression.biases())))
        .writeTo(folder);
    TrainingArtifacts.of(LinearRegression.trainingGraph(), Optimizer.DEFAULT).writeTo(folder);
    assertThat(TrainingArtifacts.in(folder).weightDecayModel()).isEmpty();
  }

  @Test
  void sayWhichFileOfAFolderIsMissing() throws IOException {
    TrainingArtifacts.of(LinearRegression.trainingGraph(), Optimizer.DEFAULT).writeTo(folder);
    Files.delete(folder.resolve("optimizer_model.onnx"));
    assertThatThrownBy(() -> TrainingArtifacts.in(folder))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("optimizer_model.onnx: Training artifacts lack this file");
  }

  @Test
  void refuseALossThatIsNoScalar() {
    Graph graph = Graph.empty(Ops.OPSET);
    Value weight = graph.setInitializer("w", Tensor.of(new float[] {1, 2}, 2));
    graph.addOutput(Ops.on(graph).neg(weight).name());
    assertThatThrownBy(() -> new TrainingGraph(graph, graph.outputs(), Map.of("w", weight)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("is FLOAT[2], expected a FLOAT scalar: reduce it over all its axes");
  }

  @Test
  void refuseAParameterThatIsNotFloat() {
    Graph graph = LinearRegression.graph();
    Value weight = graph.setInitializer("doubles", Tensor.of(new double[] {1}, 1));
    assertThatThrownBy(
            () ->
                new TrainingGraph(graph, List.of(LinearRegression.LOSS), Map.of("doubles", weight)))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("Parameter 'doubles' is DOUBLE[1], expected FLOAT");
  }

  private static TrainingSession open(TrainingArtifacts artifacts) throws IOException {
    return OrtTraining.open(artifacts, Device.cpu(1), 1);
  }
}
