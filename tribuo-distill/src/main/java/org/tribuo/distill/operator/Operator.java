package org.tribuo.distill.operator;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Value;

/**
 * One operator and all that is known of it. Immutable: each method that states something returns
 * another entry.
 *
 * <pre>{@code
 * operator("Tanh").elementwise().gradient((op, n, dy) -> grads(op.mul(dy, op.oneMinus(op.square(n.y())))))
 * operator("Softmax").along("axis", -1).gradient(...)
 * operator("Floor").elementwise().flat()
 * }</pre>
 *
 * <p>What is not stated is not known: an operator without a derivative is an error as soon as a
 * gradient has to pass it, and the shapes of one without a shape function are those that ONNX
 * Runtime infers.
 */
public final class Operator {
  private final String name;
  private EnumSet<Trait> traits = EnumSet.noneOf(Trait.class);
  private ShapeFunction shapes = node -> List.of();
  private ContentFunction contents = node -> Optional.empty();
  private AxisOrigins origins = (node, axis) -> Optional.empty();
  private Set<Integer> statistics = Set.of();
  private @Nullable Derivative derivative;
  private @Nullable Lift lift;
  private @Nullable Decomposition decomposition;
  private @Nullable String remedy;
  private @Nullable Long defaultAxis;

  private Operator(String name) {
    this.name = name;
  }

  /**
   * An operator of which nothing is known yet.
   *
   * @param name with its domain where it is not ONNX's own ({@code com.microsoft::Gelu})
   */
  public static Operator operator(String name) {
    return new Operator(name);
  }

  /** Several operators of which the same is known. */
  public static List<Operator> each(UnaryOperator<Operator> statement, String... names) {
    return Arrays.stream(names).map(Operator::operator).map(statement).toList();
  }

  private Operator copy() {
    Operator copy = new Operator(name);
    copy.traits = EnumSet.copyOf(traits);
    copy.shapes = shapes;
    copy.contents = contents;
    copy.origins = origins;
    copy.statistics = statistics;
    copy.derivative = derivative;
    copy.lift = lift;
    copy.decomposition = decomposition;
    copy.remedy = remedy;
    copy.defaultAxis = defaultAxis;
    return copy;
  }

  // ---- statements

  public Operator with(Trait... stated) {
    Operator copy = copy();
    copy.traits.addAll(List.of(stated));
    return copy;
  }

  /**
   * Each element of the output is computed from one element of the first input; further inputs are
   * parameters, whose shapes broadcast to that of the output.
   */
  public Operator elementwise() {
    return sameShape().origins(AxisOrigins::broadcast);
  }

  /**
   * Each element of the output is computed from one element of each input, whose shapes broadcast
   * to that of the output. A gradient rule that is stated behind it returns gradients in the shape
   * of the output.
   */
  public Operator broadcasting() {
    return with(Trait.BROADCASTS)
        .shape(node -> node.xs().map(all -> all.stream().reduce(Shape.SCALAR, Shape::broadcast)))
        .origins(AxisOrigins::broadcast);
  }

  /**
   * Each element of the output is computed from the elements of the first input along one axis.
   *
   * @param attribute that names the axis
   * @param otherwise the axis where the attribute is absent
   */
  public Operator along(String attribute, long otherwise) {
    Operator copy =
        sameShape()
            .origins(
                (node, axis) ->
                    axis == Math.floorMod(node.attribute(attribute, otherwise), node.y().rank())
                        ? Optional.empty()
                        : AxisOrigins.first(axis));
    copy.defaultAxis = otherwise;
    return copy;
  }

  /**
   * Normalises its first input over the axes from the one that the attribute {@code axis} names
   * (the last unless stated) to the last; further inputs scale and shift.
   */
  public Operator normalizing() {
    Operator copy =
        sameShape()
            .with(Trait.NORMALIZES, Trait.WITHIN_NORMALIZATION)
            .origins(Operator::normalizedOrigins);
    copy.defaultAxis = -1L;
    return copy;
  }

  /** The first output has the shape of the first input. */
  public Operator sameShape() {
    return shape(SizedNode::x);
  }

