package org.tribuo.distill.engine.internal;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/**
 * The inputs of a model by name, in the order of the model, with their types. Immutable.
 *
 * @param inputs the type of each input
 */
public record Signature(Map<String, TensorType> inputs) {
  public Signature {
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
  }

  /**
   * The tensors of a run in the order of the model, checked before they reach native code.
   *
   * @throws IllegalArgumentException if an input is missing or unknown, or its element type, rank
   *     or a size does not fit
   */
  public Map<String, Tensor> sorted(Map<String, Tensor> batch) {
    for (String name : batch.keySet()) {
      if (!inputs.containsKey(name)) {
        throw new IllegalArgumentException(
            "Unknown input '%s', expected %s".formatted(name, inputs));
      }
    }
    Map<String, Tensor> sorted = new LinkedHashMap<>();
    inputs.forEach(
        (name, type) -> {
          Tensor value = batch.get(name);
          if (value == null) {
            throw new IllegalArgumentException(
                "Input '%s' is missing, expected %s".formatted(name, inputs));
          }
          if (!value.fits(type)) {
            throw new IllegalArgumentException(
                "Input '%s' is %s, expected %s".formatted(name, value, type));
          }
          sorted.put(name, value);
        });
    return sorted;
  }

  /**
   * Checks that a symbolic size is the same wherever it occurs.
   *
   * @param batch a tensor for each input
   * @throws IllegalArgumentException if two dimensions of one name have different sizes
   */
  public void checkSymbolicSizes(Map<String, Tensor> batch) {
    Map<String, Sized> sizes = new HashMap<>();
    batch.forEach(
        (name, value) -> {
          TensorType type = inputs.get(name);
          if (type != null) {
            type.shape().ifPresent(shape -> compareSizes(name, value, shape, sizes));
          }
        });
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
