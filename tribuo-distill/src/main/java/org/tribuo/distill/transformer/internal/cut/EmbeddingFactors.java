package org.tribuo.distill.transformer.internal.cut;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.layer.EmbeddingTable;
import org.tribuo.math.la.DenseMatrix;

/**
 * A table of embeddings [rows, width] as the product of a narrower table [rows, rank] and a matrix
 * [rank, width]: the best such product by the sum of squared errors (Eckart and Young 1936), whose
 * matrix has the right singular vectors of the largest singular values as its rows.
 *
 * @param table [rows, rank]
 * @param expansion [rank, width]
 * @param kept the fraction of the table's sum of squares that the product has
 */
public record EmbeddingFactors(Tensor table, Tensor expansion, double kept) {
  /**
   * The squares of the singular values of a table, the largest first, and its right singular
   * vectors.
   */
  private record Spectrum(double[] squares, double[][] vectors) {
    static Spectrum of(float[] table, int width) {
      double[][] products = new double[width][width];
      for (int row = 0; row < table.length; row += width) {
        for (int i = 0; i < width; i++) {
          double value = table[row + i];
          for (int j = 0; j <= i; j++) {
            products[i][j] += value * table[row + j];
          }
        }
      }
      for (int i = 0; i < width; i++) {
        for (int j = 0; j < i; j++) {
          products[j][i] = products[i][j];
        }
      }
      DenseMatrix.EigenDecomposition decomposed =
          DenseMatrix.createDenseMatrix(products)
              .eigenDecomposition()
              .orElseThrow(
                  () -> new GraphException("The table of embeddings has no decomposition"));
      double[] squares = decomposed.eigenvalues().toArray();
      double[][] vectors = new double[width][];
      for (int i = 0; i < width; i++) {
        vectors[i] = decomposed.getEigenVector(i).toArray();
      }
      return new Spectrum(squares, vectors);
    }

    double kept(int rank) {
      double sum = 0;
      double part = 0;
      for (int i = 0; i < squares.length; i++) {
        sum += Math.max(0, squares[i]);
        part += i < rank ? Math.max(0, squares[i]) : 0;
      }
      return sum == 0 ? 1 : part / sum;
    }
  }

  /** What a rank is chosen by. */
  public interface Kept {
    /** The fraction of the table's sum of squares that is left with so many singular values. */
    double at(int rank);

    /** The size of a row, the greatest rank. */
    int width();
  }

  /**
   * Factorises a table.
   *
   * @param whole of floats, [rows, width]; both factors have its element type
   * @param rank chooses the rank, from 1 to the width
   */
  static EmbeddingFactors of(Tensor whole, ToIntFunction<Kept> rank) {
    float[] rows = whole.toFloats();
    int width = Math.toIntExact(whole.dim(1));
    Spectrum spectrum = Spectrum.of(rows, width);
    int chosen =
        rank.applyAsInt(
            new Kept() {
              @Override
              public double at(int any) {
                return spectrum.kept(any);
              }

              @Override
              public int width() {
                return width;
              }
            });
    int count = rows.length / width;
    float[] table = new float[Math.multiplyExact(count, chosen)];
    float[] expansion = new float[chosen * width];
    for (int factor = 0; factor < chosen; factor++) {
      double[] vector = spectrum.vectors()[factor];
      for (int i = 0; i < width; i++) {
        expansion[factor * width + i] = (float) vector[i];
      }
      for (int row = 0; row < count; row++) {
        double sum = 0;
        for (int i = 0; i < width; i++) {
          sum += rows[row * width + i] * vector[i];
        }
        table[row * chosen + factor] = (float) sum;
      }
    }
    return new EmbeddingFactors(
        Tensor.of(table, count, chosen).cast(whole.elementType()),
        Tensor.of(expansion, chosen, width).cast(whole.elementType()),
        spectrum.kept(chosen));
  }

  /** A graph whose largest table is factorised, and how. */
  public record Factorised(Graph graph, EmbeddingFactors factors) {}

