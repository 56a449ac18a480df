package org.tribuo.distill.input.internal;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.internal.component.ExampleException;

/**
 * Feeds a model's inputs of numbers, one or several, with rows whose columns have names.
 *
 * @param inputs of the model
 * @param features the names of the rows' columns
 */
public record NumericFeeder(List<NumericInput> inputs, List<String> features)
    implements Feeder<float[]> {
  /** The largest whole numbers of which a float has each. */
  private static final float MOST = 1 << 24;

  @Override
  public List<String> names() {
    return inputs.stream().map(NumericInput::name).toList();
  }

  /** The columns of each input, in their order. */
  private int[] columnsOf(NumericInput input) {
    return IntStream.range(0, features.size())
        .filter(column -> inputs.size() == 1 || input.equals(owner(features.get(column))))
        .toArray();
  }

  /** The input of several that reads a feature. */
  private NumericInput owner(String feature) {
    return inputs.stream()
        .filter(input -> input.reads(feature))
        .max(Comparator.comparingInt(input -> input.name().length()))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The feature '%s' is for none of the inputs %s; name it as the input that reads it, or 'INPUT.NAME'"
                        .formatted(feature, names())));
  }

  /**
   * Checks that each feature has an input, and each input as many as it reads.
   *
   * @param whose for messages, such as {@code student}
   * @throws IllegalArgumentException if not; the message names the feature or the input
   */
  public void check(String whose) {
    for (NumericInput input : inputs) {
      int[] columns = columnsOf(input);
      if (columns.length == 0) {
        throw new IllegalArgumentException(
            "None of the %d features, such as '%s', is for the input '%s' of the %s: name those that it reads '%s' or '%s.NAME'"
                .formatted(
                    features.size(),
                    features.get(0),
                    input.name(),
                    whose,
                    input.name(),
                    input.name()));
      }
      OptionalLong width = input.width();
      if (width.isPresent() && width.getAsLong() != columns.length) {
        throw new IllegalArgumentException(
            "The examples have %d features%s, but the input '%s' of the %s takes %d; use the dataset that the model is for"
                .formatted(
                    columns.length,
                    inputs.size() == 1 ? "" : " of that name",
                    input.name(),
                    whose,
                    width.getAsLong()));
      }
    }
  }

  /**
   * Checks that what inputs of whole numbers read are some.
   *
   * @param rows of all examples
   * @throws IllegalArgumentException if not; the message names example and feature
   */
  public void checkWhole(List<float[]> rows, String whose) {
    for (NumericInput input : inputs) {
      if (input.isWhole()) {
        for (int column : columnsOf(input)) {
          checkWhole(rows, column, input, whose);
        }
      }
    }
  }

  private void checkWhole(List<float[]> rows, int column, NumericInput input, String whose) {
    for (int row = 0; row < rows.size(); row++) {
      float value = rows.get(row)[column];
      if (value != Math.rint(value) || Math.abs(value) > MOST) {
        throw new ExampleException(
            row,
            "has %s as feature '%s', but the input '%s' of the %s reads whole numbers up to %d"
                .formatted(value, features.get(column), input.name(), whose, (int) MOST));
      }
    }
  }

  @Override
  public void checkValues(List<float[]> rows) {
    checkWhole(rows, "model");
  }

  @Override
  public Map<String, Tensor> batch(List<float[]> rows) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("A batch has at least one row, this has none");
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (NumericInput input : inputs) {
      tensors.put(input.name(), input.tensor(rows, columnsOf(input)));
    }
    return tensors;
  }

  @Override
  public OptionalLong fixedRows() {
    Map<String, TensorType> types = new LinkedHashMap<>();
    inputs.forEach(input -> types.put(input.name(), TensorType.of(input.type(), input.shape())));
    return Feeder.fixedRows(types);
  }

  @Override
  public OptionalLong fixedLength() {
    return OptionalLong.empty();
  }

  /** Rows are of one length, so there is none. */
  @Override
  public boolean tellsPadding() {
    return true;
  }

  /** Which columns each of several inputs reads. */
  @Override
  public void digest(MessageDigest into) {
    if (inputs.size() > 1) {
      for (NumericInput input : inputs) {
        into.update(input.name().getBytes(StandardCharsets.UTF_8));
        into.update(Arrays.toString(columnsOf(input)).getBytes(StandardCharsets.UTF_8));
      }
    }
  }
}