  /** The shape of the first output. */
  public Operator shape(Function<SizedNode, Optional<Shape>> ofFirst) {
    return shapes(node -> List.of(ofFirst.apply(node)));
  }

  /** The shapes of all outputs. */
  public Operator shapes(ShapeFunction stated) {
    Operator copy = copy();
    copy.shapes = stated;
    return copy;
  }

  /** The numbers in the first output, where that is a small tensor of integers. */
  public Operator contents(ContentFunction stated) {
    Operator copy = copy();
    copy.contents = stated;
    return copy;
  }

  /** From which axes of its inputs the positions along an axis of the output come. */
  public Operator origins(AxisOrigins stated) {
    Operator copy = copy();
    copy.origins = stated;
    return copy;
  }

  /** Inputs that hold what was measured in training, and is not learned. */
  public Operator statistics(Integer... inputs) {
    Operator copy = copy();
    copy.statistics = Set.of(inputs);
    return copy;
  }

  /**
   * Gradients in the shapes of the inputs; in the shape of the output if the operator was stated to
   * be {@link #broadcasting}.
   */
  public Operator gradient(GradientRule rule) {
    return gradient(
        traits.contains(Trait.BROADCASTS)
            ? Derivative.Shapes.OF_OUTPUT
            : Derivative.Shapes.OF_INPUTS,
        rule);
  }

  public Operator gradient(Derivative.Shapes shapesOfGradients, GradientRule rule) {
    return derivative(new Derivative.Rule(shapesOfGradients, rule, false));
  }

  /**
   * Of an operator that rounds floats to integers: passes a gradient on as if it did not round.
   * Each gradient may have more or larger axes than its input.
   */
  public Operator gradientThroughRounding(GradientRule rule) {
    return derivative(new Derivative.Rule(Derivative.Shapes.BROADCAST, rule, true));
  }

  /** The derivative is zero wherever it exists. */
  public Operator flat() {
    return derivative(new Derivative.Flat());
  }

  private Operator derivative(Derivative stated) {
    Operator copy = copy();
    copy.derivative = stated;
    return copy;
  }

  /**
   * There is no gradient.
   *
   * @param stated what to do where one is needed, as the end of a sentence
   */
  public Operator withoutGradient(String stated) {
    Operator copy = copy();
    copy.remedy = stated;
    return copy;
  }

  /** How a node of an opset before {@code version} is rewritten. */
  public Operator lift(long version, Lift.Change change) {
    Operator copy = copy();
    copy.lift = new Lift(version, change);
    return copy;
  }

  /** How the operator is written with others, which have gradients. */
  public Operator decomposition(Decomposition stated) {
    Operator copy = copy();
    copy.decomposition = stated;
    return copy;
  }

  /**
   * This entry with the derivative of another.
   *
   * @throws IllegalArgumentException if it has a derivative, or the other has none
   */
  public Operator withDerivativeOf(Operator other) {
    if (derivative != null || other.derivative == null) {
      throw new IllegalArgumentException("Operator '%s' is in the table already".formatted(name));
    }
    return derivative(other.derivative);
  }

  // ---- questions

  /** The operator, with its domain where it is not ONNX's own. */
  public String name() {
    return name;
  }

  public boolean has(Trait trait) {
    return traits.contains(trait);
  }

  public boolean isFlat() {
    return derivative instanceof Derivative.Flat;
  }

  /** Whether an input holds what was measured in training, and is not learned. */
  public boolean isStatistic(int input) {
    return statistics.contains(input);
  }

  /** The axis that is meant where the attribute {@code axis} is absent, if that is stated. */
  public OptionalLong defaultAxis() {
    return defaultAxis == null ? OptionalLong.empty() : OptionalLong.of(defaultAxis);
  }

  /** The shape of each output, in their order, as {@link ShapeFunction}. */
  public List<Optional<Shape>> shapes(SizedNode node) {
    return shapes.shapes(node);
  }

  /** The numbers in the first output, as {@link ContentFunction}. */
  public Optional<List<Dimension>> contents(SizedNode node) {
    return contents.contents(node);
  }

