package org.tribuo.distill.engine.ort;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Optimizer;
import org.tribuo.distill.engine.TrainingEngine;
import org.tribuo.distill.engine.TrainingGraph;
import org.tribuo.distill.engine.TrainingSession;

/** Training, by ONNX Runtime's training API. */
final class OrtTrainingEngine extends OrtEngine implements TrainingEngine {
  @Override
  public TrainingSession train(TrainingGraph graph, Optimizer optimizer, Device device, long seed)
      throws IOException {
    return OrtTraining.open(graph, optimizer, device, seed, Optional.empty());
  }

  @Override
  public TrainingSession resume(
      TrainingGraph graph, Optimizer optimizer, Device device, long seed, Path checkpoint)
      throws IOException {
    return OrtTraining.open(
        graph, optimizer, device, seed, Optional.of(CheckpointReader.read(checkpoint)));
  }
}
