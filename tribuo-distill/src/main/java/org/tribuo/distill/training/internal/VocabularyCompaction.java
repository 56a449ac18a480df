package org.tribuo.distill.training.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/**
 * Trains embedding tables of which only some rows occur in the data as tables of those rows.
 *
 * <p>A row that never occurs gets no gradient, and AdamW leaves a weight alone whose gradient and
 * moments are zero: all that happens to it is weight decay, the same factor for every such weight.
 * So the result is exact, and the scatter of the embedding's gradient, the accumulation buffer and
 * the optimizer, which all cost time for each row of the table, cost it for the rows that count
 * only.
 *
 * <p>A table is compacted if all that reads it is Gather by an integer input of the graph, which
 * may be flattened before. That Gather gets an input of its own with the new row numbers, since
 * others may read the token ids too (to find padding, say).
 */
final class VocabularyCompaction {
  /** A table, the input that indexes it, and the rows that are trained, in ascending order. */
  private record Table(String weight, String input, Tensor full, int[] rows) {
    String rowsInput() {
      return weight + ".rows";
    }

    long width() {
      return full.dim(1);
    }

    Tensor compacted() {
      ByteBuffer all = full.data();
      int bytesOfRow = (int) width() * full.elementType().bytes();
      ByteBuffer some =
          ByteBuffer.allocate(rows.length * bytesOfRow).order(ByteOrder.LITTLE_ENDIAN);
      for (int row : rows) {
        some.put(all.slice(row * bytesOfRow, bytesOfRow));
      }
      return Tensor.of(full.elementType(), new long[] {rows.length, width()}, some.flip());
    }
  }

  private final List<Table> tables;
  private final Map<String, int[]> rowOfId = new HashMap<>();

  private VocabularyCompaction(List<Table> tables) {
    this.tables = tables;
    for (Table table : tables) {
      int[] rowOf = new int[(int) table.full().dim(0)];
      java.util.Arrays.fill(rowOf, -1);
      for (int row = 0; row < table.rows().length; row++) {
        rowOf[table.rows()[row]] = row;
      }
      rowOfId.put(table.weight(), rowOf);
    }
  }

  /** No table is changed. */
  static VocabularyCompaction none() {
    return new VocabularyCompaction(List.of());
  }

  /**
   * Puts smaller tables into a graph.
   *
   * @param weights the initializers that will be trained
   * @throws TrainingException if a number in the data is no row of its table
   */
  static VocabularyCompaction apply(Graph graph, Set<String> weights, TrainingData data) {
    List<Table> tables = new ArrayList<>();
    for (String weight : weights) {
      indexOf(graph, weight)
          .ifPresent(
              input -> {
                Tensor full = graph.initializer(weight);
                int[] rows = rowsIn(data.valuesOf(input), weight, full);
                if (rows.length < full.dim(0)) {
                  Table table = new Table(weight, input, full, rows);
                  compact(graph, table);
                  tables.add(table);
                }
              });
    }
    return new VocabularyCompaction(tables);
  }

  /** The integer input that indexes a table in all that reads it. */
  private static Optional<String> indexOf(Graph graph, String weight) {
    Tensor table = graph.initializer(weight);
    Set<Node> readers = graph.consumers(weight);
    if (table.rank() != 2 || readers.isEmpty() || graph.isOutput(weight)) {
      return Optional.empty();
    }
    Set<Optional<String>> indices = new java.util.LinkedHashSet<>();
    for (Node reader : readers) {
      boolean lookup =
          reader.is("Gather")
              && reader.input(0).equals(weight)
              && reader.attributes().get("axis", 0L) == 0;
      indices.add(lookup ? origin(graph, reader.input(1)) : Optional.empty());
    }
    return indices.size() == 1 ? indices.iterator().next() : Optional.empty();
  }

  private static Optional<String> origin(Graph graph, String value) {
    if (graph.inputs().containsKey(value)) {
      return Optional.of(value);
    }
    return graph
        .producer(value)
        .filter(node -> node.is("Cast") || node.is("Identity") || node.is("Flatten"))
        .flatMap(node -> origin(graph, node.input(0)));
  }

