package org.tribuo.distill.transformer.internal.create;

import java.util.Map;
import java.util.function.UnaryOperator;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.transformer.BlockNormalization;
import org.tribuo.distill.transformer.PositionEncoding;

/**
 * What a new Transformer says of one sequence without padding, by the formulas of the papers that
 * its form names: loops over doubles, without a graph.
 */
final class PlainTransformer {
  private final Map<String, Tensor> weights;
  private final SequenceForm form;
  private final int width;
  private final int heads;
  private final double epsilon;

  PlainTransformer(
      Map<String, Tensor> weights, SequenceForm form, int width, int heads, double epsilon) {
    this.weights = weights;
    this.form = form;
    this.width = width;
    this.heads = heads;
    this.epsilon = epsilon;
  }

  /** Logits [positions, tokens] of a language model. */
  double[][] ofTokens(int layers, long... ids) {
    double[][] states =
        stack(
            "layers.", layers, embedded("embeddings.tokens", "embeddings.positions", 1, ids), true);
    return logits(last("norm", states), matrix("embeddings.tokens"));
  }

  /** Scores [positions, items] of a model of items, of which number 0 is none. */
  double[][] ofItems(int layers, long... ids) {
    double root = form.positions() == PositionEncoding.SINUSOIDAL ? 1 : Math.sqrt(width);
    double[][] read = embedded("embeddings.items", "embeddings.positions", root, ids);
    double[][] table = matrix("embeddings.items");
    double[][] items = new double[table.length - 1][];
    System.arraycopy(table, 1, items, 0, items.length);
    return logits(last("norm", stack("layers.", layers, read, true)), items);
  }

  /** Logits [target positions, tokens] of an encoder-decoder. */
  double[][] ofTarget(int ofEncoder, int ofDecoder, long[] source, long... target) {
    double[][] read =
        last(
            "encoder.norm",
            stack(
                "encoder.layers.",
                ofEncoder,
                embedded("embeddings.tokens", "encoder.positions", 1, source),
                false));
    double[][] states = embedded("embeddings.tokens", "decoder.positions", 1, target);
    for (int layer = 0; layer < ofDecoder; layer++) {
      String name = "decoder.layers." + layer;
      states = block(name + ".attention.norm", states, x -> attention(name, x, x, true, true));
      String cross = name + ".cross";
      states =
          block(cross + ".attention.norm", states, x -> attention(cross, x, read, false, false));
      states = block(name + ".norm", states, x -> feedForward(name, x));
    }
    return logits(last("decoder.norm", states), matrix("embeddings.tokens"));
  }

  private double[][] stack(String prefix, int layers, double[][] read, boolean causal) {
    double[][] states = read;
    for (int layer = 0; layer < layers; layer++) {
      String name = prefix + layer;
      states = block(name + ".attention.norm", states, x -> attention(name, x, x, causal, true));
      states = block(name + ".norm", states, x -> feedForward(name, x));
    }
    return states;
  }

  private double[][] embedded(String table, String positions, double factor, long... ids) {
    double[][] rows = matrix(table);
    double[][] states = new double[ids.length][width];
    for (int p = 0; p < ids.length; p++) {
      for (int i = 0; i < width; i++) {
        double own = factor * rows[(int) ids[p]][i];
        states[p][i] =
            switch (form.positions()) {
              case LEARNED -> own + matrix(positions)[p][i];
              case SINUSOIDAL -> own * Math.sqrt(width) + sinusoid(p, i);
              case ROTARY -> own;
            };
      }
    }
    return states;
  }

  private double sinusoid(int position, int i) {
    double angle = position / Math.pow(10_000, (double) (i - i % 2) / width);
    return i % 2 == 0 ? Math.sin(angle) : Math.cos(angle);
  }

  private double[][] block(String norm, double[][] states, UnaryOperator<double[][]> block) {
    return form.normalization() == BlockNormalization.BEFORE
        ? sum(states, block.apply(normalized(norm, states)))
        : normalized(norm, sum(states, block.apply(states)));
  }

  private double[][] last(String norm, double[][] states) {
    return form.normalization() == BlockNormalization.BEFORE ? normalized(norm, states) : states;
  }

