package org.tribuo.distill.transformer.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * A causal model that reads each token once, made of one that reads the whole text for each: with
 * the inputs {@code past_key_values.0.key} and so on, and the outputs {@code present.0.key}, as
 * exporters write them, float [rows, heads, positions, width]. Without a past it computes what the
 * whole model does. A mask has the past too, all other inputs the last tokens alone.
 */
public final class CachedDecoder {
  private static final String NEW_POSITIONS = "new_sequence";
  private static final String PAST_POSITIONS = "past_sequence";
  private static final int POSITIONS = 2;

  private final Graph graph;
  private final Ops op;
  private final CachedKeys found;
  private final Map<String, Value> ends = new HashMap<>();

  private CachedDecoder(Graph graph, CachedKeys found) {
    this.graph = graph;
    this.op = Ops.on(graph);
    this.found = found;
  }

  /**
   * Makes such a model.
   *
   * @param normalized with inferred types; it is not changed
   * @param inputs those that have a number for each token, [rows, positions]; the ids first
   * @return nothing if the model computes in a way that is not understood, or keeps nothing
   */
  public static Optional<OnnxModel> of(Graph normalized, List<String> inputs) {
    Graph graph = normalized.copy();
    CachedKeys found;
    try {
      found = CachedKeys.in(graph, inputs);
      return found.kept().isEmpty()
          ? Optional.empty()
          : Optional.of(graph.named(() -> new CachedDecoder(graph, found).model(inputs)));
    } catch (GraphException e) {
      return Optional.empty();
    }
  }

  private OnnxModel model(List<String> inputs) {
    List<Operand> operands = operands();
    operands.forEach(operand -> graph.addInput(operand.past(), operand.type(PAST_POSITIONS)));
    Value before = op.shapeOf(graph.value(operands.get(0).past()));
    Value past = op.slice(before, 0, POSITIONS, POSITIONS + 1);
    found.sizesRead().forEach((node, fresh) -> readWholeSize(node, fresh, past));
    Value count = op.slice(op.shapeOf(graph.value(inputs.get(0))), 0, 1, 2);
    found.sized().forEach(sized -> giveFreshSize(sized, count));
    found.meetings().forEach(meeting -> takeLast(meeting, op.neg(count)));
    operands.forEach(this::keep);
    found.fresh().forEach(this::retype);
    inputs.forEach(input -> graph.addInput(input, graph.type(input).orElseThrow()));
    return graph.toModel();
  }

  /** What is kept of keys or values of a operand. */
  private record Operand(CachedKeys.Kept kept, int number, Dimension rows, int heads, long width) {
    private String name(String before) {
      return "%s.%d.%s".formatted(before, number, kept.isKey() ? "key" : "value");
    }

    String past() {
      return name("past_key_values");
    }

    String present() {
      return name("present");
    }

    TensorType type(String positions) {
      return TensorType.of(
          ElementType.FLOAT,
          Shape.of(rows, Dimension.of(heads), Dimension.of(positions), Dimension.of(width)));
    }
  }

  private List<Operand> operands() {
    Dimension rows =
        found.fresh().keySet().stream()
            .findFirst()
            .flatMap(ids -> graph.type(ids))
            .flatMap(TensorType::shape)
            .orElseThrow()
            .dimension(0);
    List<Operand> operands = new ArrayList<>();
    int keys = 0;
    int values = 0;
    for (CachedKeys.Kept kept : found.kept()) {
      Shape shape = graph.type(kept.value()).flatMap(TensorType::shape).orElseThrow();
      boolean last = kept.axis() == shape.rank() - 1;
      Dimension heads =
          shape.rank() == 4 ? shape.dimension(1) : shape.dimension(0).dividedBy(List.of(rows));
      Dimension width = shape.dimension(last ? -2 : -1);
      if (shape.rank() < 3
          || shape.rank() > 4
          || !(heads instanceof Dimension.Fixed number)
          || !(width instanceof Dimension.Fixed size)) {
        throw new GraphException(
            "'%s' is %s, expected keys or values of fixed heads and width"
                .formatted(kept.value(), shape));
      }
      operands.add(
          new Operand(
              kept,
              kept.isKey() ? keys++ : values++,
              rows,
              Math.toIntExact(number.size()),
              size.size()));
    }
    return operands;
  }

