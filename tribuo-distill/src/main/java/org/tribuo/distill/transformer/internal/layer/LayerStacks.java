package org.tribuo.distill.transformer.internal.layer;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;

/**
 * The two stacks of layers of an encoder-decoder, found by structure: what the encoder makes of its
 * source reaches the decoder's layers, and not what the first of these reads.
 *
 * @param encoder the layers of the encoder, if they are found
 * @param decoder those of the decoder, if they are found
 */
public record LayerStacks(
    Optional<TransformerLayers> encoder, Optional<TransformerLayers> decoder) {
  /**
   * Finds the stacks of a graph, which is not changed.
   *
   * @param normalized what {@link org.tribuo.distill.graph.internal.pass.Normalization} made of a
   *     copy of it
   * @throws GraphException if there are no layers, or the model is no encoder-decoder
   */
  public static LayerStacks of(Graph graph, Graph normalized) {
    return graph.named(() -> search(graph, normalized));
  }

  private static LayerStacks search(Graph graph, Graph normalized) {
    return of(TransformerLayers.stacks(graph, normalized), graph, normalized);
  }

  /** Tells apart what {@link TransformerLayers#stacks} found. */
  public static LayerStacks of(List<TransformerLayers> stacks, Graph graph, Graph normalized) {
    TransformerLayers one = stacks.get(0);
    if (stacks.size() > 2) {
      throw new GraphException(
          "The model has %d stacks of layers, expected an encoder's and a decoder's: %s"
              .formatted(
                  stacks.size(),
                  stacks.stream()
                      .map(stack -> "%d from '%s' on".formatted(stack.count(), stack.embeddings()))
                      .collect(Collectors.joining(", "))));
    }
    boolean isDecoder = readsSource(graph, normalized, one);
    Optional<TransformerLayers> other = stacks.stream().skip(1).findFirst();
    return isDecoder
        ? new LayerStacks(other, Optional.of(one))
        : new LayerStacks(Optional.of(one), other);
  }

  /** Whether there are tokens that a stack attends to, and does not read itself. */
  private static boolean readsSource(Graph graph, Graph normalized, TransformerLayers stack) {
    List<Set<String>> reached =
        stack.inputsBeside(graph, EmbeddingTables.of(normalized).inputs()).stream()
            .map(input -> Dependants.of(graph, input))
            .toList();
    if (reached.isEmpty()) {
      throw new GraphException(
          "The model has one stack of %d layers, from '%s' on, and no source beside what they read; omit the stack"
              .formatted(stack.count(), stack.embeddings()));
    }
    String last = stack.hiddenState(stack.count());
    return reached.stream().anyMatch(dependants -> dependants.contains(last));
  }
}
