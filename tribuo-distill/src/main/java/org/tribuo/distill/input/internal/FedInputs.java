package org.tribuo.distill.input.internal;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/**
 * Examples on their way into one model. Immutable and safe for many threads.
 *
 * @param examples on their way
 * @param feeder of the model
 */
public record FedInputs<X>(ExampleInputs<X> examples, Feeder<X> feeder) {
  /**
   * Examples for a model.
   *
   * @param types the inputs of the model
   * @throws IllegalArgumentException as {@link Modality#feeder} and {@link Feeder#checkValues}
   */
  public static <X> FedInputs<X> of(ExampleInputs<X> examples, Map<String, TensorType> types) {
    Feeder<X> feeder = examples.reader().feeder(types);
    feeder.checkValues(examples.values());
    return new FedInputs<>(examples, feeder);
  }

  /**
   * The tensors of some examples.
   *
   * @param rows the numbers of the examples, at least one
   * @throws IllegalArgumentException as {@link Feeder#batch}
   */
  public Map<String, Tensor> batch(int... rows) {
    return feeder.batch(values(rows));
  }

  /**
   * The tensors of some examples, the last of which is repeated where the model takes more.
   *
   * @param rows the numbers of the examples, at least one
   * @throws IllegalArgumentException as {@link Feeder#batch}
   */
  public Map<String, Tensor> filledUp(int... rows) {
    return feeder.batch(feeder.filledUp(values(rows)));
  }

  /** Some of the examples, in the order of their numbers. */
  public FedInputs<X> pick(int... rows) {
    return new FedInputs<>(examples.pick(rows), feeder);
  }

  /** How many rows the model reads where it is given some. */
  public int rowsFor(int rows) {
    return (int) Math.max(rows, feeder.fixedRows().orElse(0));
  }

  private List<X> values(int[] rows) {
    return Arrays.stream(rows).mapToObj(examples.values()::get).toList();
  }
}
