package org.tribuo.distill.transformer.internal.cut;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.layer.EmbeddingTable;
import org.tribuo.distill.transformer.internal.layer.EmbeddingTables;

/**
 * Cuts tokens out of a model: the rows of its embedding tables, and where a language model has its
 * table tied to the product that makes logits, the columns of that product and its bias. Token ids
 * are the places of what was kept. Nodes that stay keep their names, the graph its opset, inputs
 * and outputs.
 *
 * <p>Where token ids mean something beside rows of tables, as RoBERTa's do, which computes
 * positions from what is no padding, the old ids are looked up for that.
 */
public final class VocabularyCut {
  private final Graph graph;
  private final long rows;
  private final int[] kept;
  private final Set<String> ids = new LinkedHashSet<>();

  private VocabularyCut(Graph graph, long rows, int[] kept) {
    this.graph = graph;
    this.rows = rows;
    this.kept = kept;
  }

  /**
   * A copy of a model's graph, as it was exported, with some of its tokens.
   *
   * @param tokens the inputs that may be of token ids: of the first it is known; another is, if it
   *     looks up a table of as many rows
   * @param kept old ids in ascending order: the first one's new id is 0
   * @throws GraphException if no table has rows for tokens, a table is not held by the file, a
   *     token has no row, or something reads the table that is neither a lookup nor the product of
   *     logits
   */
  public static Graph keep(Transformer model, List<String> tokens, int[] kept) {
    EmbeddingTables tables = model.embeddings();
    long rows = rows(tables, tokens.get(0), kept);
    VocabularyCut cut = new VocabularyCut(model.graph(), rows, kept);
    cut.cut(
        tables.tables().stream()
            .filter(table -> table.rows() == rows && tokens.contains(table.input()))
            .toList());
    cut.graph.removeUnused();
    return cut.graph;
  }

  /**
   * The number of tokens that a model has.
   *
   * @param ids the input of token ids
   * @param kept some of them, in ascending order
   * @throws GraphException if no table has rows for tokens, or one that is kept has no row
   */
  public static long rows(EmbeddingTables tables, String ids, int[] kept) {
    long rows =
        tables
            .rows(ids)
            .orElseThrow(
                () ->
                    new GraphException(
                        "No embedding table is looked up by the input '%s', so there is no vocabulary to reduce"
                            .formatted(ids)));
    if (kept.length == 0 || kept[kept.length - 1] >= rows) {
      throw new GraphException(
          "%s is to be kept, but the table of '%s' has %d rows; is this the model's own tokenizer?"
              .formatted(
                  kept.length == 0 ? "No token" : "Token " + kept[kept.length - 1], ids, rows));
    }
    return rows;
  }

  private void cut(List<EmbeddingTable> tables) {
    Set<String> initializers = new LinkedHashSet<>();
    for (EmbeddingTable table : tables) {
      initializers.add(table.initializer());
      ids.add(table.input());
    }
    Set<String> tied = TiedWeights.find(graph).closure(initializers);
    tables.stream()
        .filter(EmbeddingTable::inputReadElsewhere)
        .map(EmbeddingTable::input)
        .distinct()
        .forEach(input -> keepOldIds(input, initializers));
    for (String name : tied) {
      Tensor whole = graph.initializers().get(name);
      if (whole == null) {
        throw new GraphException(
            "The embedding table '%s' is computed in the file, not held by it".formatted(name));
      }
      for (Node reader : List.copyOf(graph.consumers(name))) {
        cutReader(reader, name);
      }
      graph.setInitializer(name, select(whole, whole.dim(0) == rows ? 0 : 1));
    }
  }

  /** What depends on the number of rows behind a table. */
  private void cutReader(Node reader, String table) {
    if (StandardOperators.has(reader, Operator.Trait.LOOKS_UP) || readsIds(reader)) {
      return;
    }
    if (StandardOperators.has(reader, Operator.Trait.CONVERTS_QUANTIZED)) {
      reader.inputs().stream()
          .skip(1)
          .filter(input -> graph.initializers().containsKey(input))
          .filter(input -> graph.initializer(input).rank() == 1)
          .filter(input -> graph.initializer(input).dim(0) == rows)
          .forEach(input -> graph.setInitializer(input, select(graph.initializer(input), 0)));
    }
    if (StandardOperators.has(reader, Operator.Trait.CONVERTS_QUANTIZED)
        || StandardOperators.has(reader, Operator.Trait.REARRANGES)
        || StandardOperators.has(reader, Operator.Trait.VIEW)) {
      graph.consumers(reader.output()).forEach(next -> cutReader(next, table));
      return;
    }
    if (!StandardOperators.has(reader, Operator.Trait.MATRIX_PRODUCT)) {
      throw new GraphException(
          "%s reads the embedding table '%s', expected lookups and the product of logits alone"
              .formatted(reader, table));
    }
    cutLogits(reader);
  }

