package org.tribuo.distill.onednn;

import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.LoadedModel;
import org.tribuo.distill.engine.internal.ort.LibraryModels;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.DistillDomain;

/** A graph with one product, on whatever processor there is. */
final class ProductGraph implements AutoCloseable {
  private static final OneDnnOperators LIBRARY = new OneDnnOperators();

  /** Leaves no product to ONNX Runtime. */
  private static final OneDnnOperators ALL = new OneDnnOperators(0);

  private final LoadedModel model;

  private ProductGraph(LoadedModel model) {
    this.model = model;
  }

  /**
   * @param constant the right factor, if it is the same in each run
   */
  static ProductGraph of(
      int threads,
      boolean transA,
      boolean transB,
      float alpha,
      boolean bias,
      Optional<Tensor> constant)
      throws OrtException {
    return of(ALL, threads, transA, transB, alpha, bias, constant);
  }

  /** As above, where ONNX Runtime computes small products. */
  static ProductGraph withSmallLeft(int threads, boolean transA, boolean transB, float alpha)
      throws OrtException {
    return of(LIBRARY, threads, transA, transB, alpha, false, Optional.empty());
  }

  private static ProductGraph of(
      OneDnnOperators library,
      int threads,
      boolean transA,
      boolean transB,
      float alpha,
      boolean bias,
      Optional<Tensor> constant)
      throws OrtException {
    Graph graph = Graph.empty(21);
    graph.addInput("a", TensorType.ofUnknownRank(ElementType.FLOAT));
    if (constant.isPresent()) {
      graph.setInitializer("b", constant.get());
    } else {
      graph.addInput("b", TensorType.ofUnknownRank(ElementType.FLOAT));
    }
    List<String> inputs = new ArrayList<>(List.of("a", "b"));
    if (bias) {
      graph.addInput("bias", TensorType.ofRank(ElementType.FLOAT, 1));
      inputs.add("bias");
    }
    graph.add(
        DistillDomain.NAME,
        DistillDomain.PRODUCT,
        Attributes.NONE
            .with("transA", transA ? 1L : 0L)
            .with("transB", transB ? 1L : 0L)
            .with("alpha", alpha),
        inputs,
        Map.of("c", TensorType.ofUnknownRank(ElementType.FLOAT)));
    graph.addOutput("c");
    return new ProductGraph(LibraryModels.load(graph, library, Device.cpu(threads)));
  }

  Tensor run(Map<String, Tensor> inputs) throws OrtException {
    return model.run(inputs, model.outputs()).get("c");
  }

  static Tensor random(SplittableRandom random, long... dims) {
    int elements = 1;
    for (long dim : dims) {
      elements *= (int) dim;
    }
    float[] numbers = new float[elements];
    for (int i = 0; i < elements; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return Tensor.of(numbers, dims);
  }

  @Override
  public void close() throws OrtException {
    model.close();
  }
}
