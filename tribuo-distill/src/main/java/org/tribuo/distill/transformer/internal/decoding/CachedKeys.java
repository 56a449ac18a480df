package org.tribuo.distill.transformer.internal.decoding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * What of a causal model belongs to tokens, found node by node, so that a model can be made of it
 * that reads the last tokens of a text alone, given the keys and values of those before.
 *
 * <p>Structure: an axis of a value is <em>fresh</em> if each of its positions is computed from a
 * token that is read now. It begins with the ids, and goes on from the axes of a node's inputs to
 * those of its output as the operator's entry says ({@link Operator#origins}). What has no fresh
 * axis is computed as for the whole text: positions, masks, all that depends on sizes alone.
 *
 * <p>Where both meet, as the scores of the last tokens and a mask of all, the last positions of the
 * whole are taken. Where a product sums over a fresh axis, or makes columns of one, as those of
 * queries with keys and of probabilities with values do, all tokens are needed: these operands are
 * kept.
 *
 * <p>Limits: a node that mixes the positions of a fresh axis in another way, such as a convolution
 * over positions, is not understood. That the model is causal is not found out here: of another one
 * the model that is made computes something else.
 */
final class CachedKeys {
  /** A fresh axis; merged if it is that of rows and positions in one. */
  record Fresh(int axis, boolean merged) {}

  /** An input of a node that is kept: its axis of positions, and whether it has the keys. */
  record Kept(Node node, String value, int axis, boolean isKey) {}

  /** An input of a node that has all positions along an axis, of which the last are wanted. */
  record Meeting(Node node, String value, int axis) {}

  /** A node that is given sizes, one of which has to be that of the fresh axis. */
  record Sized(Node node, int axis, Fresh ofInput, Fresh ofOutput) {}

  private final Graph graph;
  private final Dimension whole;
  private final Map<String, Fresh> fresh = new LinkedHashMap<>();
  private final List<Kept> kept = new ArrayList<>();
  private final Set<Meeting> meetings = new LinkedHashSet<>();
  private final List<Sized> sized = new ArrayList<>();
  private final Map<Node, Fresh> sizesRead = new LinkedHashMap<>();

  private CachedKeys(Graph graph, Dimension whole) {
    this.graph = graph;
    this.whole = whole;
  }

  /**
   * Follows the tokens through a graph.
   *
   * @param normalized with inferred types, to which what is found of axes is added
   * @param inputs those that have a number, or a state, for each token, [rows, positions, ...]; the
   *     ids first
   * @throws GraphException if something is not understood; the message names the node
   */
  static CachedKeys in(Graph normalized, List<String> inputs) {
    Shape ids = normalized.type(inputs.get(0)).flatMap(TensorType::shape).orElse(Shape.SCALAR);
    if (ids.rank() < 2 || !(ids.dimension(1) instanceof Dimension.Symbolic)) {
      throw new GraphException(
          "'%s' is %s, expected [rows, positions] of any number of positions"
              .formatted(inputs.get(0), ids));
    }
    CachedKeys keys = new CachedKeys(normalized, ids.dimension(1));
    inputs.forEach(input -> keys.mark(input, new Fresh(1, false)));
    normalized.topological().forEach(keys::follow);
    return keys;
  }

  Map<String, Fresh> fresh() {
    return fresh;
  }

  List<Kept> kept() {
    return kept;
  }

  Set<Meeting> meetings() {
    return meetings;
  }

  List<Sized> sized() {
    return sized;
  }

  /** The nodes that read the sizes of a value with a fresh axis. */
  Map<Node, Fresh> sizesRead() {
    return sizesRead;
  }

  private void follow(Node node) {
    if (node.reads().stream().noneMatch(fresh::containsKey)) {
      return;
    }
    Operator operator = StandardOperators.of(node);
    if (operator.has(Operator.Trait.READS_SIZES)) {
      readsSizes(node);
    } else if (operator.has(Operator.Trait.MATRIX_PRODUCT)) {
      product(node, operator);
    } else if (operator.has(Operator.Trait.LOOKS_UP) && fresh.containsKey(node.input(1))) {
      lookUp(node);
    } else if (isLastOfText(node)) {
      return;
    } else if (node.is("Expand")) {
      expand(node);
    } else if (node.is("Split")) {
      split(node);
    } else if (operator.has(Operator.Trait.VIEW) && node.is("Reshape")) {
      reshape(node, operator);
    } else {
      byOrigins(node, operator, Set.of());
    }
  }

  /** A fresh axis is as long as the text, which may not have been known. */
  private void mark(String value, Fresh found) {
    fresh.put(value, found);
    Shape shape = shape(value);
    if (!found.merged() && shape.dimension(found.axis()) instanceof Dimension.Unknown) {
      TensorType type = graph.type(value).orElseThrow();
      graph.setType(value, TensorType.of(type.elementType(), shape.with(found.axis(), whole)));
    }
  }

