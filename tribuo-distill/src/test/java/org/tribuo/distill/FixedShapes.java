package org.tribuo.distill;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;

/** Models whose texts have a fixed length, as some exporters write them. */
public final class FixedShapes {
  private FixedShapes() {}

  /**
   * The same model for texts of one length.
   *
   * @param lengths by the names of the inputs
   */
  public static OnnxModel of(OnnxModel model, Map<String, Long> lengths) {
    Graph graph = Graph.of(model);
    Map.copyOf(graph.inputs())
        .forEach(
            (name, type) -> {
              Long length = lengths.get(name);
              if (length != null) {
                Dimension rows = type.shape().orElseThrow().dimension(0);
                graph.addInput(
                    name, TensorType.of(type.elementType(), Shape.of(rows, Dimension.of(length))));
              }
            });
    return graph.toModel();
  }

  /** As above, in a file. */
  public static Path write(OnnxModel model, Map<String, Long> lengths, Path to) throws IOException {
    of(model, lengths).write(to);
    return to;
  }
}
