package org.tribuo.distill.student;

import java.util.List;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.TokenFeatures;
import org.tribuo.distill.input.TokenInputs;
import org.tribuo.distill.transformer.Transformer;

/**
 * A network that reads tokens and says logits, and what must be known to use it.
 *
 * @param transformer the network, all of its weights inside
 * @param logits the output [rows, columns] that holds the logits
 * @param labelOrder the names of the logits' columns
 * @param tokens the limits of what it reads
 * @param padId the token that fills up short rows
 */
public record StudentNetwork(
    Transformer transformer,
    String logits,
    List<String> labelOrder,
    TokenFeatures tokens,
    int padId) {
  /**
   * @throws org.tribuo.distill.graph.GraphException if the network has no such output
   */
  public StudentNetwork {
    labelOrder = List.copyOf(labelOrder);
    Student.checkLogits(transformer.graph(), logits);
  }

  /** How its inputs are fed. */
  public TokenInputs inputs() {
    return TokenInputs.of(transformer.graph().inputs()).withPadId(padId);
  }

  /** A student that is to be trained, its weights inside. */
  public static StudentNetwork of(Student student, TokenFeatures tokens, int padId) {
    OnnxModel inOneFile = student.model().inOneFile();
    return new StudentNetwork(
        inOneFile == student.model() ? student.transformer() : Transformer.of(inOneFile),
        student.logits(),
        student.labelOrder(),
        tokens,
        padId);
  }

  /**
   * The same network for texts that are no longer than this.
   *
   * @param tokens at most its positions
   */
  public StudentNetwork withMaxLength(int tokens) {
    return new StudentNetwork(
        transformer,
        logits,
        labelOrder,
        new TokenFeatures(tokens, this.tokens.vocabulary()),
        padId);
  }

  /** The network as a model. */
  public OnnxModel onnx() {
    return transformer.model();
  }

  /** The part of the network that the logits need: they are its only output. */
  public Transformer withLogitsAlone() {
    Graph graph = transformer.graph();
    if (graph.outputs().size() == 1) {
      return transformer;
    }
    graph.outputs().stream().filter(name -> !name.equals(logits)).forEach(graph::removeOutput);
    graph.removeUnused();
    return Transformer.of(graph.toModel());
  }

  /** The same network with the weights of a part of it. */
  public StudentNetwork withWeightsOf(OnnxModel part) {
    return new StudentNetwork(
        Transformer.of(onnx().withInitializers(part.initializers())),
        logits,
        labelOrder,
        tokens,
        padId);
  }
}
