package org.tribuo.distill.graph.internal.pass;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * Finds the logits of a classifier that ends in probabilities: what its last Softmax, LogSoftmax or
 * Sigmoid reads, also where these are written out with other operators, and where the result is
 * only seen in another shape, type or quantisation. It goes by what operators compute, never by
 * names.
 *
 * <p>The log-probabilities of a LogSoftmax are logits too, up to a number for each row; what it
 * reads is taken all the same, so that a loss that compares logits sees what the head has computed.
 */
public final class LogitsBelow {
  private final Graph graph;

  private LogitsBelow(Graph graph) {
    this.graph = graph;
  }

  /**
   * The output that holds the logits. If the requested one holds probabilities, the logits become a
   * further output of the graph, in the shape of the probabilities.
   *
   * @param graph is changed only then, or if functions of the model had to be written out
   * @param output one of its outputs
   * @return the output itself, or that of the logits
   * @throws GraphException if the output is a list of maps, as ZipMap makes them
   */
  public static String of(Graph graph, String output) {
    if (graph.producer(output).filter(graph::isCall).isPresent()) {
      new InlineFunctions().apply(graph);
    }
    return new LogitsBelow(graph).of(output);
  }

  private String of(String output) {
    List<Node> views = new ArrayList<>();
    String value = output;
    while (true) {
      Optional<Node> maker = graph.producer(value);
      if (maker.isEmpty()) {
        return output;
      }
      Node node = maker.get();
      if (node.opType().equals("ZipMap")) {
        throw new GraphException(
            "The output '%s' is a map for each row, which %s makes; export the model without ZipMap (zipmap=False), or name another output"
                .formatted(output, node));
      }
      Optional<String> logits = logits(node);
      if (logits.isPresent()) {
        return shown(logits.get(), views, output);
      }
      if (!isView(node) && !StandardOperators.has(node, Operator.Trait.CONVERTS_QUANTIZED)) {
        return output;
      }
      if (isView(node)) {
        views.add(0, node);
      }
      value = node.input(0);
    }
  }

  /** The logits as the probabilities were shown, as an output. */
  private String shown(String logits, List<Node> views, String output) {
    TensorType type = graph.type(output).orElse(TensorType.ofUnknownRank(ElementType.FLOAT));
    String shown = logits;
    for (Node view : views) {
      List<String> inputs = new ArrayList<>(view.inputs());
      inputs.set(0, shown);
      shown = graph.freshName("logits");
      graph.add(
          view.domain(),
          view.opType(),
          view.attributes(),
          inputs,
          Map.of(shown, graph.type(view.output()).orElse(type)));
    }
    if (graph.type(shown).isEmpty()) {
      graph.setType(shown, type);
    }
    graph.addOutput(shown);
    return shown;
  }

  /** What a node reads, if it makes probabilities or their logarithms of it. */
  private Optional<String> logits(Node node) {
    if (!node.domain().equals(Node.ONNX)) {
      return Optional.empty();
    }
    return switch (node.opType()) {
      case "Softmax", "LogSoftmax" ->
          node.attributes().get("axis", -1L) == 0 ? Optional.empty() : Optional.of(node.input(0));
      case "Sigmoid" -> Optional.of(node.input(0));
      case "Exp" -> made(node.input(0), "LogSoftmax").flatMap(this::logits);
      case "Log" -> graph.producer(node.input(0)).flatMap(this::logits);
      case "Div" ->
          isOne(node.input(0)) ? sigmoid(node.input(1)) : softmax(node.input(0), node.input(1));
      case "Reciprocal" -> sigmoid(node.input(0));
      default -> Optional.empty();
    };
  }

  /** x of exp(x) / Σ exp(x), or of exp(x - max x) / Σ exp(x - max x). */
  private Optional<String> softmax(String powers, String sum) {
    Optional<String> exponent =
        made(sum, "ReduceSum")
            .filter(reduce -> reduce.input(0).equals(powers))
            .flatMap(reduce -> made(powers, "Exp"))
            .map(exp -> exp.input(0));
    return exponent.map(
        x ->
            made(x, "Sub")
                .filter(
                    sub ->
                        made(sub.input(1), "ReduceMax")
                            .filter(max -> max.input(0).equals(sub.input(0)))
                            .isPresent())
                .map(sub -> sub.input(0))
                .orElse(x));
  }

  /** x of 1 + exp(-x). */
  private Optional<String> sigmoid(String denominator) {
    return made(denominator, "Add")
        .flatMap(
            add ->
                isOne(add.input(0))
                    ? Optional.of(add.input(1))
                    : Optional.of(add.input(0)).filter(power -> isOne(add.input(1))))
        .flatMap(power -> made(power, "Exp"))
        .flatMap(exp -> made(exp.input(0), "Neg"))
        .map(neg -> neg.input(0));
  }

  private Optional<Node> made(String value, String opType) {
    return graph.producer(value).filter(node -> node.is(opType));
  }

  private boolean isOne(String value) {
    return graph
        .constant(value)
        .filter(tensor -> tensor.elementType().isFloat() && tensor.elements() == 1)
        .map(Tensor::toFloats)
        .filter(numbers -> numbers[0] == 1)
        .isPresent();
  }

  /** Whether a node shows the same numbers otherwise, outside training. */
  private static boolean isView(Node node) {
    return StandardOperators.has(node, Operator.Trait.VIEW) || node.is("Dropout");
  }
}
