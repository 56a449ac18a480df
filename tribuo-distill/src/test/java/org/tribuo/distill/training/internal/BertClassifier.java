package org.tribuo.distill.training.internal;

import java.util.SplittableRandom;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * A BERT of any size with two labels and random weights, its LayerNormalization and Gelu written as
 * formulas, as old exports have them.
 */
record BertClassifier(int layers, int hidden, int heads, int vocabulary, int positions) {
  /** From {@code input_ids} and {@code attention_mask}, [batch, sequence], to {@code logits}. */
  Graph graph() {
    Graph graph = Graph.empty(Ops.OPSET);
    TensorType ids =
        TensorType.of(ElementType.INT64, Shape.of(Dimension.of("batch"), Dimension.of("sequence")));
    graph.addInput("input_ids", ids);
    graph.addInput("attention_mask", ids);
    new Writing(this, Ops.on(graph), new SplittableRandom(1))
        .write(new Value("input_ids", ids), new Value("attention_mask", ids));
    graph.addOutput("logits");
    return graph;
  }

  private record Writing(BertClassifier bert, Ops op, SplittableRandom random) {
    void write(Value ids, Value attentionMask) {
      int hidden = bert.hidden();
      Value words = op.gather(weight("words", bert.vocabulary(), hidden), ids, 0);
      Value places = op.range(op.reshape(op.sizeOf(ids, 1)));
      Value positions = op.gather(weight("positions", bert.positions(), hidden), places, 0);
      Value x = normalized("embeddings", op.add(words, positions));
      Value hiding = op.oneMinus(op.cast(attentionMask, ElementType.FLOAT));
      Value mask = op.unsqueeze(op.mul(hiding, -10000), 1, 2);
      for (int layer = 0; layer < bert.layers(); layer++) {
        String name = "layer." + layer;
        Value attended = linear(name + ".output", attention(name, x, mask), hidden, hidden);
        x = normalized(name + ".attention", op.add(x, attended));
        Value wide = gelu(linear(name + ".wide", x, hidden, 4 * hidden));
        x = normalized(name, op.add(x, linear(name + ".narrow", wide, 4 * hidden, hidden)));
      }
      Value first = op.squeeze(op.slice(x, 1, 0, 1), 1);
      op.named("logits", linear("classifier", first, hidden, 2));
    }

    private Value attention(String name, Value x, Value mask) {
      Value q = split(linear(name + ".query", x, bert.hidden(), bert.hidden()));
      Value k = split(linear(name + ".key", x, bert.hidden(), bert.hidden()));
      Value v = split(linear(name + ".value", x, bert.hidden(), bert.hidden()));
      double root = Math.sqrt((double) bert.hidden() / bert.heads());
      Value scores = op.div(op.matmul(q, op.swapLastTwo(k)), root);
      Value mixed = op.matmul(op.softmax(op.add(scores, mask), -1), v);
      return op.reshape(op.transpose(mixed, 0, 2, 1, 3), 0, 0, bert.hidden());
    }

    private Value split(Value x) {
      Value each = op.reshape(x, 0, 0, bert.heads(), bert.hidden() / bert.heads());
      return op.transpose(each, 0, 2, 1, 3);
    }

    private Value gelu(Value x) {
      Value distribution = op.add(op.erf(op.div(x, Math.sqrt(2))), 1);
      return op.mul(op.mul(x, distribution), 0.5);
    }

    private Value normalized(String name, Value x) {
      Value centred = op.sub(x, op.reduceMeanKeep(x, -1));
      Value variance = op.reduceMeanKeep(op.pow(centred, op.scalar(2, x)), -1);
      Value y = op.div(centred, op.sqrt(op.add(variance, 1e-12)));
      Value scale = weight(name + ".scale", bert.hidden());
      return op.add(op.mul(y, scale), weight(name + ".shift", bert.hidden()));
    }

    private Value linear(String name, Value x, int from, int to) {
      Value product = op.matmul(x, weight(name + ".weight", from, to));
      return op.add(product, weight(name + ".bias", to));
    }

    private Value weight(String name, long... dims) {
      float[] numbers = new float[(int) (dims[0] * (dims.length == 1 ? 1 : dims[1]))];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = (float) random.nextDouble(-0.03, 0.03) + (name.endsWith(".scale") ? 1 : 0);
      }
      return op.graph().setInitializer(name, Tensor.of(numbers, dims));
    }
  }
}
