package org.tribuo.distill.transformer.internal.head;

import java.util.Optional;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.InitialWeights;
import org.tribuo.distill.transformer.internal.Transformer;

/**
 * Makes an encoder one of texts: its outputs are what other libraries look for, the vectors of the
 * tokens first.
 *
 * @param pooling how one vector for a text comes out of the encoder
 * @param unitLength whether each vector is divided by its length
 * @param projection to another width; empty for none
 */
public record EmbeddingHead(Pooling pooling, boolean unitLength, Optional<Projection> projection)
    implements EncoderHead {
  /**
   * The vectors of the tokens: [batch, positions, width]; there are none of a model's own pooler.
   */
  public static final String TOKENS = PooledEncoder.TOKENS;

  /** The vectors of the texts: [batch, width]. */
  public static final String TEXTS = PooledEncoder.TEXTS;

  /** The vectors of the texts behind a projection that is to go: [batch, projected width]. */
  public static final String PROJECTED = "projected_embedding";

  private static final String NAME = "projection";

  /**
   * A linear layer, {@code W v + b}.
   *
   * @param width of what comes out, 1 or more
   * @param seed of its weights
   * @param kept whether it is part of the encoder: then it is in front of the pooling, so that
   *     whoever pools the vectors of the tokens has it too; else it is behind all, on an output of
   *     its own
   */
  public record Projection(int width, long seed, boolean kept) {}

  /** The output that is trained: the vectors of texts, or those behind a projection that goes. */
  @Override
  public String output() {
    return projection.isPresent() && !projection.get().kept() ? PROJECTED : TEXTS;
  }

  /**
   * The width of an encoder's vectors before any projection.
   *
   * @throws org.tribuo.distill.graph.GraphException as {@link #attach}
   */
  public static long width(Transformer transformer, Pooling pooling) {
    return PooledEncoder.of(transformer, pooling).width();
  }

  /**
   * A copy of an encoder with these outputs, in place of everything behind its layers.
   *
   * @throws org.tribuo.distill.graph.GraphException if the encoder has no layers, no attention mask
   *     where the mean is over one, or no pooler where its own is requested
   */
  public Graph attach(Transformer transformer) {
    PooledEncoder encoder = PooledEncoder.of(transformer, pooling);
    HeadWriter writer = encoder.writer();
    Graph graph = encoder.graph();
    String tokens = encoder.read();
    HeadWriter behind = writer;
    if (projection.isPresent() && projection.get().kept()) {
      Tensor weight = weight(encoder, projection.get());
      tokens = writer.projected(tokens, NAME, weight);
      behind = writer.ofWidth(projection.get().width());
    }
    String texts = encoder.pooled(behind, tokens);
    if (unitLength) {
      texts = behind.unitLength(texts);
    }
    if (pooling != Pooling.OWN) {
      graph.rename(tokens, TOKENS);
      graph.addOutput(TOKENS);
    } else if (transformer.graph().outputs().contains(TOKENS) && graph.has(TOKENS)) {
      graph.addOutput(TOKENS);
    }
    graph.rename(texts, TEXTS);
    graph.addOutput(TEXTS);
    if (output().equals(PROJECTED)) {
      Projection goes = projection.orElseThrow();
      graph.rename(writer.ofTexts(TEXTS, NAME, weight(encoder, goes)), PROJECTED);
      graph.addOutput(PROJECTED);
    }
    return graph;
  }

  /**
   * The same with {@link #output} alone, for a model that is only run: where the first token is
   * pooled, the last layer need not compute the others.
   *
   * @throws org.tribuo.distill.graph.GraphException as {@link #attach}
   */
  @Override
  public Graph attachAlone(Transformer transformer) {
    Graph graph = attach(transformer);
    graph.outputs().stream()
        .filter(output -> !output.equals(output()))
        .forEach(graph::removeOutput);
    graph.removeUnused();
    return graph;
  }

  private static Tensor weight(PooledEncoder encoder, Projection projection) {
    return new InitialWeights(projection.seed()).tensor(encoder.width(), projection.width());
  }
}