  /** Where the positions along an axis come from, as {@link AxisOrigins}. */
  public Optional<List<OptionalInt>> origins(Operation node, int axis) {
    return origins.of(node, axis);
  }

  public Optional<Derivative> derivative() {
    return Optional.ofNullable(derivative);
  }

  public Optional<Lift> lift() {
    return Optional.ofNullable(lift);
  }

  public Optional<Decomposition> decomposition() {
    return Optional.ofNullable(decomposition);
  }

  /** What to do where a gradient is needed and there is none. */
  public Optional<String> remedy() {
    return Optional.ofNullable(remedy);
  }

  @Override
  public String toString() {
    return name;
  }

  private static Optional<List<OptionalInt>> normalizedOrigins(Operation n, int axis) {
    int from = Math.floorMod(n.attribute("axis", -1L), n.y().rank());
    boolean sameEverywhere =
        IntStream.range(1, n.xs().size())
            .filter(n::hasX)
            .allMatch(i -> n.x(i).shape().filter(s -> s.rank() <= n.y().rank() - from).isPresent());
    return axis < from && sameEverywhere ? AxisOrigins.first(axis) : Optional.empty();
  }

  /**
   * Where the positions along an axis of an operator's output come from, if it computes them apart
   * from each other: position p of that axis depends on position p of certain axes of its inputs,
   * and on no other position of those.
   */
  @FunctionalInterface
  public interface AxisOrigins {
    /**
     * @param node whose inputs and first output have types, the output a shape
     * @param axis of the first output, from 0
     * @return for the first inputs the axis that the positions come from, none for an input that is
     *     read whole for every position, as those are that follow the list; empty if positions may
     *     not be apart
     */
    Optional<List<OptionalInt>> of(Operation node, int axis);

    /** Positions of one axis of the first input. */
    static Optional<List<OptionalInt>> first(int axis) {
      return Optional.of(List.of(OptionalInt.of(axis)));
    }

    /** Operands that broadcast to the output: they have the axis, or repeat along it. */
    static Optional<List<OptionalInt>> broadcast(Operation n, int axis) {
      List<Optional<OptionalInt>> origins =
          IntStream.range(0, n.xs().size()).mapToObj(i -> ofOperand(n, i, axis)).toList();
      return origins.stream().allMatch(Optional::isPresent)
          ? Optional.of(origins.stream().map(Optional::orElseThrow).toList())
          : Optional.empty();
    }

    /**
     * The axis of one operand that broadcasts to the output: none where it repeats or is absent;
     * empty if that is not known.
     */
    static Optional<OptionalInt> ofOperand(Operation n, int input, int axis) {
      if (!n.hasX(input)) {
        return Optional.of(OptionalInt.empty());
      }
      Optional<Shape> shape = n.x(input).shape();
      if (shape.isEmpty()) {
        return Optional.empty();
      }
      int own = axis - (n.y().rank() - shape.get().rank());
      if (own < 0 || shape.get().dimension(own).is(1)) {
        return Optional.of(OptionalInt.empty());
      }
      return shape.get().dimension(own).provablyEquals(n.y().shape().orElseThrow().dimension(axis))
          ? Optional.of(OptionalInt.of(own))
          : Optional.empty();
    }
  }

  /** The numbers in an operator's output, where that is a small tensor of integers. */
  @FunctionalInterface
  public interface ContentFunction {
    /** The maximum number of elements of a tensor whose numbers are kept. */
    int LONGEST = 64;

    /**
     * @return the numbers in a vector, one for a scalar; a number that is not known is unknown
     */
    Optional<List<Dimension>> contents(SizedNode node);
  }

  /** How a fused operator is written with standard ones. */
  @FunctionalInterface
  public interface Decomposition {
    /**
     * Writes the operations into the graph.
     *
     * @return one value for each output of the node, {@link Value#ABSENT} where it cannot be given
     */
    List<Value> apply(Ops op, Operation n);
  }

