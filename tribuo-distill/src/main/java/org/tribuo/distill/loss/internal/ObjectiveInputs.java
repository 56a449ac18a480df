package org.tribuo.distill.loss.internal;

/**
 * The names of the inputs that an objective adds to the student's graph, those of them that its
 * losses need. Here <i>float</i> is FLOAT, or DOUBLE where the student's output is; [rows...] is
 * [batch], or [batch, positions] where rows are tokens.
 */
public final class ObjectiveInputs {
  /** The class that marks a row without a label, as in PyTorch. */
  public static final long IGNORED_LABEL = -100;

  /**
   * The true labels: int64 [rows...] or float [rows..., outputs], as the hard loss wants them.
   * Class {@value #IGNORED_LABEL} marks a row without a label.
   */
  public static final String LABELS = "labels";

  /** The position of an answer's first token, int64 [batch], in place of the labels. */
  public static final String START_POSITIONS = "start_positions";

  /** The position of an answer's last token, int64 [batch], in place of the labels. */
  public static final String END_POSITIONS = "end_positions";

  /**
   * 1 for a row with a label, 0 for one without: float [rows...]; not where rows are tokens with a
   * class each, of which {@link #LABELS} says it.
   */
  public static final String LABELLED = "labelled";

  /**
   * 1 for a token that counts, 0 for another: float [rows...] of {@link TokenMask.Stated}, float
   * [batch, positions] of {@link RowForm.Spans}.
   */
  public static final String COUNTED = "counted";

  /**
   * How much each example, and each token of it, counts beside the others: float [batch], greater
   * than 0; only where rows are {@link RowForm#weighted}.
   */
  public static final String EXAMPLE_WEIGHTS = "example_weights";

  /** The teacher's output, before any activation: float [rows..., outputs]. */
  public static final String TEACHER_LOGITS = "teacher_logits";

  /** The teacher's logits of an answer's first token: float [batch, positions]. */
  public static final String TEACHER_START_LOGITS = "teacher_start_logits";

  /** The teacher's logits of an answer's last token: float [batch, positions]. */
  public static final String TEACHER_END_LOGITS = "teacher_end_logits";

  /**
   * The classes that the teacher's logits are of, where it gives its k largest only: int64
   * [rows..., k]; the logits then are float [rows..., k].
   */
  public static final String TEACHER_LOGITS_INDICES = "teacher_logits_indices";

  /**
   * The logarithm of the sum of the exponentials of all logits that the teacher does not give,
   * where it gives its k largest only: float [rows..., 1].
   */
  public static final String TEACHER_LOGITS_TAIL = "teacher_logits_tail";

  /** As {@link #TEACHER_LOGITS_INDICES}, of an answer's first token. */
  public static final String TEACHER_START_LOGITS_INDICES = "teacher_start_logits_indices";

  /** As {@link #TEACHER_LOGITS_INDICES}, of an answer's last token. */
  public static final String TEACHER_END_LOGITS_INDICES = "teacher_end_logits_indices";

  /**
   * How much each of several teachers counts: float [rows..., teachers], 0 or more, adding up to 1
   * in each row.
   */
  public static final String TEACHER_WEIGHTS = "teacher_weights";

  /** The weight of the soft loss, from 0 to 1: float scalar; only where there are both losses. */
  public static final String ALPHA = "alpha";

  /** The temperature, greater than 0: float scalar; only where the soft loss softens. */
  public static final String TEMPERATURE = "temperature";

  /**
   * Multiplies what is differentiated, not what is reported: float scalar, 1 unless the gradients
   * of several batches are added up.
   */
  public static final String LOSS_SCALE = "loss_scale";

  /**
   * Multiplies those parts of a soft loss that are means over the labelled rows, where others are
   * means over all rows: float scalar, 1 unless the gradients of several batches are added up.
   */
  public static final String LABELLED_SCALE = "labelled_scale";

  private ObjectiveInputs() {}

  /** The output of one of several teachers, numbered from 1, in place of the only one's. */
  public static String ofTeacher(int teacher) {
    return ofTeacher(TEACHER_LOGITS, teacher);
  }

  public static String ofTeacher(String only, int teacher) {
    return only + "_" + teacher;
  }

  /** The weight of a further term: float scalar, 0 or more. */
  public static String weightOf(String term) {
    return "weight_" + term;
  }
}
