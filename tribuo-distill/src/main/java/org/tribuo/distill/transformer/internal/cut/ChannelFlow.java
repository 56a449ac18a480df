package org.tribuo.distill.transformer.internal.cut;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.transformer.internal.cut.Channels.Axis;

/**
 * Finds the channels of a normalised graph, node by node: which positions of a node's inputs and
 * outputs belong together. Most is known from the operators' entries ({@link Operator#origins});
 * products join the axes that they sum over, and operators that move elements are followed position
 * by position. What is not understood is fixed.
 *
 * <p>Where several axes are merged into one, or one is split, a channel of heads goes with the axis
 * of the heads, and takes all numbers of a head with it. Which axis that is, is known from the
 * scores of an attention, [batch, heads, queries, keys]. Of keys and values that several heads
 * share (grouped queries), a channel has all heads of a group.
 */
final class ChannelFlow {
  private final Graph graph;
  private final Channels channels;
  private final List<Split> splits = new ArrayList<>();

  private ChannelFlow(Graph graph) {
    this.graph = graph;
    this.channels = new Channels(graph);
  }

  /**
   * The channels of a graph.
   *
   * @param normalized a normalised graph, with the types of all values
   */
  static Channels in(Graph normalized) {
    ChannelFlow flow = new ChannelFlow(normalized);
    normalized.topological().forEach(flow::follow);
    flow.resolveSplits();
    return flow.channels;
  }

  /** The axis of the heads in the scores of an attention. */
  static Axis headsOf(Node attention, Shape scores) {
    return new Axis(attention.output(), scores.rank() == 3 ? 0 : 1);
  }

  private void follow(Node node) {
    Operator operator = StandardOperators.of(node);
    if (operator.has(Operator.Trait.READS_SIZES)) {
      return;
    }
    boolean known =
        node.outputs().stream().filter(y -> !y.isEmpty()).allMatch(this::hasShape)
            && node.reads().stream().allMatch(this::hasShape);
    Followed followed = new Followed(node, operator);
    if (known) {
      followed.all();
    }
    followed.fixTheRest();
    if (known && operator.has(Operator.Trait.ATTENDS)) {
      Shape scores = shape(node.output());
      if (scores.rank() > 2) {
        channels.markHeads(headsOf(node, scores));
      }
    }
  }

  private boolean hasShape(String value) {
    return channels.shape(value).isPresent();
  }

  private Shape shape(String value) {
    return channels.shape(value).orElseThrow();
  }

  /** One node under way: which axes of its inputs and outputs are accounted for. */
  private final class Followed {
    private final Node node;
    private final Operator operator;
    private final Set<Axis> done = new HashSet<>();

    Followed(Node node, Operator operator) {
      this.node = node;
      this.operator = operator;
    }

    void all() {
      origins();
      if (operator.has(Operator.Trait.MATRIX_PRODUCT)) {
        product();
      } else if (operator.has(Operator.Trait.NORMALIZES)) {
        normalization();
      } else if (operator.has(Operator.Trait.REDUCES)) {
        done.addAll(channels.axes(node.input(0)));
      } else if (operator.has(Operator.Trait.VIEW)) {
        view();
      } else {
        switch (node.domain().equals(Node.ONNX) ? node.opType() : "") {
          case "Concat" -> concat();
          case "Split" -> split();
          case "Slice" -> slice();
          case "Expand", "Tile" -> expand();
          case "Conv" -> convolution();
          default -> {}
        }
      }
    }

    /** What each entry states. */
    private void origins() {
      Operation operation = new Operation(graph, node);
      for (Axis axis : channels.axes(node.output())) {
        operator
            .origins(operation, axis.axis())
            .ifPresent(
                origins -> {
                  done.add(axis);
                  for (int i = 0; i < origins.size(); i++) {
                    OptionalInt origin = origins.get(i);
                    if (origin.isPresent() && node.hasInput(i)) {
                      join(axis, new Axis(node.input(i), origin.getAsInt()));
                    }
                  }
                });
      }
    }

    private void join(Axis one, Axis other) {
      channels.join(one, other);
      done.add(one);
      done.add(other);
    }

    private Axis fromEnd(String value, int distance) {
      return new Axis(value, shape(value).rank() - distance);
    }

    private boolean flag(String name) {
      return node.attributes().get(name, 0L) != 0;
    }

    /** What is summed over, and the columns of the second matrix. */
    private void product() {
      String a = node.input(0);
      String b = node.input(1);
      boolean ofBatch = flag("transBatchA") || flag("transBatchB");
      if (ofBatch || shape(a).rank() < 2 || shape(b).rank() < 2) {
        return;
      }
      join(fromEnd(a, flag("transA") ? 2 : 1), fromEnd(b, flag("transB") ? 1 : 2));
      Axis columns = fromEnd(node.output(), 1);
      join(columns, fromEnd(b, flag("transB") ? 2 : 1));
      if (node.hasInput(2) && shape(node.input(2)).rank() > 0) {
        Axis bias = fromEnd(node.input(2), 1);
        if (channels.count(bias) > 1) {
          join(columns, bias);
        }
      }
    }

