package org.tribuo.distill.engine.internal.ort;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tribuo.distill.graph.Tensor;

/**
 * What ONNX Runtime's optimizer remembers between steps.
 *
 * @param step the steps taken so far
 * @param initialLearningRate the learning rate of the first step
 * @param moments for each trainable parameter its moments by name, each of the parameter's shape
 */
record OptimizerState(
    long step, float initialLearningRate, Map<String, Map<String, Tensor>> moments) {
  OptimizerState {
    moments = Collections.unmodifiableMap(new LinkedHashMap<>(moments));
  }
}
