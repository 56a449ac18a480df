package org.tribuo.distill.training;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/**
 * What a training model wants to be fed at each step: names, in the order on which ONNX Runtime
 * relies, and types.
 */
record BatchSignature(Map<String, TensorType> inputs) {
  BatchSignature {
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
  }

  /**
   * Checks a batch before it reaches native code, and sorts it.
   *
   * @throws IllegalArgumentException if an input is missing or unknown, if an element type, rank or
   *     size does not fit, or if two dimensions of one name have different sizes
   */
  Map<String, Tensor> sort(Map<String, Tensor> batch) {
    for (String name : batch.keySet()) {
      if (!inputs.containsKey(name)) {
        throw new IllegalArgumentException(
            "Unknown input '%s', expected %s".formatted(name, inputs));
      }
    }
    Map<String, Tensor> sorted = new LinkedHashMap<>();
    Map<String, Sized> sizes = new HashMap<>();
    inputs.forEach(
        (name, type) -> {
          Tensor value = batch.get(name);
          if (value == null) {
            throw new IllegalArgumentException(
                "Input '%s' is missing, expected %s".formatted(name, inputs));
          }
          if (!fits(value, type)) {
            throw new IllegalArgumentException(
                "Input '%s' is %s, expected %s".formatted(name, value, type));
          }
          type.shape().ifPresent(shape -> compareSizes(name, value, shape, sizes));
          sorted.put(name, value);
        });
    return sorted;
  }

  private static boolean fits(Tensor value, TensorType type) {
    return value.elementType() == type.elementType()
        && type.shape().map(shape -> fits(value, shape)).orElse(true);
  }

  private static boolean fits(Tensor value, Shape shape) {
    if (value.rank() != shape.rank()) {
      return false;
    }
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (shape.dimension(axis) instanceof Dimension.Fixed fixed
          && fixed.size() != value.dim(axis)) {
        return false;
      }
    }
    return true;
  }

  private static void compareSizes(
      String name, Tensor value, Shape shape, Map<String, Sized> sizes) {
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (shape.dimension(axis).isSymbolic()) {
        String symbol = shape.dimension(axis).toString();
        Sized here = new Sized(name, value.dim(axis));
        Sized first = sizes.putIfAbsent(symbol, here);
        if (first != null && first.size() != here.size()) {
          throw new IllegalArgumentException(
              "Dimension '%s' is %d in input '%s', but %d in input '%s'"
                  .formatted(symbol, first.size(), first.input(), here.size(), here.input()));
        }
      }
    }
  }

  /** The size that a named dimension has in an input. */
  private record Sized(String input, long size) {}
}
