package org.tribuo.distill.transformer.internal.cut;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.transformer.internal.cut.Channels.Axis;

/**
 * Takes channels out of a graph as it was exported: weights lose rows and columns, and sizes that
 * the exporter wrote into the graph (what a Reshape is given, how a Split divides, how many heads a
 * fused attention has) become smaller. Nodes that stay keep their names.
 *
 * <p>Afterwards all sizes are inferred again and compared with what they are to be, so that a size
 * that is computed in another way is an error and no wrong model.
 */
final class ChannelCut {
  /** By how many heads fused attentions divide what they read. */
  private static final List<String> NUMBERS_OF_HEADS =
      List.of("num_heads", "q_num_heads", "kv_num_heads");

  private static final String WIDTHS_OF_HEADS = "qkv_hidden_sizes";

  private final Graph graph;
  private final Graph normalized;
  private final Channels channels;
  private final Set<Integer> removed;

  /**
   * @param graph as it was exported; it is changed
   * @param normalized in which the channels were found
   */
  ChannelCut(Graph graph, Graph normalized, Channels channels, Set<Integer> removed) {
    this.graph = graph;
    this.normalized = normalized;
    this.channels = channels;
    this.removed = removed;
  }

  /**
   * Does it.
   *
   * @param numbers with which the sizes in the normalised graph were found
   * @throws GraphException if the graph computes a size in a way that is not understood
   */
  Graph apply(Map<Dimension, Integer> numbers) {
    for (Node node : List.copyOf(graph.nodes())) {
      resize(node);
    }
    Stream.concat(
            graph.initializers().keySet().stream(),
            graph.nodes().stream().flatMap(node -> node.outputs().stream()))
        .filter(value -> graph.constant(value).isPresent())
        .toList()
        .forEach(this::cutWeight);
    graph.removeUnused();
    check(numbers);
    Map.copyOf(graph.inputs())
        .forEach((name, type) -> narrower(name).ifPresent(own -> graph.addInput(name, own)));
    graph.nodes().stream().flatMap(node -> node.outputs().stream()).toList().forEach(this::retype);
    return graph;
  }

  /** States the new type of a value, or none where the normalised graph does not know it. */
  private void retype(String value) {
    Optional<TensorType> stated = graph.type(value);
    if (stated.isPresent()) {
      graph.setType(
          value,
          normalized.type(value).isPresent()
              ? narrower(value).orElse(stated.get())
              : TensorType.ofUnknownRank(stated.get().elementType()));
    }
  }

  // ---- what stays

  private boolean isCut(Axis axis) {
    return channels.count(axis) > 1 && kept(axis).length < channels.count(axis);
  }

  private int[] kept(Axis axis) {
    return IntStream.range(0, channels.count(axis))
        .filter(i -> !removed.contains(channels.at(axis, i)))
        .toArray();
  }

  /** How many of the first positions stay. */
  private long keptBefore(Axis axis, long position) {
    return Arrays.stream(kept(axis)).filter(i -> i < position).count();
  }

  /** The type of a value with fewer channels, if it has fewer. */
  private Optional<TensorType> narrower(String value) {
    List<Axis> cut = channels.axes(value).stream().filter(this::isCut).toList();
    if (cut.isEmpty()) {
      return Optional.empty();
    }
    Shape shape = channels.shape(value).orElseThrow();
    for (Axis axis : cut) {
      Dimension before = shape.dimension(axis.axis());
      Dimension rest = before.dividedBy(List.of(Dimension.of(channels.count(axis))));
      shape =
          shape.with(
              axis.axis(), Dimension.product(List.of(Dimension.of(kept(axis).length), rest)));
    }
    return Optional.of(TensorType.of(normalized.type(value).orElseThrow().elementType(), shape));
  }

  private void cutWeight(String name) {
    Tensor weight = graph.constant(name).orElseThrow();
    if (!channels.shape(name).equals(weight.type().shape())) {
      return;
    }
    boolean changed = false;
    for (Axis axis : channels.axes(name)) {
      if (isCut(axis)) {
        weight = AxisSelection.of(weight, axis.axis(), kept(axis));
        changed = true;
      }
    }
    if (changed) {
      graph.producer(name).ifPresent(graph::remove);
      graph.setInitializer(name, weight);
    }
  }

  // ---- sizes that are written into the graph

  private void resize(Node node) {
    if (node.domain().equals(Node.ONNX)) {
      switch (node.opType()) {
        case "Reshape", "Expand" -> resizeOutput(node, 1);
        case "ConstantOfShape" -> resizeOutput(node, 0);
        case "Split" -> resizeParts(node);
        case "Slice" -> resizeSlice(node);
        case "Div" -> resizeDivisor(node);
        default -> {}
      }
    }
    resizeHeads(node);
  }

  /** An input that states the shape of the output. */
  private void resizeOutput(Node node, int input) {
    List<Axis> axes = channels.axes(node.output());
    for (Axis axis : axes) {
      if (isCut(axis)) {
        int length = length(node.input(input)).orElse(axes.size());
        new Size(channels.count(axis), kept(axis).length)
            .writeInto(node.output(), input, axis.axis() - (axes.size() - length));
      }
    }
  }

