package org.tribuo.distill.student.internal;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.pass.LastStep;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.ExportPrecision;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.head.EmbeddingHead;
import org.tribuo.distill.transformer.internal.head.TextPairHead;

/**
 * A network that outputs logits, and what must be known to use it.
 *
 * @param transformer the network, all of its weights inside
 * @param logits the output that holds the logits, or where each column has one, all in their order
 * @param head what they have for one example
 * @param reader how it reads examples
 */
public record StudentNetwork(
    Transformer transformer, List<String> logits, Head head, InputReader<?> reader) {
  /**
   * @throws GraphException if the network has no such output
   */
  public StudentNetwork {
    logits = List.copyOf(logits);
    Student.checkLogits(transformer.graph(), logits);
  }

  /** The name of the output that holds the logits, or all of them, with commas. */
  public String output() {
    return String.join(Head.BETWEEN_OUTPUTS, logits);
  }

  /** The names of the logits' columns. */
  public LabelOrder labelOrder() {
    return head.columns();
  }

  /** Its inputs, by name. */
  public Map<String, TensorType> inputs() {
    return transformer.graph().inputs();
  }

  /** A student that is to be trained, its weights inside. */
  public static StudentNetwork of(Student student, InputReader<?> reader) {
    OnnxModel inOneFile = student.model().inOneFile();
    return new StudentNetwork(
        inOneFile == student.model() ? student.transformer() : Transformer.of(inOneFile),
        student.logits(),
        student.head(),
        reader);
  }

  /** The same network with another reader. */
  public StudentNetwork withReader(InputReader<?> other) {
    return new StudentNetwork(transformer, logits, head, other);
  }

  /** The same network, whose prediction has the logits of all positions. */
  StudentNetwork ofAllSteps() {
    return new StudentNetwork(transformer, logits, head.ofAllSteps(), reader);
  }

  /**
   * A network that outputs the logits of the last step alone, and computes no more than these need;
   * for batches of examples of which each has as many steps, none of them padding.
   *
   * @throws GraphException if the logits are not [rows, steps, columns]
   */
  public StudentNetwork ofLastStep() {
    return ofLastStep(Set.of());
  }

  /**
   * As above, with some other outputs.
   *
   * @param others that stay
   */
  public StudentNetwork ofLastStep(Set<String> others) {
    Graph graph = transformer.graph();
    List<String> kept =
        graph.outputs().stream()
            .filter(output -> logits.contains(output) || others.contains(output))
            .toList();
    List.copyOf(graph.outputs()).stream()
        .filter(output -> !kept.contains(output))
        .forEach(graph::removeOutput);
    graph.removeUnused();
    String last = LastStep.select(graph, output());
    return new StudentNetwork(
        Transformer.of(graph.toModel()), List.of(last), Head.ofExamples(head.columns()), reader);
  }

  /**
   * The network as other programs use it: of an encoder of pairs of texts the encoder, which
   * outputs a vector for each text; of others itself.
   */
  public StudentNetwork forExport() {
    if (!TextPairHead.isIn(transformer.graph())) {
      return this;
    }
    Transformer encoder = TextPairHead.encoder(transformer);
    int width = Math.toIntExact(EmbeddingHead.width(encoder, Pooling.OWN));
    Head vectors = Head.ofExamples(LabelOrder.numbered(width));
    return new StudentNetwork(encoder, List.of(EmbeddingHead.TEXTS), vectors, reader);
  }

  /** The network as a model. */
  public OnnxModel onnx() {
    return transformer.model();
  }

  /**
   * The network as a model with weights of a precision. Of integers, a matrix that is held twice,
   * as a table of embeddings and as the product of logits, is held once.
   *
   * @throws GraphException if they are to be integers, and are already, or are in no product
   */
  public OnnxModel onnx(ExportPrecision precision) {
    return ExportedWeights.of(transformer, precision);
  }

  /** The part of the network that the logits need: it has no other outputs. */
  public Transformer withLogitsAlone() {
    Graph graph = transformer.graph();
    if (graph.outputs().equals(logits)) {
      return transformer;
    }
    List.copyOf(graph.outputs()).forEach(graph::removeOutput);
    logits.forEach(graph::addOutput);
    graph.removeUnused();
    return Transformer.of(graph.toModel());
  }

  /** The same network with the weights of a part of it. */
  public StudentNetwork withWeightsOf(OnnxModel part) {
    return new StudentNetwork(
        Transformer.of(onnx().withInitializers(part.initializers())), logits, head, reader);
  }
}
