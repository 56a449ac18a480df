package org.tribuo.distill.onednn;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.ort.LibraryModels;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.DistillDomain;

/**
 * What products of the sizes of an encoder take, of ONNX Runtime and of the library, on one thread
 * and by turns. The least of many runs is taken, which a busy machine hardly changes where a run is
 * short.
 */
final class ProductTimes {
  private static final long NANOS = 500_000_000;

  private ProductTimes() {}

  private record Shape(
      String what, long[] a, boolean transA, long[] b, boolean transB, boolean constant) {}

  public static void main(String[] arguments) throws OrtException {
    for (Shape shape :
        List.of(
            new Shape("forward", sizes(512, 384), false, sizes(384, 1536), false, false),
            new Shape("forward", sizes(512, 1536), false, sizes(1536, 384), false, false),
            new Shape("forward", sizes(512, 384), false, sizes(384, 384), false, false),
            new Shape("gradient of input", sizes(512, 1536), false, sizes(384, 1536), true, false),
            new Shape("gradient of weight", sizes(512, 384), true, sizes(512, 1536), false, false),
            new Shape("head", sizes(32, 384), false, sizes(384, 77), false, false),
            new Shape("gradient of head", sizes(32, 384), true, sizes(32, 77), false, false),
            new Shape("prediction", sizes(512, 384), false, sizes(384, 1536), false, true),
            new Shape(
                "prediction of 16 tokens", sizes(16, 384), false, sizes(384, 1536), false, true),
            new Shape(
                "prediction of 4 tokens", sizes(4, 384), false, sizes(384, 1536), false, true),
            new Shape("prediction of a row", sizes(1, 384), false, sizes(384, 384), false, true),
            new Shape(
                "attention", sizes(32, 12, 16, 32), false, sizes(32, 12, 16, 32), true, false),
            new Shape(
                "attention", sizes(32, 12, 16, 16), false, sizes(32, 12, 16, 32), false, false),
            new Shape(
                "attention", sizes(32, 12, 16, 16), true, sizes(32, 12, 16, 32), false, false),
            new Shape(
                "attention", sizes(32, 12, 32, 32), false, sizes(32, 12, 32, 32), true, false),
            new Shape(
                "attention", sizes(32, 12, 64, 32), false, sizes(32, 12, 64, 32), true, false),
            new Shape(
                "attention", sizes(32, 12, 64, 64), false, sizes(32, 12, 64, 32), false, false),
            new Shape(
                "attention", sizes(8, 12, 128, 32), false, sizes(8, 12, 128, 32), true, false),
            new Shape(
                "attention", sizes(1, 12, 16, 32), false, sizes(1, 12, 16, 32), true, false))) {
      print(shape);
    }
  }

  private static long[] sizes(long... sizes) {
    return sizes;
  }

  private static void print(Shape shape) throws OrtException {
    SplittableRandom random = new SplittableRandom(1);
    Tensor a = ProductGraph.random(random, shape.a);
    Tensor b = ProductGraph.random(random, shape.b);
    double[] least = {Double.MAX_VALUE, Double.MAX_VALUE};
    try (OrtSession own = session(shape, b, false);
        OrtSession library = session(shape, b, true);
        OnnxTensor left = LibraryModels.tensor(a);
        OnnxTensor right = LibraryModels.tensor(b)) {
      Map<String, OnnxTensor> inputs =
          shape.constant ? Map.of("a", left) : Map.of("a", left, "b", right);
      long end = System.nanoTime() + NANOS;
      for (int i = 0; System.nanoTime() < end || i < 20; i++) {
        long start = System.nanoTime();
        (i % 2 == 0 ? own : library).run(inputs).close();
        least[i % 2] = Math.min(least[i % 2], (System.nanoTime() - start) / 1e3);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%-24s %s%s x %s%s: ONNX Runtime %.0f us, library %.0f us, ratio %.2f%n",
        shape.what,
        Arrays.toString(shape.a),
        shape.transA ? "T" : "",
        Arrays.toString(shape.b),
        shape.transB ? "T" : "",
        least[0],
        least[1],
        least[1] / least[0]);
  }

  private static OrtSession session(Shape shape, Tensor b, boolean library) throws OrtException {
    Graph graph = Graph.empty(21);
    graph.addInput("a", TensorType.ofRank(ElementType.FLOAT, shape.a.length));
    if (shape.constant) {
      graph.setInitializer("b", b);
    } else {
      graph.addInput("b", TensorType.ofRank(ElementType.FLOAT, shape.b.length));
    }
    graph.add(
        library ? DistillDomain.NAME : Node.MICROSOFT,
        library ? DistillDomain.PRODUCT : "FusedMatMul",
        Attributes.NONE
            .with("transA", shape.transA ? 1L : 0L)
            .with("transB", shape.transB ? 1L : 0L)
            .with("alpha", 1f),
        List.of("a", "b"),
        Map.of("c", TensorType.ofUnknownRank(ElementType.FLOAT)));
    graph.addOutput("c");
    return LibraryModels.session(graph, new OneDnnOperators(), Device.cpu(1));
  }
}
