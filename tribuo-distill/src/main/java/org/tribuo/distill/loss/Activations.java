package org.tribuo.distill.loss;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.LayerMap.LayerPair;
import org.tribuo.distill.loss.internal.ComparedLayers;
import org.tribuo.distill.loss.internal.Parts;
import org.tribuo.distill.loss.internal.Projections;
import org.tribuo.distill.loss.internal.TargetInputs;
import org.tribuo.distill.transformer.Activation;
import org.tribuo.distill.transformer.Activation.Kind;
import org.tribuo.distill.transformer.Activation.Site;
import org.tribuo.distill.transformer.ActivationValue;
import org.tribuo.distill.transformer.internal.TransformerActivations;

/**
 * The activations of a batch as a loss sees them: those of the student, which are computed in its
 * graph, and those of the teacher, which become inputs of it. What no loss asks for need not be
 * fed. They are those of one stack of layers, or of a decoder's attention to the source, as the
 * term of the loss states.
 *
 * <p>Padding is there, too: a loss leaves out what {@link #tokens} does not count.
 */
public final class Activations {
  private final Ops op;
  private final TargetInputs inputs;
  private final ComparedLayers compared;
  private final Projections projections;
  private final String term;
  private final Parts parts;
  private final Axes queries;
  private final Axes keys;

  /**
   * Those of some layers.
   *
   * @param compared which layers of student and teacher
   * @param term what the names of projections have in them
   */
  public Activations(
      Ops op,
      TargetInputs inputs,
      ComparedLayers compared,
      Projections projections,
      String term,
      Parts parts) {
    this.op = op;
    this.inputs = inputs;
    this.compared = compared;
    this.projections = projections;
    this.term = term;
    this.parts = parts;
    this.queries = axes(compared.site().ofQueries());
    this.keys = axes(compared.site().ofKeys());
  }

  /** The leading axes of a stack's hidden states. */
  private record Axes(Site stack, Dimension batch, Dimension positions) {}

  private Axes axes(Site stack) {
    Value last = op.graph().value(student().get(last(stack)).value());
    String whose = stack == Site.LAYERS ? "student" : stack.words();
    return new Axes(stack, named(last, 0, "student_batch"), named(last, 1, whose + "_positions"));
  }

  private Activation last(Site stack) {
    return new Activation(stack, Kind.HIDDEN_STATE, student().layers(stack));
  }

  private static Dimension named(Value state, int axis, String otherwise) {
    Dimension dimension =
        state.shape().map(shape -> shape.dimension(axis)).orElse(Dimension.unknown());
    return dimension.provablyEquals(dimension) ? dimension : Dimension.of(otherwise);
  }

  private TransformerActivations student() {
    return compared.student();
  }

  private TransformerActivations teacher() {
    return compared.teacher();
  }

  private Activation at(Kind kind, int layer) {
    return new Activation(compared.site(), kind, layer);
  }

  /**
   * The pairs of layers that a map names.
   *
   * @throws GraphException if one of them does not exist
   */
  public List<LayerPair> pairs(LayerMap map) {
    return map.pairs(student().layers(compared.site()), teacher().layers(compared.site()));
  }

  /**
   * A loss of each pair of layers that a map names, added up.
   *
   * @throws GraphException if one of the layers does not exist
   */
  public Value sumOverPairs(LayerMap map, Function<LayerPair, Value> loss) {
    return pairs(map).stream().map(loss).reduce(op::add).orElseThrow();
  }

  /**
   * The student's activation of a layer: [batch, positions, width] or [batch, heads, queries,
   * keys].
   *
   * @throws GraphException if it was not found
   */
  public Value student(Kind kind, int layer) {
    Activation activation = at(kind, layer);
    TensorType type = type(student(), activation);
    Value value = op.cast(student().write(op, activation), inputs.floatType());
    return new Value(value.name(), type);
  }

  /**
   * The teacher's activation of a layer, of the student's sizes but for the width or the heads.
   *
   * @throws GraphException if it was not found
   */
  public Value teacher(Kind kind, int layer) {
    Activation activation = at(kind, layer);
    return inputs.input(activation, type(teacher(), activation));
  }

