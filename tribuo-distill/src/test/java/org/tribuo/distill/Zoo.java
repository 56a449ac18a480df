package org.tribuo.distill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.pass.Normalization;

/** Tiny exported Transformers of 101 tokens. */
public final class Zoo {
  private Zoo() {}

  public static Path file(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(Zoo.class.getResource("/zoo/" + name + "/model.onnx")).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  public static OnnxModel model(String name) {
    try {
      return OnnxModel.read(file(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The model with all positions as tokens. */
  public static OnnxModel withoutMask(String name) {
    Graph graph = Graph.of(model(name));
    Normalization.applyForTraining(graph);
    Ops op = Ops.on(graph);
    Value sizes = op.shapeOf(graph.value("input_ids"));
    Value one = op.scalar(1, graph.value("attention_mask"));
    graph.replaceUses("attention_mask", op.expand(one, sizes).name());
    graph.removeInput("attention_mask");
    return graph.toModel();
  }
}