  private void readsSizes(Node node) {
    Fresh of = fresh.get(node.input(0));
    if (!node.is("Shape") || of == null || of.merged()) {
      throw notUnderstood(node);
    }
    sizesRead.put(node, of);
  }

  /** The second operand has to be whole if it is summed over, or if its positions are columns. */
  private void product(Node node, Operator operator) {
    Fresh second = fresh.get(node.input(1));
    int fromEnd = second == null ? 0 : shape(node.input(1)).rank() - second.axis();
    if (second == null || fromEnd > 2) {
      byOrigins(node, operator, Set.of());
      return;
    }
    boolean transposed = node.attributes().get("transB", 0L) != 0;
    if (second.merged() || node.input(0).equals(node.input(1))) {
      throw notUnderstood(node);
    }
    boolean isKey = (fromEnd == 1) != transposed;
    kept.add(new Kept(node, node.input(1), second.axis(), isKey));
    byOrigins(node, operator, Set.of(1));
  }

  /** The last of the tokens that are read is the last of the text. */
  private boolean isLastOfText(Node node) {
    Fresh of = fresh.get(node.input(0));
    return node.is("Gather")
        && of != null
        && !of.merged()
        && Math.floorMod(node.attributes().get("axis", 0L), shape(node.input(0)).rank())
            == of.axis()
        && graph
            .constant(node.input(1))
            .filter(index -> Arrays.stream(index.toLongs()).allMatch(i -> i == -1))
            .isPresent();
  }

  private void lookUp(Node node) {
    Fresh indices = fresh.get(node.input(1));
    int gathered = Math.floorMod(node.attributes().get("axis", 0L), shape(node.input(0)).rank());
    if (indices == null || !node.is("Gather") || fresh.containsKey(node.input(0))) {
      throw notUnderstood(node);
    }
    mark(node.output(), new Fresh(gathered + indices.axis(), indices.merged()));
  }

  private void expand(Node node) {
    Fresh of = fresh.get(node.input(0));
    if (of == null) {
      throw notUnderstood(node);
    }
    int added = shape(node.output()).rank() - shape(node.input(0)).rank();
    int sizes = Math.toIntExact(size(node.input(1), 0));
    int axis = of.axis() + added;
    Fresh made = new Fresh(axis, of.merged());
    sized.add(new Sized(node, axis - (shape(node.output()).rank() - sizes), of, made));
    mark(node.output(), made);
  }

  private void split(Node node) {
    Fresh of = fresh.get(node.input(0));
    int axis = Math.floorMod(node.attributes().get("axis", 0L), shape(node.input(0)).rank());
    if (of == null || of.axis() == axis) {
      throw notUnderstood(node);
    }
    node.outputs().forEach(output -> mark(output, of));
  }

  private void reshape(Node node, Operator operator) {
    Fresh of = fresh.get(node.input(0));
    if (of == null) {
      throw notUnderstood(node);
    }
    Fresh made =
        of.merged()
            ? divided(node, of).orElseGet(() -> same(node, operator, of))
            : origin(node, operator, of)
                .or(() -> betweenTheSame(node, of))
                .or(() -> merged(node, of))
                .orElseThrow(() -> notUnderstood(node));
    sized.add(new Sized(node, made.axis(), of, made));
    mark(node.output(), made);
  }

  private Fresh same(Node node, Operator operator, Fresh of) {
    return origin(node, operator, of).orElseThrow(() -> notUnderstood(node));
  }

  private Optional<Fresh> origin(Node node, Operator operator, Fresh of) {
    Operation operation = new Operation(graph, node);
    for (int axis = 0; axis < shape(node.output()).rank(); axis++) {
      if (comesFrom(origins(operation, operator, axis), 0, of)) {
        return Optional.of(new Fresh(axis, of.merged()));
      }
    }
    return Optional.empty();
  }

  /** The axis with as many elements before it, and behind it, is the same. */
  private Optional<Fresh> betweenTheSame(Node node, Fresh of) {
    Shape x = shape(node.input(0));
    Shape y = shape(node.output());
    for (int axis = 0; axis < y.rank(); axis++) {
      if (product(x, 0, of.axis()).provablyEquals(product(y, 0, axis))
          && product(x, of.axis() + 1, x.rank()).provablyEquals(product(y, axis + 1, y.rank()))) {
        return Optional.of(new Fresh(axis, false));
      }
    }
    return Optional.empty();
  }

