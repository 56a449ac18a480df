package org.tribuo.distill.engine.internal.ort;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engine;
import org.tribuo.distill.engine.internal.EngineContract;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.Optimizer;
import org.tribuo.distill.engine.internal.OptimizerContract;
import org.tribuo.distill.engine.internal.TrainingEngine;
import org.tribuo.distill.engine.internal.TrainingEngineContract;
import org.tribuo.distill.engine.internal.TrainingGraph;
import org.tribuo.distill.engine.internal.TrainingSession;

/** ONNX Runtime with its training API. */
class OrtTrainingEngineTest {
  @Nested
  class Inference extends EngineContract {
    @Override
    protected Engine engine() {
      return Engines.training();
    }
  }

  @Nested
  class Training extends TrainingEngineContract {
    @Override
    protected TrainingEngine engine() {
      return Engines.training();
    }
  }

  @Nested
  class Updates extends OptimizerContract {
    @Override
    protected TrainingEngine engine() {
      return Engines.training();
    }
  }

  /** What a GPU does, on the processor. */
  @Nested
  class TrainingByTheTrainingApi extends TrainingEngineContract {
    @Override
    protected TrainingEngine engine() {
      return new ByTheTrainingApi();
    }
  }

  /** What a GPU does, on the processor. */
  @Nested
  class UpdatesByTheTrainingApi extends OptimizerContract {
    @Override
    protected TrainingEngine engine() {
      return new ByTheTrainingApi();
    }
  }

  private static final class ByTheTrainingApi extends OrtEngine implements TrainingEngine {
    @Override
    public TrainingSession train(TrainingGraph graph, Optimizer optimizer, Device device, long seed)
        throws IOException {
      return OrtTraining.open(TrainingArtifacts.of(graph, optimizer), device, seed);
    }

    @Override
    public TrainingSession resume(
        TrainingGraph graph, Optimizer optimizer, Device device, long seed, Path checkpoint)
        throws IOException {
      return OrtTraining.open(
          TrainingArtifacts.of(graph, optimizer).withCheckpoint(CheckpointReader.read(checkpoint)),
          device,
          seed);
    }
  }
}
