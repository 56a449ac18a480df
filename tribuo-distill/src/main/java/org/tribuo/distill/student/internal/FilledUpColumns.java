package org.tribuo.distill.student.internal;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.Modalities;
import org.tribuo.distill.task.internal.FurtherColumns;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.head.FilledUpLogits;
import org.tribuo.distill.transformer.internal.layer.EmbeddingTable;

/**
 * The columns of a language model's logits, of which there may be more than its tokenizer has
 * tokens. The table that the tokens are looked up in is filled up like the logits, be they tied or
 * not: it has a row for each column. So hidden states, which are of any width, are not taken for
 * logits.
 */
public final class FilledUpColumns {
  private FilledUpColumns() {}

  /**
   * Those of a head, and as many behind them as the logits have if they are filled up.
   *
   * @param head whose columns are the tokens, or which the model is to have as it is
   * @param logits the output that holds them; empty for any
   * @throws org.tribuo.distill.graph.GraphException if outputs of different sizes may hold them
   * @throws IllegalArgumentException if the logits may be filled up, and nothing feeds the model
   */
  public static LabelOrder of(Head head, Transformer model, Optional<String> logits) {
    LabelOrder tokens = head.columns();
    if (!head.columnsGiven()) {
      return tokens;
    }
    OptionalInt columns =
        FilledUpLogits.columns(
            model.graph(),
            logits,
            tokens.size(),
            many -> FurtherColumns.areBehind(tokens.size(), many) && many <= rows(model));
    return columns.isPresent() ? FurtherColumns.behind(tokens, columns.getAsInt()) : tokens;
  }

  /** Those of the table that the tokens of a growing text are looked up in. */
  private static long rows(Transformer model) {
    Map<String, TensorType> inputs = model.graph().inputs();
    return Modalities.of(inputs).feeder(inputs).growing().stream()
        .flatMap(text -> model.embeddings().indexedBy(text.ofSteps().get(0)).stream())
        .mapToLong(EmbeddingTable::rows)
        .max()
        .orElse(0);
  }
}