    /** Over the last axes; further inputs scale and shift. */
    private void normalization() {
      String y = node.output();
      String x = node.input(0);
      int from = Math.floorMod(node.attributes().get("axis", -1L), shape(y).rank());
      for (int axis = from; axis < shape(y).rank(); axis++) {
        join(new Axis(y, axis), new Axis(x, axis));
        int distance = shape(y).rank() - axis;
        for (String parameter : node.inputs().subList(1, node.inputs().size())) {
          if (!parameter.isEmpty() && shape(parameter).rank() >= distance) {
            Axis own = fromEnd(parameter, distance);
            if (channels.count(own) > 1) {
              join(new Axis(y, axis), own);
            }
          }
        }
      }
      node.outputs().stream().skip(1).map(channels::axes).forEach(done::addAll);
    }

    private void concat() {
      int axis = Math.floorMod(node.attributes().get("axis", 0L), shape(node.output()).rank());
      Axis to = new Axis(node.output(), axis);
      List<Axis> parts = node.inputs().stream().map(input -> new Axis(input, axis)).toList();
      if (isFixedSize(to) && parts.stream().allMatch(this::isFixedSize)) {
        pieces(to, parts);
      }
    }

    private void split() {
      String x = node.input(0);
      int axis = Math.floorMod(node.attributes().get("axis", 0L), shape(x).rank());
      for (String y : node.outputs()) {
        for (Axis other : channels.axes(y)) {
          if (other.axis() != axis) {
            join(other, new Axis(x, other.axis()));
          }
        }
      }
      Axis from = new Axis(x, axis);
      List<Axis> parts = node.outputs().stream().map(output -> new Axis(output, axis)).toList();
      if (isFixedSize(from) && parts.stream().allMatch(this::isFixedSize)) {
        pieces(from, parts);
      }
    }

    /** An axis is made of others, one after the other. */
    private void pieces(Axis whole, List<Axis> parts) {
      int from = 0;
      for (Axis part : parts) {
        for (int i = 0; i < channels.count(part); i++) {
          channels.join(whole, from + i, part, i);
        }
        from += channels.count(part);
        done.add(part);
      }
      done.add(whole);
    }

    private boolean isFixedSize(Axis axis) {
      return shape(axis.value()).dimension(axis.axis()) instanceof Dimension.Fixed;
    }

    /** A part of an axis of channels, by known numbers. */
    private void slice() {
      Optional<long[]> starts = graph.constant(node.input(1)).map(Tensor::toLongs);
      Optional<long[]> axes =
          node.hasInput(3) ? graph.constant(node.input(3)).map(Tensor::toLongs) : Optional.empty();
      Optional<long[]> steps =
          node.hasInput(4) ? graph.constant(node.input(4)).map(Tensor::toLongs) : Optional.empty();
      if (starts.isEmpty()
          || (node.hasInput(3) && axes.isEmpty())
          || node.hasInput(4) != steps.isPresent()) {
        return;
      }
      int rank = shape(node.output()).rank();
      for (int i = 0; i < starts.get().length; i++) {
        int axis = axes.isPresent() ? (int) Math.floorMod(axes.get()[i], (long) rank) : i;
        Axis from = new Axis(node.input(0), axis);
        Axis to = new Axis(node.output(), axis);
        boolean inSteps = steps.isPresent() && steps.get()[i] != 1;
        if (isFixedSize(from) && isFixedSize(to) && !inSteps) {
          long start = starts.get()[i];
          int first =
              (int)
                  Math.min(start < 0 ? start + channels.count(from) : start, channels.count(from));
          for (int j = 0; j < channels.count(to); j++) {
            channels.join(to, j, from, first + j);
          }
          done.add(from);
          done.add(to);
        }
      }
    }

    /**
     * Axes of one size are the same, and copies of all of them behind one another are so too;
     * others are copies of one position, of which there may be any number.
     */
    private void expand() {
      String x = node.input(0);
      String y = node.output();
      for (Axis axis : channels.axes(y)) {
        int own = axis.axis() - (shape(y).rank() - shape(x).rank());
        if (own >= 0 && channels.count(axis) == channels.count(new Axis(x, own))) {
          join(axis, new Axis(x, own));
        } else if (own < 0 || shape(x).dimension(own).is(1)) {
          done.add(axis);
        }
      }
    }

