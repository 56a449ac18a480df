package org.tribuo.distill.generation.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.transformer.internal.layer.KeyValueNames;

/**
 * The keys and values that a model keeps: its inputs for those of the tokens before, {@code
 * past_key_values.0.key}, and its outputs for those of all tokens, {@code present.0.key}.
 */
record PastTensors(List<Kept> kept) {
  private static final String PAST = KeyValueNames.PAST + ".";
  private static final String PRESENT = KeyValueNames.PRESENT + ".";
  private static final int RANK = 4;

  /** Keys or values of a layer: float [rows, heads, positions, width]. */
  private record Kept(String past, String present, int heads, int width) {
    static Optional<Kept> of(String past, TensorType type, Set<String> outputs) {
      String present = PRESENT + past.substring(PAST.length());
      Shape shape = type.shape().orElse(Shape.SCALAR);
      return type.elementType() == ElementType.FLOAT
              && shape.rank() == RANK
              && outputs.contains(present)
          ? Optional.of(new Kept(past, present, size(shape, 1), size(shape, RANK - 1)))
          : Optional.empty();
    }

    private static int size(Shape shape, int axis) {
      return Math.toIntExact(((Dimension.Fixed) shape.dimension(axis)).size());
    }

    List<float[]> rows(Map<String, Tensor> outputs, int texts, int positions) {
      Tensor all = Objects.requireNonNull(outputs.get(present), present);
      long[] expected = {texts, heads, positions, width};
      if (!Arrays.equals(all.dims(), expected)) {
        throw new GraphException(
            "The model's output '%s' is %s, expected %s for %d texts of %d tokens; export the model without its past"
                .formatted(present, all, Arrays.toString(expected), texts, positions));
      }
      return PastTensors.rows(all, texts);
    }

    Tensor tensor(List<Past> pasts, int number) {
      int positions = pasts.get(0).positions();
      int size = heads * positions * width;
      float[] all = new float[pasts.size() * size];
      for (int row = 0; row < pasts.size() && positions > 0; row++) {
        System.arraycopy(pasts.get(row).keysAndValues().get(number), 0, all, row * size, size);
      }
      return Tensor.of(all, pasts.size(), heads, positions, width);
    }
  }

  /**
   * Those of a model.
   *
   * @param past its inputs for keys and values, with fixed heads and width
   * @param outputs all of its outputs
   * @return nothing if there are none, or of another form
   */
  static Optional<PastTensors> of(Map<String, TensorType> past, Set<String> outputs) {
    List<Kept> kept = new ArrayList<>();
    past.forEach((name, type) -> Kept.of(name, type, outputs).ifPresent(kept::add));
    return kept.isEmpty() || kept.size() < past.size()
        ? Optional.empty()
        : Optional.of(new PastTensors(kept));
  }

  /** The names of the outputs. */
  Set<String> outputs() {
    return kept.stream().map(Kept::present).collect(Collectors.toSet());
  }

  /** What the inputs are given for some texts of which as much is kept. */
  Map<String, Tensor> inputs(List<Past> pasts) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (int i = 0; i < kept.size(); i++) {
      inputs.put(kept.get(i).past(), kept.get(i).tensor(pasts, i));
    }
    return inputs;
  }

  /**
   * What is kept of each text.
   *
   * @param texts how many there are
   * @param positions of each
   * @throws GraphException if the model keeps others
   */
  List<Past> kept(Map<String, Tensor> outputs, int texts, int positions) {
    List<List<float[]>> ofEach =
        kept.stream().map(each -> each.rows(outputs, texts, positions)).toList();
    return IntStream.range(0, texts)
        .mapToObj(row -> new Past(positions, ofEach.stream().map(each -> each.get(row)).toList()))
        .toList();
  }

  /** The numbers of each row of an output. */
  static List<float[]> rows(Tensor output, int rows) {
    float[] all = output.toFloats();
    int size = all.length / rows;
    return IntStream.range(0, rows)
        .mapToObj(row -> Arrays.copyOfRange(all, row * size, (row + 1) * size))
        .toList();
  }
}
