package org.tribuo.distill.transformer.internal.cut;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.tribuo.distill.transformer.internal.head.FilledUpLogits;
import org.tribuo.distill.transformer.internal.layer.EmbeddingTable;
import org.tribuo.distill.transformer.internal.layer.EmbeddingTables;

/**
 * Cuts tokens out of a model: the rows of its embedding tables, and of a language model the columns
 * of the product that makes logits, whether or not it is tied to the table, with its bias. Token
 * ids are the places of what was kept. Nodes that stay keep their names, the graph its opset,
 * inputs and outputs. Where the columns behind those of the tokens were cut off already, they are
 * all there for this, and go with the others.
 *
 * <p>Where token ids mean something beside rows of tables, as RoBERTa's do, which computes
 * positions from what is no padding, the old ids are looked up for that.
 */
public final class VocabularyCut {
  private final Graph graph;
  private final Graph normalized;
  private final long rows;
  private final int[] kept;
  private final Set<String> ids = new LinkedHashSet<>();

  private VocabularyCut(Transformer model, long rows, int[] kept) {
    this.graph = model.graph();
    this.normalized = model.normalized();
    this.rows = rows;
    this.kept = kept;
  }

  /**
   * A copy of a model's graph, as it was exported, with some of its tokens.
   *
   * @param tokens the inputs that may be of token ids: of the first it is known; another is, if it
   *     looks up a table of as many rows
   * @param kept old ids in ascending order: the first one's new id is 0
   * @throws GraphException if no table has rows for tokens, tables differ in how many, one is not
   *     held by the file, a token has no row, something reads the table that is neither a lookup
   *     nor the product of logits, or logits are made by no product with a matrix of the file
   */
  public static Graph keep(Transformer model, List<String> tokens, int[] kept) {
    EmbeddingTables tables = model.embeddings();
    long rows = rows(tables, tokens.get(0), kept);
    checkAlike(tables.indexedBy(tokens.get(0)), rows);
    Transformer whole = FilledUpLogits.whole(model, rows, kept[kept.length - 1] + 1L);
    VocabularyCut cut = new VocabularyCut(whole, rows, kept);
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

  /** Of a longer table one cannot know which rows belong to the tokens. */
  private static void checkAlike(List<EmbeddingTable> tables, long rows) {
    for (EmbeddingTable table : tables) {
      if (table.rows() != rows) {
        throw new GraphException(
            "'%s' looks up the table '%s' of %d rows and another of %d, expected as many in each"
                .formatted(table.input(), table.initializer(), table.rows(), rows));
      }
    }
  }

  private void cut(List<EmbeddingTable> tables) {
    Set<String> initializers = new LinkedHashSet<>();
    for (EmbeddingTable table : tables) {
      initializers.add(table.initializer());
      ids.add(table.input());
    }
    Set<String> ofTokens = TiedWeights.find(graph).closure(initializers);
    boolean isToldBySize = tables.stream().noneMatch(table -> table.width() == rows);
    if (isToldBySize) {
      ofTokens.addAll(matricesOfLogits());
    }
    tables.stream()
        .filter(EmbeddingTable::inputReadElsewhere)
        .map(EmbeddingTable::input)
        .distinct()
        .forEach(input -> keepOldIds(input, initializers));
    for (String name : ofTokens) {
      Tensor whole = graph.initializers().get(name);
      if (whole == null) {
        throw new GraphException(
            "The embedding table '%s' is computed in the file, not held by it".formatted(name));
      }
      for (Node reader : List.copyOf(graph.consumers(name))) {
        cutReader(reader, name, name);
      }
      graph.setInitializer(name, select(whole, whole.dim(0) == rows ? 0 : 1));
    }
  }

  /**
   * The matrices of the products by which a language model's logits are made, found from the
   * outputs that have a number for each token at each position. Hidden states have none where they
   * are of another size.
   */
  private Set<String> matricesOfLogits() {
    Set<String> matrices = new LinkedHashSet<>();
    for (String output : graph.outputs()) {
      if (isOfTokens(output) && shape(output).orElseThrow().rank() == 3) {
        Node product = productOf(output);
        String matrix = source(product.input(1));
        if (graph.isInitializer(matrix)) {
          matrices.add(matrix);
        }
      }
    }
    return matrices;
  }

  private Node productOf(String logits) {
    Optional<Node> node = graph.producer(logits);
    while (node.isPresent() && !StandardOperators.has(node.get(), Operator.Trait.MATRIX_PRODUCT)) {
      node =
          node.get().reads().stream()
              .filter(input -> isOfTokens(input) && graph.constant(input).isEmpty())
              .findFirst()
              .flatMap(graph::producer);
    }
    return node.orElseThrow(
        () ->
            new GraphException(
                "The output '%s' has a number for each of the %d tokens, but no product of floats makes them, which could be cut"
                    .formatted(logits, rows)));
  }

  /** What a matrix is made of, by other arrangements and types. */
  private String source(String matrix) {
    return graph
        .producer(matrix)
        .filter(
            node ->
                StandardOperators.has(node, Operator.Trait.VIEW)
                    || StandardOperators.has(node, Operator.Trait.REARRANGES)
                    || StandardOperators.has(node, Operator.Trait.CONVERTS_QUANTIZED))
        .map(node -> source(node.input(0)))
        .orElse(matrix);
  }

  private Optional<Shape> shape(String value) {
    return normalized.type(value).or(() -> graph.type(value)).flatMap(TensorType::shape);
  }

  /** Whether the last axis of a value, which is no table, has all tokens. */
  private boolean isOfTokens(String value) {
    return shape(value)
        .filter(shape -> shape.rank() > 1 && shape.dimension(shape.rank() - 1).is(rows))
        .isPresent();
  }

  /**
   * What depends on the number of rows behind a table.
   *
   * @param value what is read: the table, or what is made of it
   */
  private void cutReader(Node reader, String value, String table) {
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
      cutReaders(reader.output(), table);
      return;
    }
    if (!StandardOperators.has(reader, Operator.Trait.MATRIX_PRODUCT)) {
      throw new GraphException(
          "%s reads the embedding table '%s', expected lookups and the product of logits alone"
              .formatted(reader, table));
    }
    if (reader.input(0).equals(value)) {
      cutReaders(reader.output(), table);
    } else {
      cutLogits(reader);
    }
  }

  /** What reads something that is made of a table, whose stated size is another one now. */
  private void cutReaders(String value, String table) {
    graph
        .type(value)
        .ifPresent(type -> graph.setType(value, TensorType.ofUnknownRank(type.elementType())));
    graph.consumers(value).forEach(next -> cutReader(next, value, table));
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
    cutBehind(product);
  }

  private void cutBehind(Node node) {
    node.outputs().forEach(this::relabel);
    for (String output : node.outputs()) {
      for (Node reader : graph.consumers(output)) {
        if (reader.outputs().stream().anyMatch(this::isOfTokens)) {
          reader.inputs().forEach(this::cutBias);
          cutBehind(reader);
        }
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