  /** What depends on the length of the text has the past in it. */
  private void readWholeSize(Node node, CachedKeys.Fresh fresh, Value past) {
    Value own = op.shapeOf(graph.value(node.input(0)));
    Value all = op.add(op.slice(own, 0, fresh.axis(), fresh.axis() + 1), past);
    Value sizes = replaced(own, fresh.axis(), all);
    long start = node.attributes().get("start", 0L);
    long end = node.attributes().get("end", Long.MAX_VALUE);
    graph.substitute(node, List.of(op.slice(sizes, 0, start, end)));
  }

  /** What has a fresh axis is given its size. */
  private void giveFreshSize(CachedKeys.Sized sized, Value count) {
    if (sized.axis() < 0) {
      return;
    }
    Node node = sized.node();
    Value size = node.is("Expand") ? op.longs(1) : freshSize(sized, count);
    Value sizes = replaced(graph.value(node.input(1)), sized.axis(), size);
    graph.replaceUse(node, node.input(1), sizes.name());
  }

  /** A number, as another of the sizes may be -1. */
  private Value freshSize(CachedKeys.Sized sized, Value count) {
    CachedKeys.Fresh of = sized.ofInput();
    if (of.merged() && !sized.ofOutput().merged()) {
      return count;
    }
    Value before = op.shapeOf(graph.value(sized.node().input(0)));
    Value size = op.slice(before, 0, of.axis(), of.axis() + 1);
    for (int axis = 0; axis < of.axis() && !of.merged() && sized.ofOutput().merged(); axis++) {
      size = op.mul(size, op.slice(before, 0, axis, axis + 1));
    }
    return size;
  }

  private Value replaced(Value sizes, int axis, Value size) {
    List<Value> parts = new ArrayList<>();
    if (axis > 0) {
      parts.add(op.slice(sizes, 0, 0, axis));
    }
    parts.add(size);
    parts.add(op.slice(sizes, 0, axis + 1, Long.MAX_VALUE));
    return op.concat(0, parts);
  }

  /** As many from the end on; one position stays. */
  private void takeLast(CachedKeys.Meeting meeting, Value fromEnd) {
    Value end =
        ends.computeIfAbsent(
            meeting.value() + " " + meeting.axis(),
            any ->
                op.slice(
                    graph.value(meeting.value()),
                    fromEnd,
                    op.longs(Long.MAX_VALUE),
                    op.longs(meeting.axis())));
    graph.replaceUse(meeting.node(), meeting.value(), end.name());
  }

  /**
   * New keys or values join those of the past in the form of the latter. As a past may be empty, it
   * is not reshaped itself: a size of 0 would be that of another axis.
   */
  private void keep(Operand operand) {
    CachedKeys.Kept kept = operand.kept();
    Value own = graph.value(kept.value());
    int rank = own.shape().orElseThrow().rank();
    boolean turned = kept.axis() == rank - 1;
    Value read = turned ? op.swapLastTwo(own) : own;
    Value past = op.cast(graph.value(operand.past()), own.elementType());
    Value present =
        op.concat(
            POSITIONS, List.of(past, retyped(rank == 3 ? inHeads(read, operand) : read, past)));
    Value all = rank == 3 ? op.reshape(present, sizes(present, POSITIONS, operand, -1)) : present;
    all = retyped(all, read);
    graph.replaceUse(kept.node(), kept.value(), (turned ? op.swapLastTwo(all) : all).name());
    graph.addOutput(op.named(operand.present(), op.cast(present, ElementType.FLOAT)).name());
    graph.setType(operand.present(), operand.type("present_sequence"));
  }

  /** [rows · heads, positions, width] as [rows, heads, positions, width]. */
  private Value inHeads(Value read, Operand operand) {
    return op.reshape(read, sizes(read, 1, operand, -1, operand.heads()));
  }

  /** Some sizes, as many positions as a value has along an axis, and the width. */
  private Value sizes(Value of, int axis, Operand operand, long... first) {
    Value positions = op.slice(op.shapeOf(of), 0, axis, axis + 1);
    return op.concat(0, List.of(op.longs(first), positions, op.longs(operand.width())));
  }

  /** What is new has all sizes of the past but for the positions, and the other way round. */
  private static Value retyped(Value value, Value like) {
    return new Value(value.name(), like.type());
  }

  private void retype(String value, CachedKeys.Fresh fresh) {
    TensorType type = graph.type(value).orElseThrow();
    Dimension size = fresh.merged() ? Dimension.unknown() : Dimension.of(NEW_POSITIONS);
    graph.setType(
        value,
        TensorType.of(type.elementType(), type.shape().orElseThrow().with(fresh.axis(), size)));
  }
}
