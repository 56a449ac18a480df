package org.tribuo.distill.transformer.internal.cut;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.transformer.internal.layer.Dependants;
import org.tribuo.distill.transformer.internal.layer.Layer;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;

/**
 * Cuts a student out of a teacher: the embeddings, some of the layers and everything behind the
 * last one, with the teacher's weights. Nodes that stay keep their names, the graph its opset,
 * inputs and outputs, but for those of the layers' keys and values, which are numbered again.
 */
public final class LayerCut {
  private LayerCut() {}

  /**
   * Some layers spread evenly over all of them, the first and the last included: 0 and 5 for two of
   * six; 0, 5 and 11 for three of twelve. A single one is the first.
   *
   * @param layers how many there are
   * @param kept how many to choose
   * @throws IllegalArgumentException unless kept is from 1 to layers
   */
  public static List<Integer> spread(int layers, int kept) {
    if (kept < 1 || kept > layers) {
      throw new IllegalArgumentException(
          "Cannot keep %d of %d layers, expected a number from 1 to %d"
              .formatted(kept, layers, layers));
    }
    List<Integer> spread = new ArrayList<>();
    for (int i = 0; i < kept; i++) {
      spread.add(kept == 1 ? 0 : i * (layers - 1) / (kept - 1));
    }
    return spread;
  }

  /**
   * A copy of a graph that has some of its layers only. Outputs that are intermediate activations
   * of a removed layer (such as its hidden state, or its keys and values) go with it, as do inputs
   * that it alone reads; of the keys and values of other layers the first are those of layer 0.
   *
   * @param layers the layers of this graph
   * @param kept which of them stay, from 0, in ascending order
   * @throws IllegalArgumentException if no layer is kept, one does not exist, or they are not in
   *     ascending order
   */
  public static Graph keep(Graph graph, TransformerLayers layers, List<Integer> kept) {
    check(layers, kept);
    Graph student = graph.copy();
    Set<String> readBefore = readInputs(student);
    dropOutputsInside(student, layers, kept);
    String state = layers.embeddings();
    for (int index : kept) {
      Layer layer = layers.layers().get(index);
      redirect(student, layer.start(), state);
      state = layer.end();
    }
    String last = layers.hiddenState(layers.count());
    redirect(student, last, state);
    if (student.isOutput(last) && !last.equals(state)) {
      makeOutput(student, last, state, layers);
    }
    student.removeUnused();
    if (kept.size() < layers.count()) {
      LayerSizes.readElsewhere(student, graph);
      LayerCaches.tidy(student);
    }
    readBefore.removeAll(readInputs(student));
    readBefore.forEach(student::removeInput);
    return student;
  }

  private static void check(TransformerLayers layers, List<Integer> kept) {
    int previous = -1;
    for (int index : kept) {
      if (index <= previous || index >= layers.count()) {
        throw new IllegalArgumentException(
            "Cannot keep layers %s of %d, expected numbers from 0 to %d in ascending order"
                .formatted(kept, layers.count(), layers.count() - 1));
      }
      previous = index;
    }
    if (kept.isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot keep none of %d layers, expected at least one".formatted(layers.count()));
    }
  }

  private static void redirect(Graph graph, String from, String to) {
    if (!from.equals(to)) {
      graph.replaceUses(from, to);
    }
  }

  private static Set<String> readInputs(Graph graph) {
    Set<String> read = new HashSet<>(graph.inputs().keySet());
    read.removeIf(input -> graph.consumers(input).isEmpty());
    return read;
  }

  /** Lets another hidden state stand under the name of the output that was the last one. */
  private static void makeOutput(
      Graph graph, String output, String state, TransformerLayers layers) {
    Node producer =
        graph
            .producer(output)
            .orElseThrow(() -> new GraphException("No node makes '%s'".formatted(output)));
    graph.remove(producer);
    graph.add(
        Node.ONNX,
        "Identity",
        Attributes.NONE,
        List.of(state),
        Map.of(output, graph.type(output).orElse(layers.stateType())));
  }

  private static void dropOutputsInside(Graph graph, TransformerLayers layers, List<Integer> kept) {
    for (Layer layer : layers.layers()) {
      if (kept.contains(layer.index())) {
        continue;
      }
      Set<String> inside = Dependants.between(graph, layer.start(), layer.end());
      inside.removeAll(Dependants.of(graph, layer.end()));
      if (layer.index() == layers.count() - 1) {
        inside.remove(layer.end());
      }
      graph.outputs().stream().filter(inside::contains).forEach(graph::removeOutput);
    }
  }
}
