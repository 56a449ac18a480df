package org.tribuo.distill.engine.internal.ort;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.graph.Tensor;

/**
 * The state from which a training session starts, as ONNX Runtime keeps it in a file: the
 * parameters, what the optimizer remembers, and properties that the user adds. Immutable.
 *
 * @param trainable the parameters that are trained, in the file's order
 * @param frozen the parameters that are inputs of the training graph and keep their values
 * @param optimizer the optimizer's state, where training is to be continued
 * @param properties the user's own properties
 */
record Checkpoint(
    Map<String, Tensor> trainable,
    Map<String, Tensor> frozen,
    Optional<OptimizerState> optimizer,
    Properties properties) {

  /**
   * @throws IllegalArgumentException if a parameter is both trainable and frozen
   */
  Checkpoint {
    trainable = ordered(trainable);
    frozen = ordered(frozen);
    for (String name : frozen.keySet()) {
      if (trainable.containsKey(name)) {
        throw new IllegalArgumentException(
            "Parameter '" + name + "' is both trainable and frozen, expected one of the two");
      }
    }
  }

  /** A checkpoint for the start of training, with nothing but trainable parameters. */
  static Checkpoint of(Map<String, Tensor> trainable) {
    return new Checkpoint(trainable, Map.of(), Optional.empty(), Properties.NONE);
  }

  /** Properties of a checkpoint, by name. */
  record Properties(
      Map<String, Long> integers, Map<String, Float> floats, Map<String, String> strings) {
    /** No properties. */
    static final Properties NONE = new Properties(Map.of(), Map.of(), Map.of());

    Properties {
      integers = ordered(integers);
      floats = ordered(floats);
      strings = ordered(strings);
    }
  }

  /** A copy in the same order, so that the same content gives the same file. */
  private static <T> Map<String, T> ordered(Map<String, T> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
