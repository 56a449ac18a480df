package org.tribuo.distill.transformer.internal.cut;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.transformer.internal.layer.KeyValueNames;

/**
 * The keys and values of the layers that are left, where a model is given or outputs them: {@code
 * past_key_values.1.key} and {@code present.1.key} of the second layer. They are numbered again
 * from 0, as programs count them that go over the layers. How long the past is, which exporters
 * read of the first layer, is read of one that is left.
 */
final class LayerCaches {
  private static final Pattern PAST =
      Pattern.compile("(%s\\.)(\\d+)(\\..+)".formatted(KeyValueNames.PAST));
  private static final Pattern PRESENT =
      Pattern.compile("(%s(?:_key_values)?\\.)(\\d+)(\\..+)".formatted(KeyValueNames.PRESENT));

  private final Graph graph;

  private LayerCaches(Graph graph) {
    this.graph = graph;
  }

  /** Changes a graph of which layers were cut, in place. */
  static void tidy(Graph graph) {
    LayerCaches caches = new LayerCaches(graph);
    caches.readSizesOfLayers();
    caches.renumber();
  }

  /** Inputs whose numbers no layer reads are read of in no way. */
  private void readSizesOfLayers() {
    for (String input : List.copyOf(graph.inputs().keySet())) {
      if (PAST.matcher(input).matches() && isReadForItsSize(input)) {
        ofLayer(graph.value(input).type())
            .ifPresent(
                kept -> {
                  graph.replaceUses(input, kept);
                  graph.removeInput(input);
                });
      }
    }
  }

  private boolean isReadForItsSize(String input) {
    return graph.consumers(input).stream()
        .allMatch(node -> StandardOperators.has(node, Operator.Trait.READS_SIZES));
  }

  /** The first input that a layer reads and that is declared alike. */
  private Optional<String> ofLayer(TensorType type) {
    return graph.inputs().entrySet().stream()
        .filter(input -> PAST.matcher(input.getKey()).matches())
        .filter(input -> input.getValue().equals(type) && !isReadForItsSize(input.getKey()))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private void renumber() {
    TreeSet<Integer> layers = new TreeSet<>();
    graph.inputs().keySet().forEach(input -> number(PAST, input).ifPresent(layers::add));
    graph.outputs().forEach(output -> number(PRESENT, output).ifPresent(layers::add));
    Map<String, String> inputs = renamed(PAST, graph.inputs().keySet(), layers);
    inputs.forEach(
        (from, to) -> {
          graph.addInput(to, graph.value(from).type());
          graph.replaceUses(from, to);
          graph.removeInput(from);
        });
    List<String> outputs = List.copyOf(graph.outputs());
    Map<String, String> others = renamed(PRESENT, outputs, layers);
    outputs.forEach(graph::removeOutput);
    others.forEach(graph::rename);
    outputs.forEach(output -> graph.addOutput(others.getOrDefault(output, output)));
  }

  private static Optional<Integer> number(Pattern pattern, String name) {
    Matcher matcher = pattern.matcher(name);
    return matcher.matches() ? Optional.of(Integer.valueOf(matcher.group(2))) : Optional.empty();
  }

  /** By the old names, the lowest first, so that each new name is free when its turn comes. */
  private static Map<String, String> renamed(
      Pattern pattern, Iterable<String> names, NavigableSet<Integer> layers) {
    Map<String, String> renamed = new LinkedHashMap<>();
    for (String name : names) {
      number(pattern, name)
          .filter(layers::contains)
          .filter(number -> layers.headSet(number).size() < number)
          .ifPresent(
              number ->
                  renamed.put(
                      name,
                      pattern
                          .matcher(name)
                          .replaceFirst("$1" + layers.headSet(number).size() + "$3")));
    }
    return renamed;
  }
}
