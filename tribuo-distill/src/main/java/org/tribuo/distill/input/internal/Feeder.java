package org.tribuo.distill.input.internal;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/**
 * Makes the tensors that one model reads, padding included. Immutable and safe for many threads.
 *
 * @param <X> what an example is before it is a row of tensors
 */
public interface Feeder<X> {
  /** The names of the model's inputs, in its order. */
  List<String> names();

  /**
   * The tensors of one batch, in the order of the model's inputs.
   *
   * @param rows at least one
   * @throws IllegalArgumentException if there is no row, or the model fixes a number of rows or
   *     positions that the batch does not fit
   */
  Map<String, Tensor> batch(List<X> rows);

  /**
   * Checks that the model can read the values of rows; nothing by default.
   *
   * @param rows of examples, in their order
   * @throws IllegalArgumentException if not; the message says which example
   */
  default void checkValues(List<X> rows) {}

  /** The number of rows that each batch must have, if the model fixes it. */
  OptionalLong fixedRows();

  /** The length in positions to which rows are padded, if the model fixes it. */
  OptionalLong fixedLength();

  /**
   * The number of steps that the model has outputs for, if it fixes it: of {@link
   * InputReader#steps}, as {@link #fixedLength} is of the length.
   */
  default OptionalLong fixedSteps() {
    return fixedLength();
  }

  /**
   * Whether the model can recognise padding, so that a row does not depend on how long others are.
   */
  boolean tellsPadding();

  /** Which inputs take a sequence that goes on, if the model can be for that. */
  default Optional<GrowingInputs> growing() {
    return Optional.empty();
  }

  /** Digests all that decides the tensors of rows beside the rows. */
  void digest(MessageDigest into);

  /**
   * The first dimension that a model fixes, in which its rows are.
   *
   * @param inputs of the model
   * @return the smallest, if there are several
   */
  static OptionalLong fixedRows(Map<String, TensorType> inputs) {
    return inputs.values().stream()
        .flatMap(type -> type.shape().stream())
        .filter(shape -> shape.rank() > 0)
        .map(shape -> shape.dimension(0))
        .filter(Dimension.Fixed.class::isInstance)
        .mapToLong(dimension -> ((Dimension.Fixed) dimension).size())
        .min();
  }

  /**
   * Rows for a batch: where the model fixes their number, the last one is repeated up to that.
   *
   * @param rows at least one, and no more than the model takes
   */
  default List<X> filledUp(List<X> rows) {
    List<X> filled = new ArrayList<>(rows);
    while (filled.size() < fixedRows().orElse(0)) {
      filled.add(rows.get(rows.size() - 1));
    }
    return filled;
  }

  /**
   * Batches of similar lengths, in which what a model outputs for a row does not depend on the
   * others, beyond rounding: a model that cannot recognise padding reads rows of one length at a
   * time. None has more rows than the model takes.
   *
   * @param plan the bounds of a batch
   * @param lengths of the rows
   */
  default List<int[]> batches(BatchPlan plan, int[] lengths) {
    int mostRows = (int) Math.min(plan.maxRows(), fixedRows().orElse(plan.maxRows()));
    BatchPlan bounded = new BatchPlan(mostRows, plan.maxTokens(), plan.pool());
    if (!tellsPadding()) {
      return bounded.fewest(lengths).stream().flatMap(rows -> ofOneLength(rows, lengths)).toList();
    }
    return fixedRows().isPresent() || fixedLength().isPresent()
        ? bounded.fewest(lengths)
        : bounded.inference(lengths);
  }

  private static Stream<int[]> ofOneLength(int[] rows, int[] lengths) {
    return Arrays.stream(rows)
        .boxed()
        .collect(Collectors.groupingBy(row -> lengths[row], TreeMap::new, Collectors.toList()))
        .values()
        .stream()
        .map(alike -> alike.stream().mapToInt(Integer::intValue).toArray());
  }
}
