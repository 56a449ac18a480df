package org.tribuo.distill.engine.internal.ort;

import java.util.Map;
import org.tribuo.distill.engine.internal.Engine;
import org.tribuo.distill.engine.internal.EngineProvider;
import org.tribuo.distill.engine.internal.TrainingEngine;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.TypeInference;

/** ONNX Runtime for {@link java.util.ServiceLoader}, which makes it. */
public final class OrtEngines implements EngineProvider, TypeInference {
  private static final Engine INFERENCE = new OrtEngine();
  private static final TrainingEngine TRAINING = new OrtTrainingEngine();

  @Override
  public Engine inference() {
    return INFERENCE;
  }

  @Override
  public TrainingEngine training() {
    OrtRuntime.loaded().requireTraining();
    return TRAINING;
  }

  @Override
  public Map<String, TensorType> infer(Graph graph) {
    return INFERENCE.infer(graph);
  }
}
