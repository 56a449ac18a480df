package org.tribuo.distill;

import java.util.OptionalLong;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.pass.Normalization;
import org.tribuo.distill.input.TextTokenizer;
import org.tribuo.distill.input.TokenFeatures;
import org.tribuo.distill.input.TokenInputs;
import org.tribuo.distill.transformer.EmbeddingTables;

/** Finds which tokens a model can read, and how many, from its embedding tables. */
final class TokenLimits {
  private TokenLimits() {}

  /**
   * The limits of a model.
   *
   * @param maxLength the longest text that is wanted; 0 for as long as possible
   * @throws IllegalArgumentException if more is wanted than the model has positions for
   */
  static TokenFeatures of(OnnxModel model, int maxLength) {
    Graph graph = Graph.of(model);
    Normalization.apply(graph);
    EmbeddingTables tables = EmbeddingTables.of(graph);
    return new TokenFeatures(positions(tables, maxLength), vocabulary(graph, tables));
  }

  private static int positions(EmbeddingTables tables, int maxLength) {
    OptionalLong known = tables.maxPositions();
    if (known.isPresent() && maxLength > known.getAsLong()) {
      throw new IllegalArgumentException(
          "maxLength is %d tokens, but the model has positions for %d"
              .formatted(maxLength, known.getAsLong()));
    }
    if (maxLength > 0) {
      return maxLength;
    }
    return (int)
        Math.min(TokenFeatures.MAX_POSITIONS, known.orElse(TextTokenizer.DEFAULT_MAX_LENGTH));
  }

  private static int vocabulary(Graph graph, EmbeddingTables tables) {
    String ids = TokenInputs.of(graph.inputs()).ids();
    OptionalLong rows = tables.rows(ids);
    return Math.toIntExact(
        rows.orElseThrow(
            () ->
                new GraphException(
                    "No embedding table of the model is looked up by its input '%s', so its"
                            .formatted(ids)
                        + " vocabulary is not known")));
  }
}
