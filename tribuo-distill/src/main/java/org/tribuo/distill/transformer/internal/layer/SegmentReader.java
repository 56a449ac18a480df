package org.tribuo.distill.transformer.internal.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * Reads segments so that those which do the same get the same signature: a number for each
 * expression, made of the operator, its attributes and the numbers of its inputs. Names do not
 * count. What does not depend on the content of the segment's start is a leaf, known by its type:
 * weights, sizes, and what all segments share, as the mask, rotary tables or relative positions
 * (which exporters compute where they are first needed, from the sizes of a hidden state).
 */
final class SegmentReader {
  private static final long LARGEST_SHAPE = 16;

  private final DataFlow flow;
  private final Graph graph;
  private final Map<List<Object>, Integer> expressions = new HashMap<>();

  SegmentReader(DataFlow flow) {
    this.flow = flow;
    this.graph = flow.graph();
  }

  Segment read(String start, String end) {
    return new Reading(start, Dependants.ofContent(graph, start, end)).of(end);
  }

  private int number(List<Object> expression) {
    return expressions.computeIfAbsent(expression, e -> expressions.size());
  }

  /** One walk from a segment's end back to its start. */
  private final class Reading {
    private final String start;
    private final Set<String> inside;
    private final Map<String, Integer> numbers = new HashMap<>();
    private boolean arithmetic = true;
    private boolean multiplies;
    private final Set<String> attentions = new HashSet<>();
    private final AttentionHeads heads;
    private final Set<String> reads = new HashSet<>();

    Reading(String start, Set<String> inside) {
      this.start = start;
      this.inside = inside;
      this.heads = new AttentionHeads(shapeOf(start));
    }

    Segment of(String end) {
      int signature = numberOf(end);
      return new Segment(
          start,
          end,
          signature,
          arithmetic,
          multiplies,
          attentions.size(),
          heads.number(),
          Set.copyOf(reads),
          Dependants.aroundProducts(graph, start, end).contains(end));
    }

    private int numberOf(String value) {
      Integer known = numbers.get(value);
      if (known == null) {
        known = inside.contains(value) ? inner(value) : leaf(value);
        numbers.put(value, known);
      }
      return known;
    }

    private int inner(String value) {
      Node node = graph.producer(value).orElseThrow();
      Operator operator = StandardOperators.of(node);
      arithmetic &= operator.has(Operator.Trait.WITHIN_NORMALIZATION);
      multiplies |= operator.has(Operator.Trait.MATRIX_PRODUCT);
      if (operator.has(Operator.Trait.ATTENDS)) {
        attentions.add(value);
      }
      shapeOf(value).ifPresent(shape -> heads.see(node, shape));
      List<Integer> inputs = new ArrayList<>();
      node.inputs().forEach(input -> inputs.add(numberOf(input)));
      if (operator.has(Operator.Trait.COMMUTATIVE)) {
        Collections.sort(inputs);
      }
      return number(
          List.of(
              operator.name(), meaningful(operator, node), node.outputs().indexOf(value), inputs));
    }

    private int leaf(String value) {
      if (value.equals(start)) {
        return number(List.of("start"));
      }
      if (value.isEmpty()) {
        return number(List.of("absent"));
      }
      if (flow.varies(value) && !flow.isInteger(value)) {
        reads.add(value);
      }
      Optional<Tensor> constant = graph.constant(value);
      return number(
          List.of(
              constant
                  .filter(SegmentReader::isStructure)
                  .map(Tensor::toLongs)
                  .map(Arrays::toString)
                  .orElse(""),
              graph.type(value).map(TensorType::elementType).map(Object::toString).orElse("?"),
              shapeOf(value).map(SegmentReader::fixedSizes).orElse(List.of("?"))));
    }
  }

  /** The attributes without an axis that need not be stated: optimisers state it here and there. */
  private static Attributes meaningful(Operator operator, Node node) {
    OptionalLong usual = operator.defaultAxis();
    return usual.isPresent()
            && node.attributes().get("axis", usual.getAsLong()) == usual.getAsLong()
        ? node.attributes().without("axis")
        : node.attributes();
  }

  /** Whether the numbers determine what is computed, as axes and sizes do, and are no weights. */
  private static boolean isStructure(Tensor tensor) {
    return !tensor.elementType().isFloat() && tensor.elements() <= LARGEST_SHAPE;
  }

  private static List<Object> fixedSizes(Shape shape) {
    List<Object> sizes = new ArrayList<>();
    for (Dimension dimension : shape.dimensions()) {
      sizes.add(dimension instanceof Dimension.Fixed ? dimension : "?");
    }
    return sizes;
  }

  private Optional<Shape> shapeOf(String value) {
    return graph.type(value).flatMap(TensorType::shape);
  }
}
