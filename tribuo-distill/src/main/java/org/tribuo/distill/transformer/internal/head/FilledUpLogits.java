package org.tribuo.distill.transformer.internal.head;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.IntPredicate;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.transformer.internal.Transformer;

/**
 * Logits of a language model with more columns than its tokenizer has tokens, as tables are filled
 * up to a size that is computed quickly: those behind the tokens are of nothing.
 */
public final class FilledUpLogits {
  private static final int RANK = 3;

  private FilledUpLogits() {}

  /**
   * How many columns the logits have where no output [rows, positions, columns] may have one for
   * each token; empty where one may, or none is filled up.
   *
   * @param wanted the output that holds the logits; empty for any
   * @param tokens how many there are
   * @param isFilledUp whether so many columns may be those of the tokens and of nothing
   * @throws GraphException if outputs with different numbers of columns may be filled up
   */
  public static OptionalInt columns(
      Graph graph, Optional<String> wanted, int tokens, IntPredicate isFilledUp) {
    Map<String, Dimension> last = new LinkedHashMap<>();
    graph.outputs().stream()
        .filter(output -> wanted.map(output::equals).orElse(true))
        .forEach(output -> columns(graph, output).ifPresent(many -> last.put(output, many)));
    if (!last.values().stream()
        .allMatch(columns -> columns instanceof Dimension.Fixed && !columns.is(tokens))) {
      return OptionalInt.empty();
    }
    Map<String, Integer> filledUp = new LinkedHashMap<>();
    last.forEach(
        (output, columns) -> {
          int many = Math.toIntExact(((Dimension.Fixed) columns).size());
          if (isFilledUp.test(many)) {
            filledUp.put(output, many);
          }
        });
    if (filledUp.values().stream().distinct().count() > 1) {
      throw new GraphException(
          "Several outputs may hold the logits of %d tokens and columns behind them, which have these numbers of columns: %s; name the output that holds the logits"
              .formatted(tokens, filledUp));
    }
    return filledUp.values().stream().mapToInt(Integer::intValue).findFirst();
  }

  private static Optional<Dimension> columns(Graph graph, String output) {
    return graph
        .type(output)
        .flatMap(TensorType::shape)
        .filter(shape -> shape.rank() == RANK)
        .map(shape -> shape.dimension(RANK - 1));
  }

  /**
   * A model that outputs the logits of the tokens alone, under the same name.
   *
   * @param logits the output that holds them
   * @param tokens how many there are
   */
  public static Transformer cut(Transformer model, String logits, int tokens) {
    Graph graph = model.graph().copy();
    List<String> outputs = List.copyOf(graph.outputs());
    outputs.forEach(graph::removeOutput);
    String whole = graph.freshName(logits + "_filled_up");
    graph.rename(logits, whole);
    TensorType type = graph.value(whole).type();
    graph.add(
        Node.ONNX,
        "Slice",
        Attributes.NONE,
        List.of(
            whole,
            constant(graph, logits + "_from", 0),
            constant(graph, logits + "_to", tokens),
            constant(graph, logits + "_axis", RANK - 1)),
        Map.of(
            logits,
            new TensorType(
                type.elementType(),
                type.shape().map(shape -> shape.with(RANK - 1, Dimension.of(tokens))))));
    outputs.forEach(graph::addOutput);
    return Transformer.of(graph.toModel());
  }

  /**
   * A model that outputs all columns again, where {@link #cut} left some of them out.
   *
   * @param all how many columns there are with those of nothing
   * @param least how many have to be left by the cut for it to be undone
   */
  public static Transformer whole(Transformer model, long all, long least) {
    Graph graph = model.graph();
    boolean isCut = false;
    for (String output : graph.outputs()) {
      Optional<Node> cut =
          graph.producer(output).filter(node -> isCut(model, graph, node, all, least));
      if (cut.isPresent()) {
        String whole = cut.get().input(0);
        TensorType type = type(model, graph, whole).orElseThrow();
        graph.substitute(cut.get(), List.of(new Value(whole, type)));
        graph.setType(output, type);
        isCut = true;
      }
    }
    return isCut ? Transformer.of(graph.toModel()) : model;
  }

  private static boolean isCut(Transformer model, Graph graph, Node node, long all, long least) {
    return node.is("Slice")
        && node.inputs().size() == 4
        && type(model, graph, node.input(0))
            .flatMap(TensorType::shape)
            .filter(shape -> shape.rank() == RANK && shape.dimension(RANK - 1).is(all))
            .isPresent()
        && number(graph, node.input(1)).equals(OptionalLong.of(0))
        && number(graph, node.input(2)).orElse(0) >= least
        && number(graph, node.input(3)).equals(OptionalLong.of(RANK - 1));
  }

  /** As the file states it, or as it is found. */
  private static Optional<TensorType> type(Transformer model, Graph graph, String value) {
    return graph.type(value).or(() -> model.normalized().type(value));
  }

  private static OptionalLong number(Graph graph, String name) {
    return graph
        .constant(name)
        .map(Tensor::toLongs)
        .filter(numbers -> numbers.length == 1)
        .map(numbers -> OptionalLong.of(numbers[0]))
        .orElse(OptionalLong.empty());
  }

  private static String constant(Graph graph, String name, long value) {
    return graph.setInitializer(graph.freshName(name), Tensor.vector(value)).name();
  }
}
