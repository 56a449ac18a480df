package org.tribuo.distill.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * One operator with inputs on which it is defined (and smooth, where a test differentiates it).
 *
 * <pre>{@code
 * operator("Log").on(positive(2, 3))
 * operator("Mul").broadcasting(normal(), normal())
 * operator("Softmax").with("axis", 1).on(normal(2, 3, 4))
 * }</pre>
 *
 * @param operator its name, with its domain where it is not ONNX's own
 * @param opset the version of ONNX's operators
 * @param choices attributes of which a seed chooses the values
 * @param broadcasts whether the inputs get shapes at random that broadcast to each other
 * @param outputs which of its outputs the node has
 * @param floatsOnly whether it is computed in float32 even where its type is float64
 */
public record OperatorCase(
    String operator,
    long opset,
    Attributes attributes,
    List<Choice> choices,
    List<Source> inputs,
    boolean broadcasts,
    List<Integer> outputs,
    boolean floatsOnly) {

  /** Makes an input from a seed. */
  @FunctionalInterface
  private interface Sampler {
    Tensor sample(SplittableRandom random, ElementType floats, long... dims);
  }

  /** What a model says of the size of an input along an axis. */
  @FunctionalInterface
  public interface Sizes {
    Sizes KNOWN = (input, axis) -> Dimension.of(input.dim(axis));
    Sizes UNKNOWN = (input, axis) -> Dimension.unknown();

    Dimension of(Tensor input, int axis);
  }

  /** Changes of the attributes, of which a seed chooses one. */
  public record Choice(List<UnaryOperator<Attributes>> changes) {
    Attributes apply(Attributes attributes, SplittableRandom random) {
      return changes.get(random.nextInt(changes.size())).apply(attributes);
    }
  }

  /** What an input is. */
  private enum Role {
    DIFFERENTIATED,
    FED,
    CONSTANT,
    ABSENT
  }

  /** One input. */
  public record Source(Role role, long[] dims, Sampler sampler) {
    /** The same numbers, by which nobody differentiates. */
    public Source frozen() {
      return new Source(Role.FED, dims, sampler);
    }

    /** The same numbers, known when the graph is made. */
    public Source constant() {
      return new Source(Role.CONSTANT, dims, sampler);
    }
  }

  /** The model of a case with numbers to feed it. */
  public record Instance(OnnxModel model, Map<String, Tensor> feeds, List<String> differentiated) {}

  public static OperatorCase operator(String operator) {
    return new OperatorCase(
        operator, Ops.OPSET, Attributes.NONE, List.of(), List.of(), false, List.of(0), false);
  }

  public OperatorCase opset(long version) {
    return new OperatorCase(
        operator, version, attributes, choices, inputs, broadcasts, outputs, floatsOnly);
  }

  public OperatorCase with(UnaryOperator<Attributes> change) {
    return new OperatorCase(
        operator,
        opset,
        change.apply(attributes),
        choices,
        inputs,
        broadcasts,
        outputs,
        floatsOnly);
  }

  public OperatorCase with(String attribute, long value) {
    return with(a -> a.with(attribute, value));
  }

  public OperatorCase with(String attribute, float value) {
    return with(a -> a.with(attribute, value));
  }

  public OperatorCase with(String attribute, String value) {
    return with(a -> a.with(attribute, value));
  }

  public OperatorCase with(String attribute, long... values) {
    return with(a -> a.with(attribute, values));
  }

  /** With one of several values of an attribute. */
  public OperatorCase choosing(String attribute, Long... values) {
    return choosing(Arrays.stream(values).map(value -> change(attribute, value)).toList());
  }

  /** With one of several lists of numbers as an attribute. */
  public OperatorCase choosing(String attribute, long[]... values) {
    return choosing(Arrays.stream(values).map(value -> change(attribute, value)).toList());
  }

  private static UnaryOperator<Attributes> change(String attribute, long value) {
    return attributes -> attributes.with(attribute, value);
  }

  private static UnaryOperator<Attributes> change(String attribute, long... values) {
    return attributes -> attributes.with(attribute, values);
  }

  private OperatorCase choosing(List<UnaryOperator<Attributes>> changes) {
    List<Choice> more = new ArrayList<>(choices);
    more.add(new Choice(changes));
    return new OperatorCase(
        operator, opset, attributes, more, inputs, broadcasts, outputs, floatsOnly);
  }

  public OperatorCase on(Source... sources) {
    return new OperatorCase(
        operator, opset, attributes, choices, List.of(sources), false, outputs, floatsOnly);
  }

  /** With inputs of the same kinds and other shapes. */
  public OperatorCase shaped(long[]... shapes) {
    List<Source> reshaped = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Source source = inputs.get(i);
      reshaped.add(new Source(source.role(), shapes[i], source.sampler()));
    }
    return on(reshaped.toArray(Source[]::new));
  }

  /** Inputs whose shapes broadcast to each other. */
  public OperatorCase broadcasting(Source... sources) {
    return new OperatorCase(
        operator, opset, attributes, choices, List.of(sources), true, outputs, floatsOnly);
  }

  /** With some of the outputs. */
  public OperatorCase outputs(Integer... indices) {
    return new OperatorCase(
        operator, opset, attributes, choices, inputs, broadcasts, List.of(indices), floatsOnly);
  }

  /** For an operator that ONNX Runtime computes in float32 even where its type is float64. */
  public OperatorCase inFloat() {
    return new OperatorCase(
        operator, opset, attributes, choices, inputs, broadcasts, outputs, true);
  }

  // ---- inputs

  /** Normally distributed. */
  public static Source normal(long... dims) {
    return floats(dims, OperatorCase::gaussian);
  }

  /** From 0.5 to 2. */
  public static Source positive(long... dims) {
    return between(0.5, 2, dims);
  }

  public static Source between(double from, double to, long... dims) {
    return floats(dims, random -> from + (to - from) * random.nextDouble());
  }

  /** Normally distributed, but away from numbers at which there is a kink or a jump. */
  public static Source awayFrom(double[] kinks, long... dims) {
    return floats(
        dims,
        random -> {
          double x;
          do {
            x = 2 * gaussian(random);
          } while (isNear(x, kinks));
          return x;
        });
  }

  private static boolean isNear(double x, double[] kinks) {
    return Arrays.stream(kinks).anyMatch(kink -> Math.abs(x - kink) < 0.2);
  }

  public static Source awayFromZero(long... dims) {
    return awayFrom(new double[] {0}, dims);
  }

  /** Numbers that differ from each other by half or more, in random order. */
  public static Source distinct(long... dims) {
    return new Source(
        Role.DIFFERENTIATED,
        dims,
        (random, type, sizes) -> {
          double[] values = new double[(int) TensorSizes.elements(sizes)];
          for (int i = 0; i < values.length; i++) {
            int j = random.nextInt(i + 1);
            values[i] = values[j];
            values[j] = 0.5 * i - 0.25 * values.length;
          }
          return floats(type, values, sizes);
        });
  }

  /** The given numbers. */
  public static Source numbers(long[] dims, double... values) {
    return new Source(
        Role.DIFFERENTIATED, dims, (random, type, sizes) -> floats(type, values, sizes));
  }

  /** An int64 vector that is known when the graph is made. */
  public static Source vector(long... values) {
    return integers(new long[] {values.length}, values).constant();
  }

  /** An int64 scalar that is known when the graph is made. */
  public static Source scalar(long value) {
    return integers(new long[0], value).constant();
  }

  /** One of some numbers as an int64 vector, known when the graph is made. */
  public static Source oneOf(long... values) {
    return new Source(
        Role.CONSTANT,
        new long[] {1},
        (random, type, sizes) -> Tensor.vector(values[random.nextInt(values.length)]));
  }

  /** Some of the axes of a tensor, counted from the front or the back. */
  public static Source axesOf(int rank) {
    return new Source(
        Role.CONSTANT,
        new long[0],
        (random, type, sizes) -> {
          int chosen = random.nextInt(1, 1 << rank);
          return Tensor.vector(
              IntStream.range(0, rank)
                  .filter(axis -> (chosen >> axis & 1) != 0)
                  .mapToLong(axis -> random.nextBoolean() ? axis : axis - rank)
                  .toArray());
        });
  }

  public static Source integers(long[] dims, long... values) {
    return new Source(Role.FED, dims, (random, type, sizes) -> Tensor.of(values, sizes));
  }

  public static Source int32s(long[] dims, int... values) {
    return new Source(
        Role.FED,
        dims,
        (random, type, sizes) -> {
          var bytes =
              java.nio.ByteBuffer.allocate(4 * values.length)
                  .order(java.nio.ByteOrder.LITTLE_ENDIAN);
          bytes.asIntBuffer().put(values);
          return Tensor.of(ElementType.INT32, sizes, bytes);
        });
  }

  /** int64 from 0 to below a limit. */
  public static Source indices(long limit, long... dims) {
    return new Source(
        Role.FED,
        dims,
        (random, type, sizes) ->
            Tensor.of(random.longs(TensorSizes.elements(sizes), 0, limit).toArray(), sizes));
  }

  public static Source booleans(long... dims) {
    return new Source(
        Role.FED,
        dims,
        (random, type, sizes) -> {
          boolean[] values = new boolean[(int) TensorSizes.elements(sizes)];
          for (int i = 0; i < values.length; i++) {
            values[i] = random.nextBoolean();
          }
          return Tensor.of(values, sizes);
        });
  }

  /** The given conditions. */
  public static Source conditions(boolean... values) {
    return conditions(new long[] {values.length}, values);
  }

  public static Source conditions(long[] dims, boolean... values) {
    return new Source(Role.FED, dims, (random, type, sizes) -> Tensor.of(values, sizes));
  }

  /** A condition that holds, known when the graph is made. */
  public static Source truth() {
    return new Source(
        Role.CONSTANT, new long[0], (random, type, sizes) -> Tensor.of(new boolean[] {true}));
  }

  /** Small whole numbers as int8. */
  public static Source bytes(long... dims) {
    return new Source(
        Role.FED,
        dims,
        (random, type, sizes) -> {
          var values = java.nio.ByteBuffer.allocate((int) TensorSizes.elements(sizes));
          while (values.hasRemaining()) {
            values.put((byte) random.nextInt(-20, 20));
          }
          return Tensor.of(ElementType.INT8, sizes, values.flip());
        });
  }

  /** An optional input that is not there. */
  public static Source absent() {
    return new Source(Role.ABSENT, new long[0], (random, type, sizes) -> Tensor.scalar(0f));
  }

  private static Source floats(
      long[] dims, java.util.function.ToDoubleFunction<SplittableRandom> f) {
    return new Source(
        Role.DIFFERENTIATED,
        dims,
        (random, type, sizes) -> {
          double[] values = new double[(int) TensorSizes.elements(sizes)];
          for (int i = 0; i < values.length; i++) {
            values[i] = f.applyAsDouble(random);
          }
          return floats(type, values, sizes);
        });
  }

  private static Tensor floats(ElementType type, double[] values, long... dims) {
    return type == ElementType.DOUBLE
        ? Tensor.of(values, dims)
        : Tensor.of(values, dims).cast(type);
  }

  private static double gaussian(SplittableRandom random) {
    double radius = Math.sqrt(-2 * Math.log(1 - random.nextDouble()));
    return radius * Math.cos(2 * Math.PI * random.nextDouble());
  }

  // ---- to a model

  /**
   * A model of one node.
   *
   * @param floats the element type of all float inputs
   * @param sizes what the model says of the sizes of its inputs
   */
  public Instance instance(long seed, ElementType floats, Sizes sizes) {
    SplittableRandom random = new SplittableRandom(seed);
    long[] widest = random.longs(random.nextInt(5), 1, 4).toArray();
    GraphProto.Builder graph = GraphProto.newBuilder().setName("case");
    NodeProto.Builder node =
        graph.addNodeBuilder().setName("node").setOpType(opType()).setDomain(domain());
    Attributes chosen = attributes;
    for (Choice choice : choices) {
      chosen = choice.apply(chosen, random);
    }
    node.addAllAttribute(chosen.toProtos());
    Map<String, Tensor> feeds = new LinkedHashMap<>();
    List<String> differentiated = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Source source = inputs.get(i);
      String name = source.role() == Role.ABSENT ? "" : "x" + i;
      node.addInput(name);
      Tensor tensor =
          source
              .sampler()
              .sample(random, floats, broadcasts ? narrowed(widest, random) : source.dims());
      switch (source.role()) {
        case CONSTANT -> graph.addInitializer(tensor.toProto(name));
        case FED, DIFFERENTIATED -> {
          graph.addInput(TypeProtos.write(name, type(tensor, sizes)));
          feeds.put(name, tensor);
        }
        case ABSENT -> {}
      }
      if (source.role() == Role.DIFFERENTIATED) {
        differentiated.add(name);
      }
    }
    for (int i = 0; i <= Collections.max(outputs); i++) {
      node.addOutput(outputs.contains(i) ? "y" + i : "");
    }
    outputs.forEach(i -> graph.addOutputBuilder().setName("y" + i));
    ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(10).setGraph(graph);
    model.addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset));
    model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(Node.MICROSOFT).setVersion(1));
    return new Instance(OnnxModel.of(model.build()), feeds, differentiated);
  }

  private static TensorType type(Tensor tensor, Sizes sizes) {
    return TensorType.of(
        tensor.elementType(),
        new Shape(
            IntStream.range(0, tensor.rank()).mapToObj(axis -> sizes.of(tensor, axis)).toList()));
  }

  /** Without some leading axes, and with size 1 in some others. */
  private static long[] narrowed(long[] widest, SplittableRandom random) {
    int dropped = random.nextInt(widest.length + 1);
    boolean whole = random.nextInt(3) == 0;
    return Arrays.stream(widest, whole ? 0 : dropped, widest.length)
        .map(size -> !whole && random.nextInt(3) == 0 ? 1 : size)
        .toArray();
  }

  private String domain() {
    int end = operator.indexOf("::");
    return end < 0 ? Node.ONNX : operator.substring(0, end);
  }

  private String opType() {
    int end = operator.indexOf("::");
    return end < 0 ? operator : operator.substring(end + 2);
  }

  @Override
  public String toString() {
    return "%s%s %s"
        .formatted(
            operator,
            attributes.toProtos().isEmpty() ? "" : attributes,
            broadcasts
                ? "broadcasting"
                : inputs.stream().map(source -> Arrays.toString(source.dims())).toList());
  }
}