  /** Whether a fused operator looks rows up itself. */
  private boolean readsIds(Node reader) {
    return reader.inputs().stream().anyMatch(input -> ids.contains(viewed(input)));
  }

  private String viewed(String value) {
    return graph
        .producer(value)
        .filter(node -> StandardOperators.has(node, Operator.Trait.VIEW))
        .map(node -> viewed(node.input(0)))
        .orElse(value);
  }

  /** The product of logits, with its bias if it has one. */
  private void cutLogits(Node product) {
    product.inputs().stream().skip(2).forEach(this::cutBias);
    relabel(product.output());
    for (Node reader : graph.consumers(product.output())) {
      if (StandardOperators.has(reader, Operator.Trait.BROADCASTS)) {
        reader.inputs().forEach(this::cutBias);
        relabel(reader.output());
      }
    }
  }

  private void cutBias(String input) {
    Tensor bias = graph.initializers().get(input);
    if (bias != null && bias.rank() > 0 && bias.dim(bias.rank() - 1) == rows) {
      graph.setInitializer(input, select(bias, bias.rank() - 1));
    }
  }

  /** States the new number of logits where the file states the old one. */
  private void relabel(String value) {
    graph
        .type(value)
        .flatMap(TensorType::shape)
        .filter(shape -> shape.rank() > 0)
        .ifPresent(
            shape -> {
              int last = shape.rank() - 1;
              if (shape.dimension(last) instanceof Dimension.Fixed fixed && fixed.size() == rows) {
                Shape narrower = shape.with(last, Dimension.of(kept.length));
                graph.setType(
                    value, TensorType.of(graph.value(value).type().elementType(), narrower));
              }
            });
  }

  /** Lets all that reads ids but the lookups of these tables read the old ones. */
  private void keepOldIds(String input, Set<String> tables) {
    List<Node> readers = List.copyOf(graph.consumers(input));
    for (Node node : List.copyOf(graph.nodes())) {
      if (looksUp(tables, node)) {
        List.copyOf(node.inputs()).stream()
            .filter(index -> !index.equals(input) && viewed(index).equals(input))
            .forEach(index -> graph.replaceUse(node, index, viewAgain(index, input)));
      }
    }
    TensorType type = graph.value(input).type();
    long[] oldIds = IntStream.of(kept).asLongStream().toArray();
    Value table =
        graph.setInitializer(
            graph.freshName(input + ".old"),
            Tensor.of(oldIds, oldIds.length).cast(type.elementType()));
    String old = graph.freshName(input + ".old");
    graph.add(
        Node.ONNX, "Gather", Attributes.NONE, List.of(table.name(), input), Map.of(old, type));
    for (Node reader : readers) {
      if (!looksUp(tables, reader) && !StandardOperators.has(reader, Operator.Trait.READS_SIZES)) {
        graph.replaceUse(reader, input, old);
      }
    }
  }

  /** Whether a node reads one of these tables, as it is stored or after it was converted. */
  private boolean looksUp(Set<String> tables, Node node) {
    return node.inputs().stream()
        .anyMatch(input -> tables.contains(EmbeddingTables.stored(graph, input)));
  }

  /** Another view of an input, as an existing one is made. */
  private String viewAgain(String value, String input) {
    if (value.equals(input)) {
      return input;
    }
    Node node = graph.producer(value).orElseThrow();
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.set(0, viewAgain(node.input(0), input));
    String again = graph.freshName(value);
    graph.add(
        node.domain(),
        node.opType(),
        node.attributes(),
        inputs,
        Map.of(again, graph.type(value).orElseGet(() -> graph.value(input).type())));
    return again;
  }

  private Tensor select(Tensor whole, int axis) {
    return AxisSelection.of(whole, axis, kept);
  }
}
