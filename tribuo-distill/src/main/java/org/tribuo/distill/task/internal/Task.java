package org.tribuo.distill.task.internal;

import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import org.tribuo.Example;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.OutputInfo;
import org.tribuo.Prediction;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.internal.protos.ComponentProto;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.evaluation.Evaluation;
import org.tribuo.protos.ProtoSerializable;

/**
 * What a model predicts: of what, which Tribuo outputs its logits become, which losses are defined
 * for them, and how they are scored. A model is saved with its task, so that a task has a static
 * method {@code deserializeFromProto}, as all that Tribuo saves. Implementations are immutable.
 *
 * @param <T> the outputs
 */
public interface Task<T extends Output<T>> extends ProtoSerializable<ComponentProto> {
  /** The class of the outputs. */
  Class<T> outputType();

  /**
   * The task for outputs that say more than their class does, as they know which tokens there are;
   * the same for all unless stated otherwise.
   */
  default Task<T> forOutputs(OutputInfo<T> outputs) {
    return this;
  }

  /**
   * Whether what comes next is predicted at each position, so that a model must not read those
   * behind it.
   */
  default boolean isCausal() {
    return false;
  }

  /** What one prediction is about: an example unless stated otherwise, a token, a span. */
  default RowForm unit() {
    return RowForm.examples();
  }

  /**
   * What the head of a model outputs; one vector for each example unless stated otherwise.
   *
   * @param columns of its logits
   */
  default Head head(LabelOrder columns) {
    return Head.ofExamples(columns);
  }

  /**
   * The columns of the logits, where every model of the task has the same; empty where they are the
   * names of the outputs, which the data or a file states.
   */
  default Optional<LabelOrder> columns() {
    return Optional.empty();
  }

  /**
   * An example as the rows that a model reads of it: itself unless stated otherwise, or windows of
   * it.
   *
   * @param maxLength of a row in positions
   * @throws IllegalArgumentException if it cannot be read, or a row has no room; the message says
   *     why
   */
  default List<Example<T>> rows(Example<T> example, int maxLength) {
    return List.of(example);
  }

  /**
   * An example as the rows that a model reads to predict its output: those that it is trained on
   * unless stated otherwise, or some of them.
   *
   * @param maxLength of a row in positions
   * @throws IllegalArgumentException as {@link #rows}
   */
  default List<Example<T>> rowsToPredict(Example<T> example, int maxLength) {
    return rows(example, maxLength);
  }

  /** The names of the outputs in a domain; unlabelled examples that Tribuo counted have none. */
  SortedSet<String> names(ImmutableOutputInfo<T> domain);

  /**
   * An output that has a name, for a domain.
   *
   * @throws IllegalArgumentException if no output can have that name
   */
  default T output(String name, OutputFactory<T> factory) {
    return factory.generateOutput(name);
  }

  /**
   * Whether columns of which the dataset has no example are left out, as further dimensions of a
   * teacher of a regression are. Else the student learns them too, as labels that only the teacher
   * knows.
   */
  default boolean ignoresFurtherColumns() {
    return false;
  }

  /**
   * Where a student finds its columns in the logits of a teacher.
   *
   * @return for each column of the student that of the teacher
   * @throws IllegalArgumentException if the teacher lacks one, or has further ones that cannot be
   *     ignored; the message lists them
   */
  default int[] columnsOf(LabelOrder teacher, LabelOrder student) {
    return ignoresFurtherColumns() ? teacher.columnsAmong(student) : teacher.columnsFor(student);
  }

  /**
   * What turns outputs into targets and logits into outputs.
   *
   * @param columns of the logits
   * @throws IllegalArgumentException if they are too few
   */
  TargetCodec<T> codec(LabelOrder columns);

  /**
   * What a model of Tribuo predicts for an example: for each column a probability or a score, or of
   * a regression its value. Where a prediction has an output and no scores, what it predicts is
   * certain.
   *
   * @throws IllegalArgumentException if the outputs of this task have none; the message says what
   *     else can teach it
   */
  default double[] scores(Prediction<T> prediction, LabelOrder columns) {
    throw new IllegalArgumentException(
        "A model of Tribuo cannot teach the task %s; use an ONNX model as its teacher"
            .formatted(this));
  }

  /** The default loss against the labels; others must want labels of its form. */
  HardLoss hardLoss();

  /** The default loss against the teacher. */
  SoftLoss softLoss();

  /** The probabilities that the logits stand for; empty if they are values. */
  Optional<HardLoss.AnswerForm> probabilities();

  /** Whether a loss that compares this is defined for the logits. */
  default boolean accepts(HardLoss.AnswerForm form) {
    return form == HardLoss.AnswerForm.LOGITS || probabilities().equals(Optional.of(form));
  }

  /**
   * What early stopping measures.
   *
   * @param columns of the logits
   */
  Score score(LabelOrder columns);

  /**
   * The number by which models are compared, the higher the better.
   *
   * @param evaluation made by the evaluator of the outputs' factory
   * @throws IllegalArgumentException if there is no such number for this task
   */
  default double criterion(Evaluation<T> evaluation) {
    throw new IllegalArgumentException(
        "Models of the task %s cannot be compared by one number".formatted(this));
  }

  @Override
  default ComponentProto serialize() {
    return SavedComponents.write(getClass());
  }
}
