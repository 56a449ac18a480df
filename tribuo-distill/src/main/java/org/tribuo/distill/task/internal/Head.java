package org.tribuo.distill.task.internal;

import org.tribuo.distill.graph.internal.RowShape;

/**
 * What a model's head outputs for one example.
 *
 * @param columns the names of the columns of its logits
 * @param row the shape of its logits of one example
 */
public record Head(LabelOrder columns, RowShape row) {
  /**
   * @throws IllegalArgumentException unless there is a name for each column
   */
  public Head {
    if (row.columns() != columns.size()) {
      throw new IllegalArgumentException(
          "The logits of an example are %s, and there are %d names of columns, %s; expected a name for each"
              .formatted(row, columns.size(), columns));
    }
  }

  /** One vector of logits for each example. */
  public static Head ofExamples(LabelOrder columns) {
    return new Head(columns, RowShape.of(columns.size()));
  }

  /** One vector of logits for each token. */
  public static Head ofTokens(LabelOrder columns) {
    return new Head(columns, RowShape.perToken(columns.size()));
  }

  /** Whether there is a vector of logits for each token, so that nothing is pooled. */
  public boolean perToken() {
    return row.isRagged() && row.endsInColumns();
  }

  /** The same for other columns. */
  public Head withColumns(LabelOrder others) {
    return new Head(others, row.withColumns(others.size()));
  }
}
