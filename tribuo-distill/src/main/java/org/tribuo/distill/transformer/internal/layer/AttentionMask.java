package org.tribuo.distill.transformer.internal.layer;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.TensorType;

/**
 * The attention mask, which distinguishes tokens from padding: an input [batch, positions] that is
 * not looked up in a table.
 */
public final class AttentionMask {
  private AttentionMask() {}

  private static final String USUAL_NAME = "attention_mask";

  /** That of a model with one stack of layers. */
  public static Optional<String> of(Graph normalized) {
    return of(normalized, input -> true);
  }

  /**
   * That of an encoder-decoder's encoder: one that its last state depends on.
   *
   * @param state of the encoder
   */
  public static Optional<String> ofEncoder(Graph normalized, String state) {
    return of(normalized, input -> Dependants.of(normalized, input).contains(state));
  }

  /**
   * That of the decoder: one that the encoder's states do not depend on.
   *
   * @param state of the encoder
   */
  public static Optional<String> ofDecoder(Graph normalized, String state) {
    return of(normalized, input -> !Dependants.of(normalized, input).contains(state));
  }

  /**
   * The one input of this form; of several the one that has the usual name. None in a model of
   * images. Floats are not it where nothing is looked up: then they are what the model reads, as
   * sound is.
   *
   * @throws GraphException if several may be it
   */
  private static Optional<String> of(Graph normalized, Predicate<String> chosen) {
    Set<String> looked = EmbeddingTables.of(normalized).inputs();
    List<String> candidates =
        normalized.inputs().entrySet().stream()
            .filter(e -> e.getValue().shape().filter(s -> s.rank() == 2).isPresent())
            .filter(e -> !looked.isEmpty() || !e.getValue().elementType().isFloat())
            .map(Map.Entry::getKey)
            .filter(input -> !looked.contains(input))
            .filter(chosen)
            .toList();
    if (candidates.size() > 1 && !candidates.contains(USUAL_NAME)) {
      throw new GraphException(
          "Each of the inputs %s may distinguish tokens from padding: name the one that does '%s'"
              .formatted(candidates, USUAL_NAME));
    }
    return candidates.contains(USUAL_NAME)
        ? Optional.of(USUAL_NAME)
        : candidates.stream().findFirst();
  }

  /**
   * Whether a mask is over the positions of hidden states. That of tokens is; that of sounds may be
   * over samples, where the states are of frames.
   */
  public static boolean isOverPositionsOf(Graph normalized, String mask, TensorType states) {
    return !EmbeddingTables.of(normalized).inputs().isEmpty()
        || positions(normalized.type(mask)).equals(positions(Optional.of(states)));
  }

  private static Optional<Dimension> positions(Optional<TensorType> type) {
    return type.flatMap(TensorType::shape).map(shape -> shape.dimension(1));
  }
}
