package org.tribuo.distill.loss;

import java.util.Optional;
import java.util.OptionalLong;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * The rows of a batch as a loss sees them: what the student says of each, and what it is compared
 * with. Whatever a loss asks for beside the student's logits becomes an input of the graph (see
 * {@link ObjectiveInputs}); what no loss asks for need not be fed.
 *
 * <p>Rows are examples or tokens, always in one axis. All of them are there, padding too: a loss
 * over several rows leaves out those that do not count.
 */
public final class Rows {
  /** The class that marks a row without a label, as in PyTorch. */
  public static final long IGNORED_LABEL = -100;

  private final Ops op;
  private final TargetInputs inputs;
  private final RowAxes axes;
  private final Optional<TokenMask> tokens;
  private final String labelsName;
  private final String teacherName;
  private final Value student;
  private final Optional<Value> teacher;

  private Rows(
      Ops op,
      TargetInputs inputs,
      RowAxes axes,
      Optional<TokenMask> tokens,
      String labelsName,
      String teacherName,
      Value student,
      Optional<Value> teacher) {
    this.op = op;
    this.inputs = inputs;
    this.axes = axes;
    this.tokens = tokens;
    this.labelsName = labelsName;
    this.teacherName = teacherName;
    this.student = student;
    this.teacher = teacher;
  }

  /** Rows of which each is an example: of an output [batch, outputs]. */
  static Rows examples(
      Ops op, TargetInputs inputs, Value output, String labelsName, String teacherName) {
    RowAxes axes = new RowAxes(output.shape().orElseThrow().dimensions().subList(0, 1), 0);
    Value student = op.cast(output, inputs.floatType());
    return new Rows(
        op, inputs, axes, Optional.empty(), labelsName, teacherName, student, Optional.empty());
  }

  /** Rows of which each is a token: of an output [batch, positions, outputs]. */
  static Rows tokens(Ops op, TargetInputs inputs, Value output, RowForm.Tokens form) {
    RowAxes axes =
        new RowAxes(output.shape().orElseThrow().dimensions().subList(0, 2), form.shift());
    Value student = axes.flatRows(op, op.cast(output, inputs.floatType()));
    return new Rows(
        op,
        inputs,
        axes,
        Optional.of(form.mask()),
        ObjectiveInputs.LABELS,
        ObjectiveInputs.TEACHER_LOGITS,
        student,
        Optional.empty());
  }

  /** The same rows with other logits of student and teacher, such as standardised ones. */
  public Rows withLogits(Value otherStudent, Value otherTeacher) {
    return new Rows(
        op, inputs, axes, tokens, labelsName, teacherName, otherStudent, Optional.of(otherTeacher));
  }

  // ---- what each row holds

  /** The student's logits: [rows, outputs]. */
  public Value student() {
    return student;
  }

  /** The teacher's logits: [rows, outputs]. */
  public Value teacher() {
    return teacher.orElseGet(() -> teacherOfWidth(width()));
  }

  /** The largest logits of the teacher where it gives no others: [rows, k]. */
  public Value largestOfTeacher(int k) {
    return teacherOfWidth(Dimension.of(k));
  }

  /** The classes that the teacher's largest logits are of: int64 [rows, k]. */
  public Value classesOfLargest(int k) {
    TensorType type = axes.type(ElementType.INT64, Dimension.of(k));
    return axes.flatRows(op, inputs.input(teacherName + ObjectiveInputs.INDICES_SUFFIX, type));
  }

  /** The true class of each row, 0 where there is none: int64 [rows]. */
  public Value classLabels() {
    Value labels = rawClassLabels();
    return op.where(isIgnored(labels), op.constant(Tensor.scalar(0L)), labels);
  }

  /** The true output of each row: [rows, outputs]. */
  Value labelVectors() {
    return axes.flatRows(op, inputs.input(labelsName, axes.type(floatType(), width())));
  }

  /** The temperature of this step: a scalar. */
  public Value temperature() {
    return inputs.scalar(ObjectiveInputs.TEMPERATURE);
  }

  private Value teacherOfWidth(Dimension width) {
    return axes.flatRows(op, inputs.input(teacherName, axes.type(floatType(), width)));
  }

  private Value rawClassLabels() {
    Value labels = inputs.input(labelsName, axes.type(ElementType.INT64));
    return axes.flat(op, axes.shifted(op, labels, op.constant(Tensor.scalar(IGNORED_LABEL))));
  }

  private Value isIgnored(Value labels) {
    return op.equal(labels, op.constant(Tensor.scalar(IGNORED_LABEL)));
  }

  private ElementType floatType() {
    return inputs.floatType();
  }

  // ---- which rows count

  /** 1 for a row that counts, 0 for another: [rows]. */
  public Value counted() {
    if (tokens.isEmpty()) {
      Value ones = op.expand(op.scalar(1, student), op.sizeOf(student, 0));
      return new Value(ones.name(), axes.type(floatType()));
    }
    return tokens.get() instanceof TokenMask.Input mask ? marked(mask) : haveClass();
  }

  /** 1 for a row that counts and has a true class, 0 for another: [rows]. */
  public Value labelled() {
    return labelled(LabelForm.CLASSES);
  }

  Value labelled(LabelForm form) {
    Value here =
        tokens.isEmpty()
            ? inputs.input(ObjectiveInputs.LABELLED, axes.type(floatType()))
            : counted();
    boolean known = tokens.isPresent() && tokens.get() instanceof TokenMask.Labels;
    return form == LabelForm.VECTORS || known ? here : op.mul(here, haveClass());
  }

  private Value haveClass() {
    return op.cast(op.not(isIgnored(rawClassLabels())), floatType());
  }

  /** The tokens that a mask marks; if labels are shifted, those whose next token is marked too. */
  private Value marked(TokenMask.Input input) {
    Value mask = op.graph().value(input.input());
    Value marks = op.cast(mask, floatType());
    Value next = axes.shifted(op, marks, op.scalar(0, marks));
    return axes.flat(op, axes.shift() == 0 ? marks : op.mul(marks, next));
  }

  // ---- means over rows

  /** The mean of [rows] over the rows that count; 0 if there is none. */
  public Value mean(Value perRow) {
    return mean(perRow, counted());
  }

  /** The mean of [rows] over the rows that count and have a true class; 0 if there is none. */
  public Value meanOfLabelled(Value perRow) {
    return mean(perRow, labelled());
  }

  Value mean(Value perRow, Value weights) {
    Value number = op.max(op.reduceSum(weights), 1);
    return op.div(op.reduceSum(op.mul(weights, perRow)), number);
  }

  // ---- checks

  /** The number of classes, if it is known before the graph runs. */
  public OptionalLong classes() {
    return width() instanceof Dimension.Fixed fixed
        ? OptionalLong.of(fixed.size())
        : OptionalLong.empty();
  }

  /**
   * Checks that there are enough classes for a loss to mean something, as far as that is known.
   *
   * @param why what happens otherwise, and what to do instead
   * @throws GraphException if there are fewer
   */
  public void requireClasses(long fewest, String loss, String why) {
    if (classes().isPresent() && classes().getAsLong() < fewest) {
      throw new GraphException(
          "%s needs at least %d classes, the student has %d: %s"
              .formatted(loss, fewest, classes().getAsLong(), why));
    }
  }

  private Dimension width() {
    return student.shape().orElseThrow().dimension(-1);
  }
}
