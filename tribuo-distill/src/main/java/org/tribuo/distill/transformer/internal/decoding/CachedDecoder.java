package org.tribuo.distill.transformer.internal.decoding;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.transformer.internal.layer.KeyValueNames;

/**
 * A causal model that reads each token once, made of one that reads the whole text for each: with
 * the inputs {@code past_key_values.0.key} and so on, and the outputs {@code present.0.key}, as
 * exporters write them, float [rows, heads, positions, width]. Without a past it computes what the
 * whole model does. A mask has the past too, all other inputs the last tokens alone.
 */
public final class CachedDecoder {
  private static final String NEW_POSITIONS = "new_sequence";
  private static final String PAST_POSITIONS = "past_sequence";
  private static final Pattern OF_PAST =
      Pattern.compile("(%s|%s)\\..+".formatted(KeyValueNames.PAST, KeyValueNames.PRESENT));

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
    freeNames(graph);
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

  /**
   * A file may output the keys and values of the whole text, as the first of two decoders does: the
   * outputs go, and values that have the names that are given here get others.
   */
  private static void freeNames(Graph graph) {
    List.copyOf(graph.outputs()).stream()
        .filter(output -> OF_PAST.matcher(output).matches())
        .forEach(graph::removeOutput);
    graph.nodes().stream()
        .flatMap(node -> node.outputs().stream())
        .filter(value -> OF_PAST.matcher(value).matches())
        .toList()
        .forEach(value -> graph.rename(value, graph.freshName(value)));
  }

  private OnnxModel model(List<String> inputs) {
    List<KeptOperand> operands = KeptOperand.of(found.kept(), graph, rows());
    operands.forEach(
        operand -> graph.addInput(operand.name(KeyValueNames.PAST), operand.type(PAST_POSITIONS)));
    Value before = op.shapeOf(graph.value(operands.get(0).name(KeyValueNames.PAST)));
    Value past = op.slice(before, 0, KeptOperand.POSITIONS, KeptOperand.POSITIONS + 1);
    found.sizesRead().forEach((node, fresh) -> readWholeSize(node, fresh, past));
    Value count = op.slice(op.shapeOf(graph.value(inputs.get(0))), 0, 1, 2);
    found.sized().forEach(sized -> giveFreshSize(sized, count));
    found.meetings().forEach(meeting -> takeLast(meeting, op.neg(count)));
    operands.forEach(this::keep);
    found.fresh().forEach(this::retype);
    inputs.forEach(input -> graph.addInput(input, graph.type(input).orElseThrow()));
    return graph.toModel();
  }

  private Dimension rows() {
    return found.fresh().keySet().stream()
        .findFirst()
        .flatMap(ids -> graph.type(ids))
        .flatMap(TensorType::shape)
        .orElseThrow()
        .dimension(0);
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
  private void keep(KeptOperand operand) {
    Value read = operand.inHeads(op);
    Value past = op.cast(graph.value(operand.name(KeyValueNames.PAST)), read.elementType());
    Value own = new Value(read.name(), past.type());
    Value present = op.concat(KeptOperand.POSITIONS, List.of(past, own));
    operand.replace(op, present);
    String name = operand.name(KeyValueNames.PRESENT);
    graph.addOutput(op.named(name, op.cast(present, ElementType.FLOAT)).name());
    graph.setType(name, operand.type("present_sequence"));
  }

  private void retype(String value, CachedKeys.Fresh fresh) {
    TensorType type = graph.type(value).orElseThrow();
    Dimension size = fresh.merged() ? Dimension.unknown() : Dimension.of(NEW_POSITIONS);
    graph.setType(
        value,
        TensorType.of(type.elementType(), type.shape().orElseThrow().with(fresh.axis(), size)));
  }
}