  private Optional<Integer> length(String value) {
    return channels
        .shape(value)
        .or(() -> graph.type(value).flatMap(TensorType::shape))
        .filter(shape -> shape.rank() == 1)
        .map(shape -> Channels.count(shape.dimension(0)));
  }

  /** A size that becomes another one, wherever it is written. */
  private final class Size {
    private final long before;
    private final long now;

    Size(long before, long now) {
      this.before = before;
      this.now = now;
    }

    /** Follows an element of a node's input to the number that it comes from. */
    void writeInto(String output, int input, int element) {
      Node node = graph.producer(output).orElseThrow();
      if (element < 0 || !node.hasInput(input)) {
        return;
      }
      String value = node.input(input);
      Optional<Tensor> constant = graph.constant(value);
      if (constant.isPresent()) {
        writeInto(node, input, element, constant.get());
        return;
      }
      Optional<Node> producer = graph.producer(value);
      if (producer.isEmpty()) {
        return;
      }
      Operator operator = StandardOperators.of(producer.get());
      if (operator.has(Operator.Trait.VIEW)) {
        writeInto(value, 0, element);
      } else if (producer.get().is("Concat")) {
        writeIntoPart(value, producer.get(), element);
      } else if (producer.get().is("Mul")) {
        writeIntoFactor(value, 0);
        writeIntoFactor(value, 1);
      } else if (producer.get().is("Where")) {
        writeInto(value, 1, element);
        writeInto(value, 2, element);
      }
    }

    private void writeInto(Node node, int input, int element, Tensor constant) {
      long[] numbers = constant.toLongs();
      if (element < numbers.length && numbers[element] == before) {
        numbers[element] = now;
        setInput(node, input, Tensor.of(numbers, constant.dims()).cast(constant.elementType()));
      }
    }

    private void writeIntoPart(String value, Node concat, int element) {
      int from = 0;
      for (int i = 0; i < concat.inputs().size(); i++) {
        int length = length(concat.input(i)).orElse(1);
        if (element < from + length) {
          writeInto(value, i, element - from);
          return;
        }
        from += length;
      }
    }

    private void writeIntoFactor(String product, int input) {
      Node node = graph.producer(product).orElseThrow();
      graph
          .constant(node.input(input))
          .filter(factor -> factor.elements() == 1)
          .ifPresent(factor -> writeInto(node, input, 0, factor));
    }
  }

  private void setInput(Node node, int input, Tensor numbers) {
    String name = graph.freshName(node.input(input));
    graph.setInitializer(name, numbers);
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.set(input, name);
    graph.replace(node, node.domain(), node.opType(), node.attributes(), inputs);
  }

  private Node current(Node node) {
    return graph.producer(node.output()).orElseThrow();
  }

  private void resizeParts(Node node) {
    int rank = channels.shape(node.output()).map(Shape::rank).orElse(0);
    if (rank == 0) {
      return;
    }
    int along = Math.floorMod(node.attributes().get("axis", 0L), rank);
    List<Axis> parts = node.outputs().stream().map(output -> new Axis(output, along)).toList();
    if (parts.stream().anyMatch(this::isCut)) {
      long[] sizes = parts.stream().mapToLong(part -> kept(part).length).toArray();
      if (node.hasInput(1)) {
        setInput(node, 1, Tensor.vector(sizes));
      } else if (node.attributes().has("split")) {
        setAttributes(node, node.attributes().with("split", sizes));
      }
    }
  }

  private void resizeSlice(Node node) {
    Optional<long[]> axes =
        node.hasInput(3) ? graph.constant(node.input(3)).map(Tensor::toLongs) : Optional.empty();
    for (Axis axis : channels.axes(node.input(0))) {
      if (isCut(axis)) {
        int rank = channels.axes(node.input(0)).size();
        int element =
            axes.isEmpty()
                ? axis.axis()
                : IntStream.range(0, axes.get().length)
                    .filter(i -> Math.floorMod(axes.get()[i], rank) == axis.axis())
                    .findFirst()
                    .orElse(-1);
        moveBound(node, 1, element, axis);
        moveBound(node, 2, element, axis);
      }
    }
  }

  private void moveBound(Node node, int input, int element, Axis axis) {
    Node now = current(node);
    Optional<Tensor> bounds = graph.constant(now.input(input));
    if (element >= 0 && bounds.isPresent()) {
      long[] numbers = bounds.get().toLongs();
      long count = channels.count(axis);
      long bound = numbers[element];
      if (Math.abs(bound) <= count) {
        numbers[element] =
            bound < 0
                ? keptBefore(axis, bound + count) - kept(axis).length
                : keptBefore(axis, bound);
        setInput(now, input, Tensor.vector(numbers).cast(bounds.get().elementType()));
      }
    }
  }

