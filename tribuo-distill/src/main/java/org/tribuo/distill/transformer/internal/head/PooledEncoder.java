package org.tribuo.distill.transformer.internal.head;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.layer.AttentionMask;

/**
 * A copy of an encoder without what is behind its layers, or behind its own pooler, for a head to
 * be put there. It has no output yet.
 *
 * @param graph the copy
 * @param read what is pooled: hidden states [batch, positions, width], or the vectors [batch,
 *     width] of the encoder's own pooler
 * @param type of what is pooled, its width fixed
 * @param pooling how one vector for a text comes out of it
 */
record PooledEncoder(Graph graph, String read, TensorType type, Pooling pooling, Graph normalized) {
  /** The output of the vectors of tokens, where there is one. */
  static final String TOKENS = "last_hidden_state";

  /** The output of the vectors of texts. */
  static final String TEXTS = "sentence_embedding";

  /**
   * Cuts an encoder.
   *
   * @throws GraphException if the encoder has no layers, or no pooler where its own is requested,
   *     or the width of what is pooled is not known
   */
  static PooledEncoder of(Transformer transformer, Pooling pooling) {
    Graph normalized = transformer.normalized();
    Graph graph = transformer.graph();
    String read = pooling == Pooling.OWN ? ownPooler(normalized) : tokens(transformer, normalized);
    TensorType type = normalized.type(read).orElseThrow();
    checkWidth(read, type);
    graph.outputs().forEach(graph::removeOutput);
    graph.setType(read, type);
    graph.addOutput(read);
    graph.removeUnused();
    graph.removeOutput(read);
    return new PooledEncoder(graph, read, type, pooling, normalized);
  }

  /** Writes what a head is made of. */
  HeadWriter writer() {
    return new HeadWriter(graph, type);
  }

  /** The width of what is pooled, and of a vector. */
  long width() {
    return ((Dimension.Fixed) type.shape().orElseThrow().dimension(-1)).size();
  }

  /**
   * Writes the pooling.
   *
   * @param states what is pooled, of the type of {@link #read}
   * @return the vectors [batch, width]; without pooling the states
   * @throws GraphException if there is no attention mask where the mean is over one
   */
  String pooled(HeadWriter writer, String states) {
    return switch (pooling) {
      case FIRST_TOKEN -> writer.firstToken(states);
      case MEAN -> readsFloats() ? writer.meanOfAll(states) : writer.mean(states, attentionMask());
      case OWN, NONE -> states;
    };
  }

  /**
   * Whether the only input is one of images, frames or waveforms, in which nothing is padding, or
   * which are padded as though it were sound.
   */
  private boolean readsFloats() {
    return normalized.inputs().size() == 1
        && normalized.inputs().values().stream()
            .allMatch(
                type ->
                    type.elementType().isFloat()
                        && type.shape().filter(shape -> shape.rank() > 1).isPresent());
  }

  /**
   * What has the name of the vectors of tokens is taken by that word, an output or not: behind the
   * layers they may be projected.
   */
  private static String tokens(Transformer transformer, Graph normalized) {
    String named = TOKENS;
    return transformer.graph().has(named) && normalized.has(named)
        ? named
        : transformer.layers().output();
  }

  private static void checkWidth(String value, TensorType type) {
    boolean known =
        type.shape().isPresent() && type.shape().get().dimension(-1) instanceof Dimension.Fixed;
    if (!known) {
      throw new GraphException(
          "The width of '%s' %s is not known: a head needs a fixed one".formatted(value, type));
    }
  }

  private static String ownPooler(Graph normalized) {
    List<String> poolers =
        normalized.outputs().stream()
            .filter(output -> isMatrixOfFloats(normalized.type(output).orElse(null)))
            .toList();
    if (poolers.contains(TEXTS)) {
      return TEXTS;
    }
    if (poolers.size() != 1) {
      throw new GraphException(
          ("The model's own pooler is its only output of two dimensions, but %s of its outputs %s"
                  + " have two: choose the pooling FIRST_TOKEN or MEAN")
              .formatted(poolers.isEmpty() ? "none" : poolers, normalized.outputs()));
    }
    return poolers.get(0);
  }

  private static boolean isMatrixOfFloats(@Nullable TensorType type) {
    return type != null
        && type.elementType().isFloat()
        && type.shape().filter(shape -> shape.rank() == 2).isPresent();
  }

  /** Of a model of sounds it may be of samples, where the states are of frames. */
  private String attentionMask() {
    String mask =
        AttentionMask.of(normalized)
            .orElseThrow(
                () ->
                    new GraphException(
                        ("The mean is over the attention mask, an input [batch, positions] that is not"
                                + " looked up in a table, but none of the inputs %s is one: choose"
                                + " another pooling")
                            .formatted(normalized.inputs())));
    if (!AttentionMask.isOverPositionsOf(normalized, mask, type)) {
      throw new GraphException(
          "The mean is over the positions of the attention mask '%s' %s, but the hidden states have others, %s: choose another pooling"
              .formatted(mask, normalized.type(mask).orElseThrow(), type));
    }
    return mask;
  }
}
