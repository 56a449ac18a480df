package org.tribuo.distill.engine.internal.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.engine.internal.AdamW;
import org.tribuo.distill.engine.internal.LinearRegression;
import org.tribuo.distill.engine.internal.Optimizer;
import org.tribuo.distill.engine.internal.TrainingSession;
import org.tribuo.distill.graph.Tensor;

/** How ONNX Runtime is handed its artifacts; what a training does is in the contract. */
class OrtTrainingTest {
  private static final Device ONE_THREAD = Device.cpu(1);
  private static final Optimizer SETTINGS =
      new Optimizer(AdamW.DEFAULT, OptionalDouble.of(1), Set.copyOf(LinearRegression.biases()));

  @TempDir Path folder;

  @Test
  void runsArtifactsFromAFolder() throws IOException {
    artifacts().writeTo(folder.resolve("made"));
    Map<String, Tensor> expected;
    try (TrainingSession session = open()) {
      train(session, 0, 5);
      expected = session.weights();
    }
    try (TrainingSession session =
        OrtTraining.open(TrainingArtifacts.in(folder.resolve("made")), ONE_THREAD, 1)) {
      train(session, 0, 5);
      assertThat(new HashMap<>(session.weights())).isEqualTo(new HashMap<>(expected));
    }
  }

  @Test
  void leavesNoTemporaryFiles() throws IOException {
    Set<String> before = temporaryFolders();
    try (TrainingSession session = open()) {
      session.weights();
      session.saveCheckpoint(folder.resolve("checkpoint"));
      assertThat(temporaryFolders()).isEqualTo(before);
    }
    assertThat(folder.toFile().list()).containsExactly("checkpoint");
  }

  @Test
  void refusesACheckpointOfAnotherModel() {
    TrainingArtifacts artifacts =
        artifacts().withCheckpoint(Checkpoint.of(Map.of("stranger", Tensor.scalar(1f))));
    assertThatThrownBy(() -> OrtTraining.open(artifacts, ONE_THREAD, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Parameter 'stranger' of the checkpoint is no input of the training model");
  }

  @Test
  void saysWhyOnnxRuntimeRefusesArtifacts() {
    TrainingArtifacts made = artifacts();
    TrainingArtifacts swapped =
        new TrainingArtifacts(
            made.trainingModel(), made.trainingModel(), made.weightDecayModel(), made.checkpoint());
    assertThatThrownBy(() -> OrtTraining.open(swapped, ONE_THREAD, 1))
        .isInstanceOf(EngineException.class)
        .hasMessageStartingWith("ONNX Runtime refuses the artifacts: ");
  }

  private static TrainingArtifacts artifacts() {
    return TrainingArtifacts.of(LinearRegression.trainingGraph(), SETTINGS);
  }

  private TrainingSession open() throws IOException {
    return OrtTraining.open(artifacts(), ONE_THREAD, 1);
  }

  private static void train(TrainingSession session, int from, int to) {
    for (int step = from; step < to; step++) {
      assertThat(session.step(LinearRegression.batch(step, 3))).isNotEmpty();
      session.optimizerStep(0.01f);
    }
  }

  private static Set<String> temporaryFolders() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("tribuo-distill-training-"))
          .collect(Collectors.toSet());
    }
  }
}
