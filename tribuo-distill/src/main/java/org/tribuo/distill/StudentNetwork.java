package org.tribuo.distill;

import java.util.List;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.TokenFeatures;
import org.tribuo.distill.input.TokenInputs;

/**
 * A network that reads tokens and says logits, and what must be known to use it.
 *
 * @param onnx the network, all of its weights inside
 * @param logits the output [rows, columns] that holds the logits
 * @param labelOrder the names of the logits' columns
 * @param tokens the limits of what it reads
 * @param padId the token that fills up short rows
 */
record StudentNetwork(
    OnnxModel onnx, String logits, List<String> labelOrder, TokenFeatures tokens, int padId) {
  /**
   * @throws GraphException if the network has no such output
   */
  StudentNetwork {
    labelOrder = List.copyOf(labelOrder);
    List<String> outputs = Graph.of(onnx).outputs();
    if (!outputs.contains(logits)) {
      throw new GraphException(
          "The student has no output '%s' for its logits, expected one of %s"
              .formatted(logits, outputs));
    }
  }

  /** How its inputs are fed. */
  TokenInputs inputs() {
    return TokenInputs.of(Graph.of(onnx).inputs()).withPadId(padId);
  }

  /** The same network with other weights. */
  StudentNetwork withWeightsOf(OnnxModel trained) {
    return new StudentNetwork(trained, logits, labelOrder, tokens, padId);
  }
}