  private static int[] rowsIn(BitSet values, String weight, Tensor table) {
    if (values.length() > table.dim(0)) {
      throw new TrainingException(
          "The data has token id %d, but table '%s' has %d rows: is this the model's own tokenizer?"
              .formatted(values.length() - 1, weight, table.dim(0)));
    }
    return values.stream().toArray();
  }

  private static void compact(Graph graph, Table table) {
    TensorType ids = graph.value(table.input()).type();
    graph.addInput(table.rowsInput(), new TensorType(ElementType.INT64, ids.shape()));
    for (Node reader : List.copyOf(graph.consumers(table.weight()))) {
      graph.replaceUse(reader, reader.input(1), asRead(graph, reader.input(1), table.rowsInput()));
    }
    graph.setInitializer(table.weight(), table.compacted());
  }

  /** New row numbers in the shape in which the numbers of an input are read. */
  private static String asRead(Graph graph, String read, String rows) {
    Optional<Node> view = graph.producer(read);
    if (view.isEmpty()) {
      return rows;
    }
    String before = asRead(graph, view.get().input(0), rows);
    if (!view.get().is("Flatten")) {
      return before;
    }
    String flat = graph.freshName(rows + ".flat");
    graph.add(
        Node.ONNX,
        "Flatten",
        view.get().attributes(),
        List.of(before),
        Map.of(flat, new TensorType(ElementType.INT64, graph.value(read).type().shape())));
    return flat;
  }

  /**
   * The same rows of tables that were changed, which are compacted in the graph.
   *
   * @param changed initializers of the graph that hold whole tables now, or anything else
   */
  VocabularyCompaction of(Graph graph, Set<String> changed) {
    List<Table> others = new ArrayList<>();
    for (Table table : tables) {
      Table other = table;
      if (changed.contains(table.weight())) {
        other =
            new Table(
                table.weight(), table.input(), graph.initializer(table.weight()), table.rows());
        graph.setInitializer(other.weight(), other.compacted());
      }
      others.add(other);
    }
    return new VocabularyCompaction(others);
  }

  /** A batch with the row numbers of its token ids. */
  Map<String, Tensor> translate(Map<String, Tensor> batch) {
    if (tables.isEmpty()) {
      return batch;
    }
    Map<String, Tensor> translated = new LinkedHashMap<>(batch);
    for (Table table : tables) {
      Tensor ids = batch.get(table.input());
      if (ids != null) {
        long[] rows = ids.toLongs();
        int[] rowOf = java.util.Objects.requireNonNull(rowOfId.get(table.weight()));
        for (int i = 0; i < rows.length; i++) {
          rows[i] = rowOf[(int) rows[i]];
        }
        translated.put(table.rowsInput(), Tensor.of(rows, ids.dims()));
      }
    }
    return translated;
  }

  /**
   * The whole tables out of the trained ones.
   *
   * @param decayed the weights that decay
   * @param decay what weight decay left of a weight that got no gradient
   */
  Map<String, Tensor> restore(Map<String, Tensor> weights, Set<String> decayed, double decay) {
    Map<String, Tensor> restored = new LinkedHashMap<>(weights);
    for (Table table : tables) {
      double factor = decayed.contains(table.weight()) ? decay : 1;
      restored.computeIfPresent(table.weight(), (name, trained) -> restore(table, trained, factor));
    }
    return restored;
  }

  private static Tensor restore(Table table, Tensor trained, double factor) {
    float[] all = table.full().toFloats();
    if (factor != 1) {
      for (int i = 0; i < all.length; i++) {
        all[i] = (float) (all[i] * factor);
      }
    }
    float[] some = trained.toFloats();
    int width = (int) table.width();
    for (int row = 0; row < table.rows().length; row++) {
      System.arraycopy(some, row * width, all, table.rows()[row] * width, width);
    }
    return Tensor.of(all, table.full().dims());
  }
}
