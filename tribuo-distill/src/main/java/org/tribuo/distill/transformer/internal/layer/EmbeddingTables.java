package org.tribuo.distill.transformer.internal.layer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * The embedding tables of a normalised graph: those whose rows an input names, and how many
 * positions the position tables have. Immutable.
 */
public final class EmbeddingTables {
  private final List<EmbeddingTable> tables;
  private final List<PositionLimit> limits;

  private EmbeddingTables(List<EmbeddingTable> tables, List<PositionLimit> limits) {
    this.tables = List.copyOf(tables);
    this.limits = limits;
  }

  /**
   * How many positions a table has rows for.
   *
   * @param inputs of the graph on which the positions depend
   */
  private record PositionLimit(long positions, Set<String> inputs) {}

  /** Finds the tables of a graph whose operators are ONNX's own. */
  public static EmbeddingTables of(Graph normalized) {
    List<EmbeddingTable> tables = new ArrayList<>();
    List<Lookup> others = new ArrayList<>();
    Set<Long> widths = new HashSet<>();
    for (Node node : normalized.nodes()) {
      Optional<Lookup> found = lookup(normalized, node);
      if (found.isEmpty()) {
        continue;
      }
      Lookup lookup = found.get();
      String indices = viewed(normalized, node.input(1));
      if (normalized.inputs().containsKey(indices)) {
        widths.add(lookup.width());
        widths.addAll(projectedWidths(normalized, node.output()));
        tables.add(
            new EmbeddingTable(
                lookup.initializer(),
                lookup.rows(),
                lookup.width(),
                indices,
                normalized.consumers(lookup.initializer()).size(),
                isReadElsewhere(normalized, indices)));
      } else {
        others.add(lookup);
      }
    }
    return new EmbeddingTables(tables, limits(normalized, widths, others));
  }

  /** The tables whose rows an input names, in the order of the graph. */
  public List<EmbeddingTable> tables() {
    return tables;
  }

  /** The tables whose rows a certain input names. */
  public List<EmbeddingTable> indexedBy(String input) {
    return tables.stream().filter(table -> table.input().equals(input)).toList();
  }

  /**
   * The largest table whose rows an input names: beside a quantised one there is a small one of its
   * scales.
   *
   * @param graph that holds it
   * @param input names its rows
   * @throws GraphException if there is none, or it is none of floats that the file holds
   */
  public EmbeddingTable largest(Graph graph, String input) {
    return largest(graph, indexedBy(input), "the input '%s'".formatted(input));
  }

  /**
   * The largest table of all.
   *
   * @param graph that holds it
   * @throws GraphException as above
   */
  public EmbeddingTable largest(Graph graph) {
    return largest(graph, tables, "an input");
  }

  private static EmbeddingTable largest(Graph graph, List<EmbeddingTable> among, String input) {
    return among.stream()
        .max(Comparator.comparingLong(table -> table.rows() * table.width()))
        .filter(table -> graph.isInitializer(table.initializer()))
        .filter(table -> graph.initializer(table.initializer()).elementType().isFloat())
        .orElseThrow(
            () ->
                new GraphException(
                    "The file holds no embedding table of floats that %s looks up; of a quantised model name the file as it was before"
                        .formatted(input)));
  }

  /** The inputs that name rows of tables. */
  public Set<String> inputs() {
    Set<String> inputs = new LinkedHashSet<>();
    tables.forEach(table -> inputs.add(table.input()));
    return inputs;
  }

  /** The rows that an input can name, the smallest number if it names rows of several tables. */
  public OptionalLong rows(String input) {
    return indexedBy(input).stream().mapToLong(EmbeddingTable::rows).min();
  }

  /**
   * The longest text, in tokens, for which the position tables have rows; empty where positions are
   * not looked up, or are an input's numbers (whose {@link #rows} are the limit then).
   */
  public OptionalLong maxPositions() {
    return limits.stream().mapToLong(PositionLimit::positions).min();
  }