    /** Between all channels of an image or a sound. */
    private void convolution() {
      Axis made = new Axis(node.output(), 1);
      join(made, new Axis(node.input(1), 0));
      if (node.hasInput(2)) {
        join(made, new Axis(node.input(2), 0));
      }
      if (node.attributes().get("group", 1L) == 1) {
        join(new Axis(node.input(0), 1), new Axis(node.input(1), 1));
      } else {
        channels.fix(made, "%s computes in groups of channels".formatted(node));
      }
    }

    /** The same elements with other axes: runs of axes of one product belong together. */
    private void view() {
      Shape x = shape(node.input(0));
      Shape y = shape(node.output());
      int i = 0;
      int j = 0;
      while (i < x.rank() || j < y.rank()) {
        Optional<int[]> ends = sameProduct(x, i, y, j);
        if (ends.isEmpty()) {
          return;
        }
        group(axes(node.input(0), i, ends.get()[0]), axes(node.output(), j, ends.get()[1]));
        i = ends.get()[0];
        j = ends.get()[1];
      }
    }

    /** The shortest runs of axes, from two on, that have one product. */
    private static Optional<int[]> sameProduct(Shape x, int i, Shape y, int j) {
      for (int total = 1; total <= x.rank() - i + y.rank() - j; total++) {
        for (int ofX = Math.max(0, total - (y.rank() - j));
            ofX <= Math.min(total, x.rank() - i);
            ofX++) {
          int ofY = total - ofX;
          Dimension one = Dimension.product(x.dimensions().subList(i, i + ofX));
          Dimension other = Dimension.product(y.dimensions().subList(j, j + ofY));
          if (one.provablyEquals(other)) {
            return Optional.of(new int[] {i + ofX, j + ofY});
          }
        }
      }
      return Optional.empty();
    }

    private List<Axis> axes(String value, int from, int to) {
      return channels.axes(value).subList(from, to).stream()
          .filter(axis -> channels.count(axis) > 1)
          .toList();
    }

    private void group(List<Axis> before, List<Axis> behind) {
      if (before.size() == 1 && behind.size() == 1) {
        join(before.get(0), behind.get(0));
      } else if (before.size() == 1 && behind.size() > 1) {
        splits.add(new Split(before.get(0), behind));
        done.addAll(before);
        done.addAll(behind);
      } else if (before.size() > 1 && behind.size() == 1) {
        splits.add(new Split(behind.get(0), before));
        done.addAll(before);
        done.addAll(behind);
      }
    }

    void fixTheRest() {
      if (operator.has(Operator.Trait.VIEW) || !node.hasInput(0)) {
        // The second input of a view is a shape.
        fixTheRest(node.hasInput(0) ? List.of(node.input(0)) : List.of());
      } else {
        fixTheRest(node.inputs());
      }
      fixTheRest(node.outputs());
    }

    private void fixTheRest(List<String> values) {
      String reason = "%s reads or makes all of them together".formatted(node);
      for (String value : values) {
        if (!value.isEmpty()) {
          channels.axes(value).stream()
              .filter(axis -> !done.contains(axis))
              .forEach(axis -> channels.fix(axis, reason));
        }
      }
    }
  }

  /** An axis that stands for several. */
  private record Split(Axis merged, List<Axis> parts) {}

  private void resolveSplits() {
    List<Split> open = new ArrayList<>(splits);
    boolean changed = true;
    while (changed) {
      changed = open.removeIf(this::resolveByPart) || resolveByMerged(open);
    }
    for (Split split : open) {
      String reason =
          "'%s' is another arrangement of '%s'"
              .formatted(split.merged().value(), split.parts().get(0).value());
      channels.fix(split.merged(), reason);
      split.parts().forEach(part -> channels.fix(part, reason));
    }
  }

  /** One of the parts is the axis of the heads. */
  private boolean resolveByPart(Split split) {
    Optional<Axis> heads = split.parts().stream().filter(channels::isOfHeads).findFirst();
    heads.ifPresent(carrier -> carry(split, carrier));
    return heads.isPresent();
  }

  /** The heads are made of groups, the first of several parts. */
  private boolean resolveByMerged(List<Split> open) {
    Optional<Split> groups =
        open.stream().filter(split -> channels.isOfHeads(split.merged())).findFirst();
    groups.ifPresent(
        split -> {
          carry(split, split.parts().get(0));
          open.remove(split);
        });
    return groups.isPresent();
  }

  private void carry(Split split, Axis carrier) {
    int inner = 1;
    boolean behind = false;
    for (Axis part : split.parts()) {
      if (behind) {
        inner *= channels.count(part);
      }
      behind |= part.equals(carrier);
    }
    int count = channels.count(carrier);
    for (int i = 0; i < channels.count(split.merged()); i++) {
      channels.join(split.merged(), i, carrier, i / inner % count);
    }
    for (Axis part : split.parts()) {
      if (!part.equals(carrier)) {
        channels.fix(part, "'%s' has the numbers of one head there".formatted(part.value()));
      }
    }
  }
}
