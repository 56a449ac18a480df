package org.tribuo.distill.engine.internal.ort;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Optimizer;
import org.tribuo.distill.engine.internal.TrainingEngine;
import org.tribuo.distill.engine.internal.TrainingGraph;
import org.tribuo.distill.engine.internal.TrainingSession;

/** Training, on the processor by an ordinary session, else by ONNX Runtime's training API. */
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