  /** [rows, positions, ...] as [rows · positions, ...]. */
  private Optional<Fresh> merged(Node node, Fresh of) {
    Shape x = shape(node.input(0));
    Shape y = shape(node.output());
    boolean isMerged =
        of.axis() > 0
            && y.rank() > 0
            && product(x, 0, of.axis() + 1).provablyEquals(y.dimension(0))
            && product(x, of.axis() + 1, x.rank()).provablyEquals(product(y, 1, y.rank()));
    return isMerged ? Optional.of(new Fresh(0, true)) : Optional.empty();
  }

  /** And back. */
  private Optional<Fresh> divided(Node node, Fresh of) {
    Shape x = shape(node.input(0));
    Shape y = shape(node.output());
    for (int axis = 1; axis < y.rank(); axis++) {
      if (of.axis() == 0
          && y.dimension(axis).provablyEquals(whole)
          && product(y, 0, axis + 1).provablyEquals(x.dimension(0))) {
        return Optional.of(new Fresh(axis, false));
      }
    }
    return Optional.empty();
  }

  private static Dimension product(Shape shape, int from, int to) {
    return Dimension.product(shape.dimensions().subList(from, to));
  }

  /**
   * As the operator's entry says.
   *
   * @param complete the numbers of inputs that are whole, although they were computed from tokens
   */
  private void byOrigins(Node node, Operator operator, Set<Integer> complete) {
    Operation operation = new Operation(graph, node);
    List<Integer> inputs = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      if (fresh.containsKey(node.input(i)) && !complete.contains(i)) {
        inputs.add(i);
      }
    }
    for (int axis = 0; axis < shape(node.output()).rank() && !inputs.isEmpty(); axis++) {
      List<OptionalInt> origins =
          operator.has(Operator.Trait.BROADCASTS)
              ? aligned(node, axis)
              : origins(operation, operator, axis);
      if (inputs.stream().allMatch(i -> comesFrom(origins, i, fresh(node, i)))) {
        boolean merged = fresh(node, inputs.get(0)).merged();
        meet(node, origins, inputs, merged);
        mark(node.output(), new Fresh(axis, merged));
        return;
      }
    }
    if (!inputs.isEmpty()) {
      throw notUnderstood(node);
    }
  }

  /** As the entry says it where an axis that is not known is as long as the text. */
  private List<OptionalInt> origins(Operation operation, Operator operator, int axis) {
    String output = operation.y().name();
    TensorType known = graph.type(output).orElseThrow();
    if (shape(output).dimension(axis) instanceof Dimension.Unknown) {
      graph.setType(output, TensorType.of(known.elementType(), shape(output).with(axis, whole)));
    }
    List<OptionalInt> origins = operator.origins(operation, axis).orElse(List.of());
    graph.setType(output, known);
    return origins;
  }

  /** Axes that broadcast are counted from the end, whether or not it is known how long they are. */
  private List<OptionalInt> aligned(Node node, int axis) {
    int fromEnd = shape(node.output()).rank() - axis;
    return node.inputs().stream()
        .map(input -> shape(input).rank() - fromEnd)
        .map(own -> own < 0 ? OptionalInt.empty() : OptionalInt.of(own))
        .toList();
  }

  private Fresh fresh(Node node, int input) {
    Fresh found = fresh.get(node.input(input));
    if (found == null) {
      throw notUnderstood(node);
    }
    return found;
  }

  private static boolean comesFrom(List<OptionalInt> origins, int input, Fresh fresh) {
    return input < origins.size() && origins.get(input).equals(OptionalInt.of(fresh.axis()));
  }

  /**
   * Inputs that are whole are as long as the text along this axis, or of one position, which they
   * keep.
   */
  private void meet(Node node, List<OptionalInt> origins, List<Integer> inputs, boolean merged) {
    for (int i = 0; i < Math.min(origins.size(), node.inputs().size()); i++) {
      if (inputs.contains(i) || !node.hasInput(i) || origins.get(i).isEmpty()) {
        continue;
      }
      int axis = origins.get(i).getAsInt();
      if (!shape(node.input(i)).dimension(axis).is(1)) {
        if (merged) {
          throw notUnderstood(node);
        }
        meetings.add(new Meeting(node, node.input(i), axis));
      }
    }
  }

  private Shape shape(String value) {
    return graph
        .type(value)
        .flatMap(TensorType::shape)
        .orElseThrow(() -> new GraphException("The shape of '%s' is not known".formatted(value)));
  }

  private long size(String value, int axis) {
    if (shape(value).dimension(axis) instanceof Dimension.Fixed fixed) {
      return fixed.size();
    }
    throw new GraphException("The size of '%s' is not known".formatted(value));
  }

  private static GraphException notUnderstood(Node node) {
    return new GraphException(
        "%s mixes the positions of a text in a way that is not that of attention".formatted(node));
  }
}
