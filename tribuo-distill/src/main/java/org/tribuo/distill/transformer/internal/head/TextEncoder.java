package org.tribuo.distill.transformer.internal.head;

import java.util.Optional;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.Transformer;

/**
 * An encoder and how its vectors of texts are made.
 *
 * @param encoder as its file has it
 * @param head what pools it
 */
public record TextEncoder(Transformer encoder, EmbeddingHead head) {
  /**
   * An encoder whose pooling is stated, or which pools by itself.
   *
   * @param pooling empty for that of the file, which then has an output {@code sentence_embedding}
   * @param length empty for that of the file if it pools itself, else for unit length
   * @throws IllegalArgumentException if neither the caller nor the file states the pooling
   */
  public static TextEncoder of(
      Transformer encoder, Optional<Pooling> pooling, Optional<Pooling.Length> length) {
    Pooling stated = pooling.orElseGet(() -> ofFile(encoder));
    Pooling.Length usual = stated == Pooling.OWN ? Pooling.Length.OWN : Pooling.Length.UNIT;
    boolean unitLength = length.orElse(usual) == Pooling.Length.UNIT;
    return new TextEncoder(encoder, new EmbeddingHead(stated, unitLength, Optional.empty()));
  }

  private static Pooling ofFile(Transformer encoder) {
    Graph graph = encoder.graph();
    if (graph.outputs().contains(EmbeddingHead.TEXTS)) {
      return Pooling.OWN;
    }
    throw new IllegalArgumentException(
        "is not stated, and the encoder has no output '%s' but %s; state how one vector for a text is made: most are trained with MEAN, some with FIRST_TOKEN"
            .formatted(EmbeddingHead.TEXTS, graph.outputs()));
  }

  /**
   * The size of a vector.
   *
   * @throws GraphException if the encoder cannot be pooled so
   */
  public int width() {
    return Math.toIntExact(EmbeddingHead.width(encoder, head.pooling()));
  }

  /**
   * The model that outputs vectors of texts on {@link EmbeddingHead#TEXTS}, and nothing else.
   *
   * @throws GraphException if the encoder cannot be pooled so
   */
  public OnnxModel model() {
    return head.attachAlone(encoder).toModel();
  }

  /**
   * The model as a file for other libraries: with the vectors of tokens too, where the encoder has
   * them.
   *
   * @throws GraphException if the encoder cannot be pooled so
   */
  public OnnxModel exported() {
    Graph graph = encoder.graph();
    boolean asItIs =
        head.pooling() == Pooling.OWN
            && !head.unitLength()
            && graph.outputs().contains(EmbeddingHead.TEXTS);
    if (!asItIs) {
      return head.attach(encoder).toModel();
    }
    graph.removeOutput(EmbeddingHead.PROJECTED);
    graph.removeUnused();
    return graph.toModel();
  }
}