  /**
   * Factorises the largest table, that of the tokens or items. Where else than in lookups it is
   * read, as where it is tied to the product of the logits, it is computed whole; copies of it that
   * the file holds for that go.
   *
   * @param rank chooses the rank, from 1 to the width
   * @throws GraphException if the file holds no table of floats that an input looks up, or a fused
   *     operator looks up its rows
   */
  public static Factorised ofLargest(Transformer model, ToIntFunction<Kept> rank) {
    Graph graph = model.graph().copy();
    EmbeddingTable table = model.embeddings().largest(graph);
    checkReaders(graph, table);
    TiedWeights.find(graph).of(table.initializer()).merge(graph);
    EmbeddingFactors factors = of(graph.initializer(table.initializer()), rank);
    factors.replace(graph, table.initializer());
    graph.removeUnused();
    return new Factorised(graph, factors);
  }

  /** A fused operator would look rows up in a product, where none is found to be trained. */
  private static void checkReaders(Graph graph, EmbeddingTable table) {
    for (Node reader : graph.consumers(table.initializer())) {
      if (!StandardOperators.has(reader, Operator.Trait.LOOKS_UP)
          && reader.inputs().stream().anyMatch(input -> isView(graph, input, table.input()))) {
        throw new GraphException(
            "%s looks up rows of the table '%s' itself, which cannot be factorised in it; take the model as it was before its operators were fused"
                .formatted(reader, table.initializer()));
      }
    }
  }

  private static boolean isView(Graph graph, String value, String of) {
    return value.equals(of)
        || graph
            .producer(value)
            .filter(node -> StandardOperators.has(node, Operator.Trait.VIEW))
            .filter(node -> isView(graph, node.input(0), of))
            .isPresent();
  }

  private void replace(Graph graph, String whole) {
    String rows = graph.setInitializer(graph.freshName(whole + ".table"), table).name();
    String matrix = graph.setInitializer(graph.freshName(whole + ".expansion"), expansion).name();
    replace(graph, whole, rows, matrix);
  }

  /** Where it reads a table, a graph reads its factors; a table of halves is cast in some. */
  private static void replace(Graph graph, String whole, String rows, String matrix) {
    TensorType type = graph.value(whole).type();
    List<Node> others = new ArrayList<>();
    for (Node reader : List.copyOf(graph.consumers(whole))) {
      if (StandardOperators.has(reader, Operator.Trait.LOOKS_UP)
          && reader.input(0).equals(whole)
          && reader.attributes().get("axis", 0L) == 0) {
        expand(graph, reader, rows, matrix);
      } else if (reader.is("Cast") && !graph.isOutput(reader.output())) {
        String cast = reader.output();
        replace(graph, cast, cast(graph, reader, rows), cast(graph, reader, matrix));
      } else {
        others.add(reader);
      }
    }
    if (!others.isEmpty()) {
      String product = product(graph, rows, matrix, type);
      others.forEach(reader -> graph.replaceUse(reader, whole, product));
    }
  }

  /** Looks rows of the narrow table up, and makes them wide. */
  private static void expand(Graph graph, Node lookup, String rows, String matrix) {
    String wide = lookup.output();
    TensorType any = TensorType.ofUnknownRank(graph.value(rows).elementType());
    TensorType type = graph.type(wide).orElse(any);
    String found = graph.freshName(wide + ".narrow");
    graph.remove(lookup);
    graph.add(
        Node.ONNX,
        lookup.opType(),
        lookup.attributes(),
        List.of(rows, lookup.input(1)),
        Map.of(found, any));
    graph.add(Node.ONNX, "MatMul", Attributes.NONE, List.of(found, matrix), Map.of(wide, type));
  }

  /** A factor, cast as the table is. */
  private static String cast(Graph graph, Node like, String factor) {
    String cast = graph.freshName(factor + ".cast");
    TensorType whole = graph.value(like.output()).type();
    TensorType type = new TensorType(whole.elementType(), graph.value(factor).type().shape());
    graph.add(Node.ONNX, "Cast", like.attributes(), List.of(factor), Map.of(cast, type));
    return cast;
  }

  private static String product(Graph graph, String rows, String matrix, TensorType type) {
    String product = graph.freshName(rows + ".whole");
    graph.add(Node.ONNX, "MatMul", Attributes.NONE, List.of(rows, matrix), Map.of(product, type));
    return product;
  }
}
