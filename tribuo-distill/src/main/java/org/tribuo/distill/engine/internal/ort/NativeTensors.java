package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.RuntimeUnavailableException;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/**
 * Float tensors in memory of ONNX Runtime's, for what lives as long as a training. The JVM's own
 * direct buffers would count against the size of its heap, and be freed when the garbage collector
 * finds the time.
 */
final class NativeTensors implements AutoCloseable {
  private static final String DIMS = "dims";
  private static final String ZEROS = "zeros";

  private final OrtSession session;
  private final List<OnnxTensor> made = new ArrayList<>();
  private final Map<String, OnnxTensor> reused = new HashMap<>();

  NativeTensors() throws OrtException {
    try (SessionOptions options = OrtOptions.of(Device.cpu(1))) {
      options.setCPUArenaAllocator(false);
      this.session = OrtEngine.open(zeros().toModel(), options);
    }
  }

  private static Graph zeros() {
    Graph graph = Graph.empty(Ops.OPSET);
    graph.addInput(DIMS, TensorType.ofRank(ElementType.INT64, 1));
    graph.add(
        Node.ONNX,
        "ConstantOfShape",
        Attributes.NONE,
        List.of(DIMS),
        Map.of(ZEROS, TensorType.ofUnknownRank(ElementType.FLOAT)));
    graph.addOutput(ZEROS);
    return graph;
  }

  /** A new tensor of zeros, which lives until all are closed. */
  OnnxTensor zeros(long... dims) throws OrtException {
    try (OnnxTensor shape = OrtTensors.toRuntime(Tensor.vector(dims))) {
      OnnxTensor tensor = (OnnxTensor) session.run(Map.of(DIMS, shape)).get(0);
      made.add(tensor);
      return tensor;
    }
  }

  /** A new tensor with some content, which lives until all are closed. */
  OnnxTensor copyOf(Tensor tensor) throws OrtException {
    OnnxTensor copy = zeros(tensor.dims());
    memory(copy).put(tensor.data());
    return copy;
  }

  /**
   * The memory of some floats at least, the same for a name until more are needed.
   *
   * @param name what they are for
   */
  ByteBuffer reused(String name, int numbers) throws OrtException {
    OnnxTensor held = reused.get(name);
    if (held == null || held.getInfo().getNumElements() < numbers) {
      if (held != null) {
        made.remove(held);
        held.close();
      }
      held = zeros(numbers);
      reused.put(name, held);
    }
    return memory(held);
  }

  /**
   * The memory of a tensor that ONNX Runtime has made, not to be touched after it was closed. ONNX
   * Runtime's Java API keeps it to itself, and hands out copies.
   */
  static ByteBuffer memory(OnnxTensor tensor) {
    try {
      Method buffer = OnnxTensor.class.getDeclaredMethod("getBuffer");
      buffer.setAccessible(true);
      return ((ByteBuffer) buffer.invoke(tensor)).order(ByteOrder.nativeOrder());
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      throw new RuntimeUnavailableException(
          "ONNX Runtime's Java API is of another version than " + Coordinates.javaApi(), e);
    }
  }

  /** A tensor that ONNX Runtime has made, as a view of its memory. */
  static Tensor view(OnnxTensor tensor) {
    return Tensor.of(ElementType.FLOAT, tensor.getInfo().getShape(), memory(tensor));
  }

  @Override
  public void close() {
    made.forEach(OnnxTensor::close);
    made.clear();
    reused.clear();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