  /**
   * As above, of what some of the inputs take: those of one side of an encoder-decoder, whose sides
   * have tables of their own. A table whose positions depend on none of a model's inputs limits
   * all.
   */
  public OptionalLong maxPositions(Collection<String> inputs) {
    return limits.stream()
        .filter(limit -> limit.inputs().isEmpty() || !Collections.disjoint(limit.inputs(), inputs))
        .mapToLong(PositionLimit::positions)
        .min();
  }

  private record Lookup(String initializer, long rows, long width, String indices) {}

  private static Optional<Lookup> lookup(Graph graph, Node node) {
    if (!StandardOperators.has(node, Operator.Trait.LOOKS_UP)
        || node.attributes().get("axis", 0L) != 0) {
      return Optional.empty();
    }
    String name = stored(graph, node.input(0));
    return Optional.ofNullable(graph.initializers().get(name))
        .filter(table -> holdsWeights(table.elementType()) && table.rank() == 2)
        .map(table -> new Lookup(name, table.dim(0), table.dim(1), node.input(1)));
  }

  /** A quantised table has bytes; other whole numbers are no weights. */
  private static boolean holdsWeights(ElementType type) {
    return type.isFloat() || type == ElementType.INT8 || type == ElementType.UINT8;
  }

  /** The name of what a table is computed from, by nothing but a view or a conversion. */
  public static String stored(Graph graph, String table) {
    String name = viewed(graph, table);
    return graph
        .producer(name)
        .filter(node -> StandardOperators.has(node, Operator.Trait.CONVERTS_QUANTIZED))
        .map(node -> stored(graph, node.input(0)))
        .orElse(name);
  }

  private static String viewed(Graph graph, String value) {
    return graph
        .producer(value)
        .filter(node -> StandardOperators.has(node, Operator.Trait.VIEW))
        .map(node -> viewed(graph, node.input(0)))
        .orElse(value);
  }

  /** Whether a value's numbers, not its sizes, reach another node than look-ups. */
  private static boolean isReadElsewhere(Graph graph, String value) {
    for (Node reader : graph.consumers(value)) {
      boolean view =
          StandardOperators.has(reader, Operator.Trait.VIEW)
              && reader.input(0).equals(value)
              && !isReadElsewhere(graph, reader.output());
      boolean index = lookup(graph, reader).isPresent() && reader.input(1).equals(value);
      if (!view && !index && !StandardOperators.has(reader, Operator.Trait.READS_SIZES)) {
        return true;
      }
    }
    return graph.isOutput(value);
  }

  /** How wide rows become where a product follows, as of a table that is factorised. */
  private static List<Long> projectedWidths(Graph graph, String rows) {
    return graph.consumers(rows).stream()
        .filter(node -> StandardOperators.has(node, Operator.Trait.MATRIX_PRODUCT))
        .filter(node -> node.input(0).equals(rows) && graph.isInitializer(node.input(1)))
        .map(node -> graph.initializer(node.input(1)))
        .filter(matrix -> matrix.rank() == 2)
        .map(matrix -> matrix.dim(1))
        .toList();
  }

  /**
   * Position tables are as wide as the tokens', since their rows are added to one another.
   *
   * @param widths of what is looked up by inputs
   */
  private static List<PositionLimit> limits(Graph graph, Set<Long> widths, List<Lookup> others) {
    List<PositionLimit> limits = new ArrayList<>();
    for (Lookup lookup : others) {
      if (widths.contains(lookup.width())) {
        limit(graph, lookup)
            .ifPresent(
                positions ->
                    limits.add(new PositionLimit(positions, inputs(graph, lookup.indices()))));
      }
    }
    return limits;
  }

  /** The inputs on which a value depends, if only on their sizes. */
  private static Set<String> inputs(Graph graph, String value) {
    Set<String> inputs = new HashSet<>();
    for (Node node : graph.ancestors(List.of(value))) {
      inputs.addAll(node.reads());
    }
    inputs.retainAll(graph.inputs().keySet());
    return inputs;
  }

  private static Optional<Long> limit(Graph graph, Lookup lookup) {
    return PositionNumbers.of(graph, lookup.indices())
        .map(positions -> Math.min(positions.count(), lookup.rows() - positions.first()));
  }
}
