package org.tribuo.distill.transformer.internal.head;

import java.util.List;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.InitialWeights;
import org.tribuo.distill.transformer.internal.Transformer;

/**
 * A task's head: pooling, then a linear layer, whose outputs are class scores, label scores or
 * regressed numbers, as the loss has it; or scaled cosines. Weights are drawn from a normal
 * distribution of standard deviation 0.02, biases are 0, as is usual for BERT. The operators are of
 * the form that every opset from 8 on has, so the graph keeps its own.
 *
 * @param pooling what the head reads
 * @param form what becomes of it
 * @param labels the number of logits, 1 or more
 * @param seed of the weights: the same seed gives the same weights
 */
public record TaskHead(Pooling pooling, Form form, int labels, long seed) {
  /** What becomes of a pooled vector. */
  public sealed interface Form {
    /** A linear layer: {@code W v + b}. */
    record Linear() implements Form {}

    /**
     * Scaled cosines: {@code scale · cos(w, v)} for the column {@code w} of each label.
     *
     * @param scale greater than 0
     */
    record Cosine(float scale) implements Form {}
  }

  /** A linear layer. */
  public TaskHead(Pooling pooling, int labels, long seed) {
    this(pooling, new Form.Linear(), labels, seed);
  }

  /** The output of a graph with a head: [batch, labels], or [batch, positions, labels]. */
  public static final String LOGITS = HeadWriter.LOGITS;

  /** The initializer [width, labels] of the linear layer. */
  public static final String WEIGHT = HeadWriter.WEIGHT;

  /** The initializer [labels] of the linear layer. */
  public static final String BIAS = HeadWriter.BIAS;

  /**
   * Of a head of cosines, what it reads, divided by the norm of each vector: [batch, width], or
   * [batch, positions, width].
   */
  public static final String VECTOR = HeadWriter.VECTOR;

  /** The initializer [] of a head of cosines that they are multiplied by. */
  public static final String SCALE = HeadWriter.SCALE;

  public TaskHead {
    if (labels < 1) {
      throw new IllegalArgumentException(
          "A head needs one label or more, this has %d".formatted(labels));
    }
  }

  /**
   * A copy of an encoder with this head, which takes the place of everything behind the layers and
   * is the only output.
   *
   * @throws GraphException if the encoder has no layers, no attention mask where the mean is over
   *     one, or no pooler where its own is requested
   */
  public Graph attach(Transformer transformer) {
    PooledEncoder encoder = PooledEncoder.of(transformer, pooling);
    Graph graph = encoder.graph();
    for (String name : List.of(LOGITS, WEIGHT, BIAS, VECTOR, SCALE)) {
      if (graph.has(name)) {
        throw new GraphException(
            "The encoder has a value '%s' already, so '%s' is a head's output, not a pooler's"
                .formatted(name, encoder.read()));
      }
    }
    HeadWriter writer = encoder.writer();
    String pooled = encoder.pooled(writer, encoder.read());
    Tensor weight = new InitialWeights(seed).tensor(encoder.width(), labels);
    if (form instanceof Form.Cosine cosine) {
      writer.cosines(pooled, pooling == Pooling.NONE, weight, cosine.scale());
    } else {
      writer.linear(pooled, pooling == Pooling.NONE, weight);
    }
    graph.addOutput(LOGITS);
    return graph;
  }

  /**
   * As {@link #attach(Transformer)}, where each column is an output of its own, [batch, positions].
   *
   * @param columns the names of the outputs, as many as there are labels
   * @throws GraphException as there, or if the encoder has a value of one of these names
   */
  public Graph attach(Transformer transformer, List<String> columns) {
    Graph graph = attach(transformer);
    graph.removeOutput(LOGITS);
    HeadWriter writer = new HeadWriter(graph, graph.value(LOGITS).type());
    for (int i = 0; i < columns.size(); i++) {
      String name = columns.get(i);
      if (graph.has(name)) {
        throw new GraphException(
            "The encoder has a value '%s' already, and the head needs that name for an output: rename it in the encoder's file"
                .formatted(name));
      }
      writer.column(i, name);
      graph.addOutput(name);
    }
    return graph;
  }
}