  private double[][] attention(
      String name, double[][] states, double[][] read, boolean causal, boolean toItself) {
    double[][] query = linear(name + ".attention.query", states);
    double[][] key = linear(name + ".attention.key", read);
    double[][] value = linear(name + ".attention.value", read);
    int size = width / heads;
    if (toItself && form.positions() == PositionEncoding.ROTARY) {
      turn(query, size);
      turn(key, size);
    }
    double[][] merged = new double[states.length][width];
    for (int first = 0; first < width; first += size) {
      for (int p = 0; p < states.length; p++) {
        int seen = causal ? p + 1 : read.length;
        double[] scores = new double[seen];
        double total = 0;
        for (int k = 0; k < seen; k++) {
          for (int i = first; i < first + size; i++) {
            scores[k] += query[p][i] * key[k][i];
          }
          scores[k] = Math.exp(scores[k] / Math.sqrt(size));
          total += scores[k];
        }
        for (int k = 0; k < seen; k++) {
          for (int i = first; i < first + size; i++) {
            merged[p][i] += scores[k] / total * value[k][i];
          }
        }
      }
    }
    return linear(name + ".attention.output", merged);
  }

  /** The complex number of each pair times e to the power of i times the angle. */
  private void turn(double[][] x, int size) {
    for (int p = 0; p < x.length; p++) {
      for (int first = 0; first < width; first += size) {
        for (int i = 0; i < size / 2; i++) {
          double angle = p * Math.pow(10_000, -2.0 * i / size);
          double real = x[p][first + i];
          double imaginary = x[p][first + i + size / 2];
          x[p][first + i] = real * Math.cos(angle) - imaginary * Math.sin(angle);
          x[p][first + i + size / 2] = real * Math.sin(angle) + imaginary * Math.cos(angle);
        }
      }
    }
  }

  private double[][] feedForward(String name, double[][] states) {
    double[][] inner = linear(name + ".inner", states);
    for (double[] row : inner) {
      for (int i = 0; i < row.length; i++) {
        row[i] = row[i] / 2 * (1 + erf(row[i] / Math.sqrt(2)));
      }
    }
    return linear(name + ".outer", inner);
  }

  /** By its series, which is exact enough up to 4. */
  private static double erf(double x) {
    if (Math.abs(x) > 4) {
      return Math.signum(x);
    }
    double term = x;
    double sum = x;
    for (int n = 1; n < 100; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  private double[][] logits(double[][] states, double[][] table) {
    if (!form.tiedEmbeddings()) {
      return product(states, matrix("output.weight"));
    }
    double[][] turned = new double[width][table.length];
    for (int row = 0; row < table.length; row++) {
      for (int i = 0; i < width; i++) {
        turned[i][row] = table[row][i];
      }
    }
    return product(states, turned);
  }

  private double[][] linear(String name, double[][] x) {
    double[][] y = product(x, matrix(name + ".weight"));
    float[] bias = weights.get(name + ".bias").toFloats();
    for (double[] row : y) {
      for (int i = 0; i < row.length; i++) {
        row[i] += bias[i];
      }
    }
    return y;
  }

  private double[][] normalized(String name, double[][] x) {
    float[] scale = weights.get(name + ".scale").toFloats();
    float[] bias = weights.get(name + ".bias").toFloats();
    double[][] y = new double[x.length][width];
    for (int p = 0; p < x.length; p++) {
      double mean = 0;
      double variance = 0;
      for (double number : x[p]) {
        mean += number / width;
      }
      for (double number : x[p]) {
        variance += (number - mean) * (number - mean) / width;
      }
      for (int i = 0; i < width; i++) {
        y[p][i] = (x[p][i] - mean) / Math.sqrt(variance + epsilon) * scale[i] + bias[i];
      }
    }
    return y;
  }

  private static double[][] sum(double[][] a, double[][] b) {
    double[][] sum = new double[a.length][a[0].length];
    for (int p = 0; p < a.length; p++) {
      for (int i = 0; i < a[p].length; i++) {
        sum[p][i] = a[p][i] + b[p][i];
      }
    }
    return sum;
  }

  private static double[][] product(double[][] a, double[][] b) {
    double[][] product = new double[a.length][b[0].length];
    for (int p = 0; p < a.length; p++) {
      for (int k = 0; k < b.length; k++) {
        for (int i = 0; i < b[k].length; i++) {
          product[p][i] += a[p][k] * b[k][i];
        }
      }
    }
    return product;
  }

  private double[][] matrix(String name) {
    Tensor tensor = weights.get(name);
    float[] numbers = tensor.toFloats();
    int columns = (int) tensor.dim(1);
    double[][] matrix = new double[(int) tensor.dim(0)][columns];
    for (int i = 0; i < numbers.length; i++) {
      matrix[i / columns][i % columns] = numbers[i];
    }
    return matrix;
  }
}
