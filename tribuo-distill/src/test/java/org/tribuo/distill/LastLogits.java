package org.tribuo.distill;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;

/** A model that has the logits behind the last token alone, as some exports do. */
public final class LastLogits {
  private LastLogits() {}

  /** Writes the model of a file, whose logits are {@code logits}, with no others. */
  public static Path write(Path model, Path file) throws IOException {
    Graph graph = Graph.of(OnnxModel.read(model));
    Ops op = Ops.on(graph);
    graph.removeOutput("logits");
    graph.addOutput(
        op.named("last", op.slice(graph.value("logits"), 1, -1, Long.MAX_VALUE)).name());
    graph.toModel().withMetadata(Map.of("TRIBUO_LOGITS", "last")).write(file);
    return file;
  }
}
