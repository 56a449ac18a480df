package org.tribuo.distill.transformer.internal.layer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * The float values that every path from one source to one output of a graph goes through, in order.
 * Around attention and feed-forward blocks the residual connection is the only other way, so these
 * are the hidden states, and the sums and normalisations between them.
 *
 * <p>In a topological order, a value is on every path exactly if nothing made before it is read
 * after it (by a node that lies on some path). Paths lead through floats only: what depends on a
 * hidden state's sizes, or on the tokens' mask, is not a way around.
 *
 * @param source an embedding that was looked up, or an input of floats
 * @param output an output of the graph
 */
public record ResidualStream(String source, String output, List<String> values) {

  /** The streams from every source to every output that it reaches. */
  public static List<ResidualStream> in(DataFlow flow) {
    List<ResidualStream> streams = new ArrayList<>();
    for (String source : sources(flow)) {
      Set<String> ahead = ahead(flow, source);
      for (String output : flow.graph().outputs()) {
        if (ahead.contains(output)) {
          Set<String> onPath = behind(flow, output);
          onPath.retainAll(ahead);
          streams.add(new ResidualStream(source, output, bottlenecks(flow, source, onPath)));
        }
      }
    }
    return streams;
  }

  /** Where data becomes floats: table look-ups whose rows depend on an input, and float inputs. */
  private static List<String> sources(DataFlow flow) {
    Graph graph = flow.graph();
    List<String> sources = new ArrayList<>();
    for (Node node : flow.order()) {
      if (StandardOperators.has(node, Operator.Trait.LOOKS_UP)
          && flow.isFloat(node.output())
          && !flow.varies(node.input(0))
          && flow.varies(node.input(1))) {
        sources.add(node.output());
      }
    }
    graph.inputs().keySet().stream().filter(flow::isFloat).forEach(sources::add);
    return sources;
  }

  private static Set<String> ahead(DataFlow flow, String source) {
    Set<String> ahead = new HashSet<>(Set.of(source));
    for (Node node : flow.order()) {
      if (node.reads().stream().anyMatch(ahead::contains)) {
        node.outputs().stream().filter(flow::isFloat).forEach(ahead::add);
      }
    }
    return ahead;
  }

  private static Set<String> behind(DataFlow flow, String output) {
    Set<String> behind = new HashSet<>(Set.of(output));
    List<Node> order = flow.order();
    for (int i = order.size() - 1; i >= 0; i--) {
      Node node = order.get(i);
      if (node.outputs().stream().anyMatch(behind::contains)) {
        node.reads().stream().filter(flow::isFloat).forEach(behind::add);
      }
    }
    return behind;
  }

  private static List<String> bottlenecks(DataFlow flow, String source, Set<String> onPath) {
    List<Node> path =
        flow.order().stream()
            .filter(node -> node.outputs().stream().anyMatch(onPath::contains))
            .filter(node -> !node.outputs().contains(source))
            .toList();
    Map<String, Integer> lastReader = new HashMap<>();
    for (int i = 0; i < path.size(); i++) {
      for (String value : path.get(i).reads()) {
        lastReader.put(value, i);
      }
    }
    List<String> bottlenecks = new ArrayList<>(List.of(source));
    int open = lastReader.getOrDefault(source, 0);
    for (int i = 0; i < path.size(); i++) {
      List<String> made = path.get(i).outputs().stream().filter(onPath::contains).toList();
      if (open <= i && made.size() == 1) {
        bottlenecks.add(made.get(0));
      }
      for (String value : made) {
        open = Math.max(open, lastReader.getOrDefault(value, 0));
      }
    }
    return bottlenecks;
  }
}
