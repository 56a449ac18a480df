package org.tribuo.distill;

import java.util.Map;
import java.util.Set;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.InferenceSession;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;

/** What a model outputs, as ONNX Runtime runs it. */
public final class OnnxRun {
  private OnnxRun() {}

  /** The numbers of one output. */
  public static float[] of(OnnxModel model, Map<String, Tensor> inputs, String output) {
    try (InferenceSession session =
        new InferenceSession(where -> Engines.inference().load(model, where), Device.cpu(1))) {
      return session.run(inputs, Set.of(output)).get(output).toFloats();
    }
  }
}
