package org.tribuo.distill.task.internal;

import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.internal.RowShape;

/**
 * What a model's head outputs for one example.
 *
 * @param columns the names of the columns of its logits
 * @param row the shape of its logits of one example
 * @param lastAlone whether the logits of the last position are the prediction, and those of the
 *     others are there to be learnt from
 * @param columnsGiven whether the data give the columns, such as the tokens of a vocabulary, so
 *     that the file of a model need not name them
 * @param range in which the logits are, if they are bounded; it is for targets, and is not saved
 */
public record Head(
    LabelOrder columns,
    RowShape row,
    boolean lastAlone,
    boolean columnsGiven,
    Optional<Range> range) {
  /** Between the names of outputs where each column has one. */
  public static final String BETWEEN_OUTPUTS = ",";

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

  /** A head all of whose logits are the prediction. */
  public Head(LabelOrder columns, RowShape row) {
    this(columns, row, false, false, Optional.empty());
  }

  /** One vector of logits for each example. */
  public static Head ofExamples(LabelOrder columns) {
    return new Head(columns, RowShape.of(columns.size()));
  }

  /** One vector of logits for each token. */
  public static Head ofTokens(LabelOrder columns) {
    return new Head(columns, RowShape.perToken(columns.size()));
  }

  /** One vector of logits for each step of a sequence, the last of which is the prediction. */
  public static Head ofSteps(LabelOrder columns) {
    return new Head(columns, RowShape.perToken(columns.size()), true, false, Optional.empty());
  }

  /** One vector of logits for each token, a column for each token of a vocabulary. */
  public static Head ofVocabulary(LabelOrder tokens) {
    return new Head(tokens, RowShape.perToken(tokens.size()), false, true, Optional.empty());
  }

  /** A score for each position in each column, each of which is an output of its own. */
  public static Head ofPositions(LabelOrder columns) {
    return new Head(columns, RowShape.ofPositions(columns.size()));
  }

  /** Whether there are logits for each token, so that nothing is pooled. */
  public boolean perToken() {
    return row.isRagged();
  }

  /** Whether each column is an output of its own. */
  public boolean hasOutputPerColumn() {
    return row.ofEachColumn().isPresent();
  }

  /** The same, all of whose logits are the prediction. */
  public Head ofAllSteps() {
    return new Head(columns, row);
  }

  /** The shape of what is predicted of an example. */
  public RowShape prediction() {
    return lastAlone ? RowShape.of(columns.size()) : row;
  }

  /** The shape of what one output has of an example. */
  public RowShape rowOfOutput() {
    return row.ofEachColumn().orElse(row);
  }

  /**
   * The outputs that hold the logits.
   *
   * @param named the name of one; where each column has one, all of them, with commas
   */
  public List<String> outputs(String named) {
    return hasOutputPerColumn() ? List.of(named.split(BETWEEN_OUTPUTS, -1)) : List.of(named);
  }

  /** The same for other columns. */
  public Head withColumns(LabelOrder others) {
    return new Head(others, row.withColumns(others.size()), lastAlone, columnsGiven, range);
  }

  /** The same, whose logits are bounded. */
  public Head within(Range bounds) {
    return new Head(columns, row, lastAlone, columnsGiven, Optional.of(bounds));
  }
}
