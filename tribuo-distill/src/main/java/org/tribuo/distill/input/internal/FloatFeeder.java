package org.tribuo.distill.input.internal;

import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/**
 * Feeds a model's only input, which is of floats, with rows that all have the same shape.
 *
 * @param name of the input
 * @param type that the model declares
 * @param form of the rows
 */
public record FloatFeeder<X>(String name, TensorType type, Form<X> form) implements Feeder<X> {
  /** How a value becomes a row. */
  public interface Form<X> {
    /** The numbers of a row. */
    float[] values(X value);

    /** The dimensions of a row, without that of the rows; the same for all values of a batch. */
    long[] dims(X value);
  }

  /**
   * Whether a model has one input only, of floats and of some dimensions.
   *
   * @param inputs of the model
   * @param rank the number of dimensions, that of the rows included
   */
  public static boolean fits(Map<String, TensorType> inputs, int rank) {
    return inputs.size() == 1
        && inputs.values().stream()
            .allMatch(
                type ->
                    type.elementType() == ElementType.FLOAT
                        && type.shape().filter(shape -> shape.rank() == rank).isPresent());
  }

  /**
   * For the only input of a model.
   *
   * @param inputs which {@link #fits}
   */
  public static <X> FloatFeeder<X> of(Map<String, TensorType> inputs, Form<X> form) {
    Map.Entry<String, TensorType> input = inputs.entrySet().iterator().next();
    return new FloatFeeder<>(input.getKey(), input.getValue(), form);
  }

  @Override
  public List<String> names() {
    return List.of(name);
  }

  @Override
  public Map<String, Tensor> batch(List<X> rows) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("A batch has at least one row, this has none");
    }
    long[] row = form.dims(rows.get(0));
    long[] dims = new long[row.length + 1];
    dims[0] = rows.size();
    System.arraycopy(row, 0, dims, 1, row.length);
    int elements = 1;
    for (long dim : row) {
      elements = Math.multiplyExact(elements, Math.toIntExact(dim));
    }
    float[] values = new float[Math.multiplyExact(rows.size(), elements)];
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(form.values(rows.get(i)), 0, values, i * elements, elements);
    }
    return Map.of(name, Tensor.of(values, dims));
  }

  @Override
  public OptionalLong fixedRows() {
    return Feeder.fixedRows(Map.of(name, type));
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

  @Override
  public void digest(MessageDigest into) {}
}
