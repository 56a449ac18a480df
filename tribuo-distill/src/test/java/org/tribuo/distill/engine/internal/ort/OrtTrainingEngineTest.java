package org.tribuo.distill.engine.internal.ort;

import org.junit.jupiter.api.Nested;
import org.tribuo.distill.engine.internal.Engine;
import org.tribuo.distill.engine.internal.EngineContract;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.OptimizerContract;
import org.tribuo.distill.engine.internal.TrainingEngine;
import org.tribuo.distill.engine.internal.TrainingEngineContract;

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
}