  /** What is known of an operator's derivative. */
  public sealed interface Derivative {
    /** What shape the gradients have that a rule returns. */
    enum Shapes {
      /** Each gradient has the shape of its input. */
      OF_INPUTS,
      /** Each gradient has the shape of the output; the walk sums it to that of its input. */
      OF_OUTPUT,
      /** A gradient may have more or larger axes than its input; the walk sums them. */
      BROADCAST
    }

    /**
     * A gradient for each input.
     *
     * @param quantizes whether the integers of the output stand for floats, whose gradient the rule
     *     is given
     */
    record Rule(Shapes shapes, GradientRule gradient, boolean quantizes) implements Derivative {}

    /** The derivative is zero wherever it exists. */
    record Flat() implements Derivative {}
  }

  /**
   * How a node of an older version of an operator is written in the version of {@link Ops#OPSET}.
   *
   * @param version the opset in which attributes became inputs, or a default or a meaning changed
   * @param change is applied to nodes of older opsets
   */
  public record Lift(long version, Change change) {
    /** Rewrites a node. */
    @FunctionalInterface
    public interface Change {
      void apply(Ops op, Node node);
    }
  }

  /** The shapes of an operator's outputs. */
  @FunctionalInterface
  public interface ShapeFunction {
    /**
     * @return the shape of each output, in their order; empty where it is not known, as it is of
     *     those that follow the list
     * @throws IndexOutOfBoundsException if attributes do not fit the inputs; ArithmeticException
     *     and NegativeArraySizeException are understood too
     */
    List<Optional<Shape>> shapes(SizedNode node);
  }

  /** A yes or no that is known of an operator, and that searches and passes ask for. */
  public enum Trait {
    /**
     * Each element of the output is computed from one element of each input, whose shapes broadcast
     * to that of the output.
     */
    BROADCASTS,

    /** The order of its inputs has no influence. */
    COMMUTATIVE,

    /** It keeps the elements and their order, and gives them another shape, type or name. */
    VIEW,

    /** Each element of its output is an element of its first input, each of which is there once. */
    REARRANGES,

    /** It reads the sizes of its input, not its elements. */
    READS_SIZES,

    /** It looks up rows of a table by their numbers: the table is input 0, the numbers input 1. */
    LOOKS_UP,

    /** It multiplies the matrices in its first two inputs. */
    MATRIX_PRODUCT,

    /** It weighs some positions by their scores against others. */
    ATTENDS,

    /** It normalises its first input; further ones scale and shift it. */
    NORMALIZES,

    /** It normalises the sum of a residual connection, its first two inputs. */
    NORMALIZES_RESIDUAL,

    /** It sums up its first input along some axes. */
    REDUCES,

    /** Normalisations are written out with it. */
    WITHIN_NORMALIZATION,

    /**
     * It is periodic, as the functions are that encode positions: no weight is learned through
     * them.
     */
    PERIODIC,

    /** It pools the elements under a window that slides over an image. */
    POOLS_WINDOWS,

    /** It converts between floats and the integers that stand for them. */
    CONVERTS_QUANTIZED,

    /** It computes with integers that stand for floats, or converts between both. */
    QUANTIZED
  }

  /**
   * The derivative of one operator, as operations on values: given the gradient {@code dy} of the
   * loss with respect to the operator's (first) output, the gradients with respect to its inputs.
   */
  @FunctionalInterface
  public interface GradientRule {
    /**
     * In the place of a gradient: this input gets none. That is an error where the input depends on
     * a weight; a gradient that is zero is a value of zeros.
     */
    Value NONE = Value.ABSENT;

    /**
     * Writes the gradients into the graph.
     *
     * @param op writes operations
     * @param n the operator's node: its inputs, outputs and attributes
     * @param dy the gradient of the first output, of its shape
     * @return one value for each input, {@link #NONE} where there is no gradient or none is needed
     *     ({@link ForwardNode#wants}); inputs past the end of the list get none
     */
    List<Value> gradients(Ops op, ForwardNode n, Value dy);

    /** The gradients of the inputs, in their order. */
    static List<Value> grads(Value... dx) {
      return List.of(dx);
    }
  }
}