  private TensorType type(TransformerActivations whose, Activation activation) {
    ActivationValue at = whose.get(activation);
    Axes axes = axes(activation.kind());
    Shape shape =
        activation.kind().isAttention()
            ? Shape.of(axes.batch(), Dimension.of(at.heads()), axes.positions(), keys.positions())
            : Shape.of(axes.batch(), axes.positions(), Dimension.of(at.width()));
    return TensorType.of(floatType(), shape);
  }

  private Axes axes(Kind kind) {
    return kind == Kind.KEYS || kind == Kind.VALUES ? keys : queries;
  }

  private ElementType floatType() {
    return inputs.floatType();
  }

  /**
   * A student's hidden states in the teacher's width, by a matrix that is trained with the student
   * and dropped afterwards; as they are where the widths are equal.
   *
   * @param states [batch, positions, width] of the student
   * @param like [batch, positions, width] of the teacher
   * @param pair the layers, which name the matrix
   */
  public Value projected(Value states, Value like, LayerPair pair) {
    long from = width(states);
    long to = width(like);
    return from == to
        ? states
        : op.matmul(
            states,
            projections.add(
                "projection_%s_%s_%s".formatted(term, pair.student(), pair.teacher()), from, to));
  }

  /** The size of the last axis of an activation. */
  public static long width(Value activation) {
    return ((Dimension.Fixed) activation.shape().orElseThrow().dimension(-1)).size();
  }

  /**
   * Keeps a part of a loss, which is reported on its own.
   *
   * @param name reported after that of the term: {@code TERM.NAME}
   * @param value a scalar
   * @return the same value
   */
  public Value part(String name, Value value) {
    return parts.of(name).report(value);
  }

  // ---- tokens and examples

  /**
   * 1 for a token, 0 for padding, of the positions of hidden states and queries: [batch,
   * positions]. Without a mask all positions are tokens, but for a decoder: then those are, whose
   * next token is to be predicted, if the data say which.
   */
  public Value tokens() {
    return tokens(queries);
  }

  /** As {@link #tokens()}, of the positions that a kind of activation has. */
  public Value tokens(Kind kind) {
    return tokens(kind.isAttention() ? queries : axes(kind));
  }

  private Value tokens(Axes axes) {
    TensorType type = TensorType.of(floatType(), Shape.of(axes.batch(), axes.positions()));
    Optional<Value> marked =
        student()
            .mask(axes.stack())
            .map(op.graph()::value)
            .or(() -> axes.stack() == Site.DECODER ? compared.predicted() : Optional.empty());
    if (marked.isPresent()) {
      return new Value(op.cast(marked.get(), floatType()).name(), type);
    }
    Value state = student().write(op, student().firstState(axes.stack()));
    Value sizes = op.concat(0, List.of(op.sizeOf(state, 0), op.sizeOf(state, 1)));
    Value one = op.cast(op.scalar(1, state), floatType());
    return new Value(op.expand(one, sizes).name(), type);
  }

  /** The mean of [batch, positions] over the tokens of the batch; 0 if there is none. */
  public Value meanOverTokens(Value perToken) {
    Value tokens = tokens();
    return op.div(op.reduceSum(op.mul(tokens, perToken)), op.max(op.reduceSum(tokens), 1));
  }

  /**
   * The mean of [batch, positions] over the tokens of each example: [batch].
   *
   * @param kind whose positions these are
   */
  public Value meanOfEachExample(Kind kind, Value perToken) {
    Value tokens = tokens(kind);
    return op.div(op.reduceSum(op.mul(tokens, perToken), 1), op.max(op.reduceSum(tokens, 1), 1));
  }

  /** One vector per example, [batch, positions, width] to [batch, width]. */
  public Value pooled(Value states, ExampleVector vector) {
    if (vector == ExampleVector.FIRST_TOKEN) {
      return op.squeeze(op.slice(states, 1, 0, 1), 1);
    }
    Value tokens = tokens();
    Value sum = op.reduceSum(op.mul(states, op.unsqueeze(tokens, 2)), 1);
    return op.div(sum, op.unsqueeze(op.max(op.reduceSum(tokens, 1), 1), 1));
  }

  /** How losses that compare examples make one vector an example out of hidden states. */
  public enum ExampleVector {
    /** The hidden state of the first token. */
    FIRST_TOKEN,

    /** The mean over the tokens. */
    MEAN
  }
}
