package org.tribuo.distill.onednn;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
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
 * What products of the sizes of an encoder take, of ONNX Runtime and of the library, on one thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class ProductBenchmark {
  /** Who computes it. */
  @Param public Kernel kernel;

  /** Which product. */
  @Param public Product product;

  private OrtSession session;
  private Map<String, OnnxTensor> inputs;
  private List<OnnxTensor> open;

  /** Who computes a product. */
  public enum Kernel {
    ONNX_RUNTIME,
    LIBRARY
  }

  /** Products of an encoder of width 384, in 32 texts of 16 tokens where nothing else is stated. */
  public enum Product {
    FORWARD(sizes(512, 384), false, sizes(384, 1536), false, false),
    FORWARD_BACK(sizes(512, 1536), false, sizes(1536, 384), false, false),
    FORWARD_SQUARE(sizes(512, 384), false, sizes(384, 384), false, false),
    GRADIENT_OF_INPUT(sizes(512, 1536), false, sizes(384, 1536), true, false),
    GRADIENT_OF_WEIGHT(sizes(512, 384), true, sizes(512, 1536), false, false),
    HEAD(sizes(32, 384), false, sizes(384, 77), false, false),
    GRADIENT_OF_HEAD(sizes(32, 384), true, sizes(32, 77), false, false),
    PREDICTION(sizes(512, 384), false, sizes(384, 1536), false, true),
    PREDICTION_OF_16_TOKENS(sizes(16, 384), false, sizes(384, 1536), false, true),
    PREDICTION_OF_4_TOKENS(sizes(4, 384), false, sizes(384, 1536), false, true),
    PREDICTION_OF_A_ROW(sizes(1, 384), false, sizes(384, 384), false, true),
    ATTENTION_SCORES(sizes(32, 12, 16, 32), false, sizes(32, 12, 16, 32), true, false),
    ATTENTION_OUTPUT(sizes(32, 12, 16, 16), false, sizes(32, 12, 16, 32), false, false),
    ATTENTION_GRADIENT(sizes(32, 12, 16, 16), true, sizes(32, 12, 16, 32), false, false),
    ATTENTION_SCORES_OF_32(sizes(32, 12, 32, 32), false, sizes(32, 12, 32, 32), true, false),
    ATTENTION_SCORES_OF_64(sizes(32, 12, 64, 32), false, sizes(32, 12, 64, 32), true, false),
    ATTENTION_OUTPUT_OF_64(sizes(32, 12, 64, 64), false, sizes(32, 12, 64, 32), false, false),
    ATTENTION_SCORES_OF_128(sizes(8, 12, 128, 32), false, sizes(8, 12, 128, 32), true, false),
    ATTENTION_SCORES_OF_A_TEXT(sizes(1, 12, 16, 32), false, sizes(1, 12, 16, 32), true, false);

    private final long[] left;
    private final boolean leftTransposed;
    private final long[] right;
    private final boolean rightTransposed;
    private final boolean rightIsConstant;

    Product(
        long[] left,
        boolean leftTransposed,
        long[] right,
        boolean rightTransposed,
        boolean rightIsConstant) {
      this.left = left;
      this.leftTransposed = leftTransposed;
      this.right = right;
      this.rightTransposed = rightTransposed;
      this.rightIsConstant = rightIsConstant;
    }

    private static long[] sizes(long... sizes) {
      return sizes;
    }
  }

  /** Opens the session. */
  @Setup
  public void open() throws OrtException {
    SplittableRandom random = new SplittableRandom(1);
    Tensor left = ProductGraph.random(random, product.left);
    Tensor right = ProductGraph.random(random, product.right);
    open = List.of(LibraryModels.tensor(left), LibraryModels.tensor(right));
    inputs =
        product.rightIsConstant
            ? Map.of("a", open.get(0))
            : Map.of("a", open.get(0), "b", open.get(1));
    session =
        LibraryModels.session(graph(product, right, kernel), new OneDnnOperators(), Device.cpu(1));
  }

  /** One product. */
  @Benchmark
  public void run() throws OrtException {
    session.run(inputs).close();
  }

  /** Closes the session. */
  @TearDown
  public void close() throws OrtException {
    session.close();
    open.forEach(OnnxTensor::close);
  }

  private static Graph graph(Product product, Tensor right, Kernel kernel) {
    Graph graph = Graph.empty(21);
    graph.addInput("a", TensorType.ofRank(ElementType.FLOAT, product.left.length));
    if (product.rightIsConstant) {
      graph.setInitializer("b", right);
    } else {
      graph.addInput("b", TensorType.ofRank(ElementType.FLOAT, product.right.length));
    }
    boolean isLibrary = kernel == Kernel.LIBRARY;
    graph.add(
        isLibrary ? DistillDomain.NAME : Node.MICROSOFT,
        isLibrary ? DistillDomain.PRODUCT : "FusedMatMul",
        Attributes.NONE
            .with("transA", product.leftTransposed ? 1L : 0L)
            .with("transB", product.rightTransposed ? 1L : 0L)
            .with("alpha", 1f),
        List.of("a", "b"),
        Map.of("c", TensorType.ofUnknownRank(ElementType.FLOAT)));
    graph.addOutput("c");
    return graph;
  }
}