  /**
   * The number of heads, by which a multiple of it is divided for what is left, such as batches.
   */
  private void resizeDivisor(Node quotient) {
    Optional<Axis> divided =
        Channels.isInteger(normalized, quotient.output())
            ? sizeOf(quotient.input(0))
            : Optional.empty();
    Optional<Tensor> divisor = graph.constant(quotient.input(1));
    if (divided.filter(this::isCut).isPresent() && divisor.isPresent()) {
      Axis axis = divided.get();
      if (divisor.get().elements() == 1 && divisor.get().toLongs()[0] == channels.count(axis)) {
        setInput(
            current(quotient),
            1,
            Tensor.of(new long[] {kept(axis).length}, divisor.get().dims())
                .cast(divisor.get().elementType()));
      }
    }
  }

  /** The axis of which a value is the size. */
  private Optional<Axis> sizeOf(String value) {
    Optional<Node> producer = graph.producer(value);
    if (producer.isEmpty()) {
      return Optional.empty();
    }
    Node node = producer.get();
    if (StandardOperators.has(node, Operator.Trait.VIEW)) {
      return sizeOf(node.input(0));
    }
    Optional<Tensor> place = node.hasInput(1) ? graph.constant(node.input(1)) : Optional.empty();
    Optional<Node> sizes =
        StandardOperators.has(node, Operator.Trait.LOOKS_UP)
            ? graph.producer(node.input(0))
            : Optional.empty();
    if (place.isEmpty()
        || sizes.isEmpty()
        || !StandardOperators.has(sizes.get(), Operator.Trait.READS_SIZES)) {
      return Optional.empty();
    }
    List<Axis> axes = channels.axes(sizes.get().input(0));
    int from = (int) sizes.get().attributes().get("start", 0L);
    int axis = from + (int) place.get().toLongs()[0];
    return axis >= 0 && axis < axes.size() ? Optional.of(axes.get(axis)) : Optional.empty();
  }

  /**
   * A fused attention makes [batch, positions, heads · size] or [batch, heads, positions, size].
   */
  private void resizeHeads(Node node) {
    List<Axis> axes = channels.axes(node.output());
    if (axes.size() < 3) {
      return;
    }
    Axis heads = axes.size() == 4 ? axes.get(1) : axes.get(2);
    if (!isCut(heads)) {
      return;
    }
    Attributes attributes = node.attributes();
    for (String name : NUMBERS_OF_HEADS) {
      if (attributes.has(name)) {
        attributes = attributes.with(name, scaled(attributes.get(name, 0L), heads));
      }
    }
    Optional<long[]> widths = attributes.longs(WIDTHS_OF_HEADS);
    if (widths.isPresent()) {
      attributes =
          attributes.with(
              WIDTHS_OF_HEADS,
              Arrays.stream(widths.get()).map(width -> scaled(width, heads)).toArray());
    }
    setAttributes(node, attributes);
  }

  private long scaled(long number, Axis heads) {
    return number * kept(heads).length / channels.count(heads);
  }

  private void setAttributes(Node node, Attributes attributes) {
    Node now = current(node);
    if (!attributes.equals(now.attributes())) {
      graph.replace(now, now.domain(), now.opType(), attributes, now.inputs());
    }
  }

  // ---- is it what it is to be?

  private void check(Map<Dimension, Integer> numbers) {
    Graph inferred = graph.copy();
    Map.copyOf(inferred.inputs())
        .forEach((name, type) -> narrower(name).ifPresent(own -> inferred.addInput(name, own)));
    for (Node node : inferred.nodes()) {
      for (String value : node.outputs()) {
        inferred
            .type(value)
            .ifPresent(
                type -> inferred.setType(value, TensorType.ofUnknownRank(type.elementType())));
      }
    }
    try {
      Normalization.apply(inferred);
    } catch (GraphException e) {
      throw new GraphException(
          "Without the channels that go the graph is no valid one: " + e.getMessage(), e);
    }
    KnownSizes.state(inferred, numbers);
    for (Node node : graph.nodes()) {
      for (String value : node.outputs()) {
        Optional<Shape> shape = inferred.type(value).flatMap(TensorType::shape);
        Optional<Shape> wanted =
            narrower(value).or(() -> normalized.type(value)).flatMap(TensorType::shape);
        if (shape.isPresent()
            && wanted.isPresent()
            && !Channels.isInteger(normalized, value)
            && contradict(shape.get(), wanted.get())) {
          throw new GraphException(
              "Without the channels that go '%s' is %s, expected %s: the graph computes a size in a way that is not understood"
                  .formatted(value, shape.get(), wanted.get()));
        }
      }
    }
  }

  private static boolean contradict(Shape one, Shape other) {
    return one.rank() != other.rank()
        || IntStream.range(0, one.rank())
            .anyMatch(
                axis ->
                    !(one.dimension(axis) instanceof Dimension.Unknown)
                        && !(other.dimension(axis) instanceof Dimension.Unknown)
                        && Channels.count(one.dimension(axis))
                            != Channels.count(other.dimension(axis)));
  }
}
