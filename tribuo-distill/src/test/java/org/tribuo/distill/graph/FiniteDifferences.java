package org.tribuo.distill.graph;

import ai.onnxruntime.OrtException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Central differences of a number that is computed from tensors, and how far a gradient is from
 * them. Entries are looked at one by one: along its own direction a gradient looks right although
 * entries of it are zero that should not be.
 */
public final class FiniteDifferences {
  private final Function function;
  private final Map<String, Tensor> at;
  private final double step;
  private final Map<String, Double> known = new HashMap<>();

  /**
   * @param function from the tensors to the number
   * @param at the tensors around which they are moved
   * @param step how far an entry is moved, up and down
   */
  public FiniteDifferences(Function function, Map<String, Tensor> at, double step) {
    this.function = function;
    this.at = at;
    this.step = step;
  }

  /** A number computed from tensors. */
  @FunctionalInterface
  public interface Function {
    double of(Map<String, Tensor> tensors) throws OrtException;
  }

  /**
   * The entry of a gradient that is furthest from the differences.
   *
   * @param error the distance, relative to the largest entry of its tensor
   * @param worst the entry, and both numbers
   */
  public record Distance(double error, String worst) {
    public static final Distance NONE = new Distance(0, "no entry differs");

    public Distance or(Distance other) {
      return other.error > error || Double.isNaN(other.error) ? other : this;
    }
  }

  /**
   * How far gradients are from the differences.
   *
   * @param entries of each gradient so many entries are compared, chosen at random if it has more
   * @param floor gradients smaller than this are compared as if they were as large
   * @param seed of the choice
   */
  public Distance of(Map<String, Tensor> gradients, int entries, double floor, long seed)
      throws OrtException {
    SplittableRandom random = new SplittableRandom(seed);
    Distance worst = Distance.NONE;
    for (Map.Entry<String, Tensor> gradient : gradients.entrySet()) {
      worst = worst.or(of(gradient.getKey(), gradient.getValue(), entries, floor, random));
    }
    return worst;
  }

  private Distance of(
      String name, Tensor gradient, int entries, double floor, SplittableRandom random)
      throws OrtException {
    double[] found = doubles(gradient);
    int[] chosen =
        found.length <= entries
            ? IntStream.range(0, found.length).toArray()
            : random.ints(entries, 0, found.length).toArray();
    double[] expected = new double[chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      expected[i] = entry(name, chosen[i]);
    }
    double largest = Math.max(floor, Math.max(largest(found), largest(expected)));
    Distance worst = Distance.NONE;
    for (int i = 0; i < chosen.length; i++) {
      double entry = found[chosen[i]];
      String described =
          "entry %d of the gradient of '%s' is %.6g, by differences %.6g"
              .formatted(chosen[i], name, entry, expected[i]);
      worst = worst.or(new Distance(Math.abs(entry - expected[i]) / largest, described));
    }
    return worst;
  }

  private static double largest(double... values) {
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  /** The derivative by one entry of one tensor. */
  private double entry(String name, int index) throws OrtException {
    String key = name + " " + index;
    Double derivative = known.get(key);
    if (derivative == null) {
      derivative = (moved(name, index, step) - moved(name, index, -step)) / (2 * step);
      known.put(key, derivative);
    }
    return derivative;
  }

  private double moved(String name, int index, double by) throws OrtException {
    Tensor x = at.get(name);
    double[] values = doubles(x);
    values[index] += by;
    Map<String, Tensor> tensors = new LinkedHashMap<>(at);
    tensors.put(name, Tensor.of(values, x.dims()).cast(x.elementType()));
    return function.of(tensors);
  }

  /** The numbers of a float tensor. */
  public static double[] doubles(Tensor tensor) {
    double[] values = new double[(int) tensor.elements()];
    if (tensor.elementType() == ElementType.DOUBLE) {
      tensor.data().asDoubleBuffer().get(values);
    } else {
      float[] floats = tensor.toFloats();
      for (int i = 0; i < values.length; i++) {
        values[i] = floats[i];
      }
    }
    return values;
  }

  /** The sum of products. */
  public static double dot(Tensor a, Tensor b) {
    double[] left = doubles(a);
    double[] right = doubles(b);
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += left[i] * right[i];
    }
    return sum;
  }

  /** Some outputs, each multiplied by a tensor of its size, summed. */
  public static double weighted(Map<String, Tensor> outputs, Map<String, Tensor> weights) {
    return weights.entrySet().stream()
        .mapToDouble(e -> dot(outputs.get(e.getKey()), e.getValue()))
        .sum();
  }
}
