package org.tribuo.distill.engine.internal.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.TrainingSession;
import org.tribuo.distill.graph.Tensor;

/** Artifacts that ONNX Runtime's own Python tools made of a BERT, with what they computed. */
class ForeignArtifactsTest {
  /** The losses of six steps with learning rate 0.001, by ONNX Runtime's Python API. */
  private static final float[] LOSSES = {
    1.1453758f, 1.1192172f, 1.0964009f, 1.0757023f, 1.0557958f, 1.0354061f
  };

  private static final float BETA_1 = 0.9f;

  private static final Map<String, String> GRADIENTS =
      Map.of(
          "bert.embeddings.word_embeddings.weight", "gradient_000.pb",
          "bert.embeddings.LayerNorm.weight", "gradient_003.pb",
          "bert.encoder.layer.0.attention.self.query.bias", "gradient_005.pb",
          "bert.pooler.dense.bias", "gradient_026.pb",
          "classifier.weight", "gradient_027.pb",
          "onnx::MatMul_290", "gradient_029.pb");

  @TempDir Path folder;

  private final Map<String, Tensor> batch = new HashMap<>();

  @BeforeEach
  void readBatch() throws IOException {
    for (String input : new String[] {"input_ids", "attention_mask", "token_type_ids"}) {
      batch.put(input, tensor("input_" + input + ".pb"));
    }
    batch.put("labels", tensor("labels.pb"));
  }

  @Test
  void areTrainedAsPythonTrainsThem() throws IOException {
    try (TrainingSession session = open()) {
      for (float expected : LOSSES) {
        Map<String, Tensor> reported = session.step(batch);
        assertThat(reported).hasSize(1);
        assertThat(reported.values().iterator().next().toFloats()[0])
            .isCloseTo(expected, within(1e-6f));
        session.optimizerStep(0.001f);
      }
    }
  }

  /** After one step the first moment is the gradient times 1 - beta1. */
  @Test
  void haveTheGradientsThatPythonComputes() throws IOException {
    Path file = folder.resolve("checkpoint");
    try (TrainingSession session = open()) {
      assertThat(session.step(batch)).isNotEmpty();
      session.optimizerStep(0.001f);
      session.saveCheckpoint(file);
    }
    OptimizerState state = CheckpointReader.read(file).optimizer().orElseThrow();
    for (Map.Entry<String, String> entry : GRADIENTS.entrySet()) {
      float[] expected = tensor(entry.getValue()).toFloats();
      float[] moment = state.moments().get(entry.getKey()).get("momentum0").toFloats();
      assertThat(moment).hasSameSizeAs(expected);
      for (int i = 0; i < expected.length; i++) {
        assertThat(moment[i] / (1 - BETA_1))
            .as("%s[%d]", entry.getKey(), i)
            .isCloseTo(expected[i], within(1e-6f));
      }
    }
  }

  private static TrainingSession open() throws IOException {
    return OrtTraining.open(TrainingArtifacts.in(resource("")), Device.cpu(1), 1);
  }

  private static Tensor tensor(String name) throws IOException {
    return Tensor.of(TensorProto.parseFrom(Files.readAllBytes(resource("data/" + name))));
  }

  private static Path resource(String name) {
    try {
      return Path.of(
          ForeignArtifactsTest.class.getResource("/training_artifacts/onnxblock/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
