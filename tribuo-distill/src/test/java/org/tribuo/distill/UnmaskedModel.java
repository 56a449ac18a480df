package org.tribuo.distill;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;

/** A model whose attention reads all positions: what its masks add is 0. */
public final class UnmaskedModel {
  private UnmaskedModel() {}

  /** Writes the model of a file without its masks. */
  public static Path write(Path model, Path file) throws IOException {
    Graph graph = Graph.of(OnnxModel.read(model));
    for (String name : List.copyOf(graph.initializers().keySet())) {
      graph.setInitializer(name, unmasked(graph.initializer(name)));
    }
    for (Node node : List.copyOf(graph.nodes())) {
      node.attributes()
          .tensor("value")
          .ifPresent(
              value ->
                  graph.replace(
                      node,
                      node.domain(),
                      node.opType(),
                      node.attributes().with("value", unmasked(value)),
                      node.inputs()));
    }
    graph.toModel().write(file);
    return file;
  }

  private static Tensor unmasked(Tensor constant) {
    if (constant.elementType() != ElementType.FLOAT) {
      return constant;
    }
    float[] values = constant.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = values[i] < -1e3f ? 0 : values[i];
    }
    return Tensor.of(values, constant.dims());
  }
}
