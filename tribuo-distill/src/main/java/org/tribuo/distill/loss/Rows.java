package org.tribuo.distill.loss;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.HardLoss.LabelForm;
import org.tribuo.distill.loss.internal.ClassIndices;
import org.tribuo.distill.loss.internal.ObjectiveInputs;
import org.tribuo.distill.loss.internal.Parts;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.loss.internal.TargetInputs;
import org.tribuo.distill.loss.internal.TargetNames;
import org.tribuo.distill.loss.internal.TokenMask;

/**
 * The rows of a batch as a loss reads them: the student's logits of each, and what they are
 * compared with. Whatever a loss asks for in addition to the student's logits becomes an input of
 * the graph; what no loss asks for need not be fed.
 *
 * <p>Rows are examples or tokens, always in one axis. All of them are there, padding too: a loss
 * over several rows leaves out those that do not count.
 */
public final class Rows {
  /** Weights are at most 1; the sum of those of a batch that has any is larger than this. */
  private static final double LEAST_WEIGHT = 1e-30;

  /** The logit of a class that has no probability, at any temperature. */
  private static final double IMPOSSIBLE = -10_000;

  /** As many of the teacher's largest logits as there are, the same number in all batches. */
  private static final Dimension ANY_LARGEST = Dimension.of("largest_of_teacher");

  private final Ops op;
  private final TargetInputs inputs;
  private final RowAxes axes;
  private final RowForm form;
  private final TargetNames names;
  private final Value student;
  private final Optional<Value> teacher;
  private final Parts parts;

  private Rows(
      Ops op,
      TargetInputs inputs,
      RowAxes axes,
      RowForm form,
      TargetNames names,
      Value student,
      Optional<Value> teacher,
      Parts parts) {
    this.op = op;
    this.inputs = inputs;
    this.axes = axes;
    this.form = form;
    this.names = names;
    this.student = student;
    this.teacher = teacher;
    this.parts = parts;
  }

  /**
   * Rows of which each is an example: of an output [batch, outputs], whose classes are positions
   * where a row is a span.
   */
  public static Rows examples(
      Ops op, TargetInputs inputs, Value output, RowForm form, TargetNames names, Parts parts) {
    RowAxes axes = new RowAxes(leading(output), 0);
    Value student = op.cast(output, inputs.floatType());
    Rows rows = new Rows(op, inputs, axes, form, names, student, Optional.empty(), parts);
    if (form instanceof RowForm.Spans spans && spans.masked()) {
      Value masked = rows.possible(student);
      return new Rows(op, inputs, axes, form, names, masked, Optional.empty(), parts);
    }
    return rows;
  }

  /** Rows of which each is a token: of an output [batch, positions, outputs]. */
  public static Rows tokens(
      Ops op, TargetInputs inputs, Value output, RowForm.Tokens form, Parts parts) {
    RowAxes axes = new RowAxes(leading(output), form.shift());
    Value student = axes.flatRows(op, op.cast(output, inputs.floatType()));
    return new Rows(op, inputs, axes, form, TargetNames.ONLY, student, Optional.empty(), parts);
  }

  private static List<Dimension> leading(Value output) {
    List<Dimension> all = output.shape().orElseThrow().dimensions();
    return all.subList(0, all.size() - 1);
  }

  /** The same rows with other logits of student and teacher, such as standardised ones. */
  public Rows withLogits(Value otherStudent, Value otherTeacher) {
    return new Rows(op, inputs, axes, form, names, otherStudent, Optional.of(otherTeacher), parts);
  }

  /**
   * Writes a part of a loss, which is reported on its own, before it is weighted.
   *
   * @param name reported after that of the whole: {@code soft.NAME}
   * @param loss writes the part of these rows
   * @return what it writes, a scalar
   */
  public Value part(String name, Function<Rows, Value> loss) {
    Parts own = parts.of(name);
    return own.report(loss.apply(new Rows(op, inputs, axes, form, names, student, teacher, own)));
  }

  /**
   * As {@link #part}, of a loss that is a mean over the labelled rows, beside others that are means
   * over all rows: where the gradients of batches are added up, it counts by a share of its own.
   */
  Value partOfLabelled(String name, Function<Rows, Value> loss) {
    parts.of(name).markOfLabelled();
    return op.mul(part(name, loss), inputs.scalar(ObjectiveInputs.LABELLED_SCALE));
  }

  // ---- what each row holds

  /** The student's logits: [rows, outputs]. */
  public Value student() {
    return student;
  }

  /** The teacher's logits: [rows, outputs]. */
  public Value teacher() {
    return teacher.orElseGet(this::teacherAsItIs);
  }

  private Value teacherAsItIs() {
    Value logits = teacherInput(names.teacher(), width());
    return form instanceof RowForm.Spans spans && spans.masked() ? possible(logits) : logits;
  }

  /** Logits, {@link #IMPOSSIBLE} at positions that the data do not mark. */
  private Value possible(Value logits) {
    Value marked = inputs.input(ObjectiveInputs.COUNTED, axes.type(floatType(), width()));
    Value zero = op.scalar(0, student);
    return op.where(op.greater(marked, zero), logits, op.scalar(IMPOSSIBLE, student));
  }

  /** The logits of each of several teachers: [rows, outputs]. */
  public List<Value> teachers(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(k -> teacherInput(ObjectiveInputs.ofTeacher(names.teacher(), k), width()))
        .toList();
  }

  /** How much each of several teachers counts in each row: [rows, teachers]. */
  public Value teacherWeights(int count) {
    return teacherInput(ObjectiveInputs.TEACHER_WEIGHTS, Dimension.of(count));
  }

  /**
   * The largest logits of the teacher where it gives no others: [rows, k].
   *
   * @throws GraphException if the teacher's logits are not as the teacher gave them
   */
  public Value largestOfTeacher(int k) {
    return largestOfTeacher(Dimension.of(k), k + " largest");
  }

  /**
   * As above, of as many as the teacher gives.
   *
   * @throws GraphException as above
   */
  public Value largestOfTeacher() {
    return largestOfTeacher(ANY_LARGEST, "largest");
  }

  private Value largestOfTeacher(Dimension count, String which) {
    if (teacher.isPresent()) {
      throw new GraphException(
          "The teacher's %s logits alone are neither averaged over several teachers nor standardised: use a loss that reads all of them"
              .formatted(which));
    }
    return teacherInput(names.teacher(), count);
  }

  /**
   * The logarithm of the sum of the exponentials of all logits of the teacher but the largest,
   * where it gives no others: [rows, 1]. Where there are no others, as small as a logit can be.
   *
   * @throws GraphException if rows are spans
   */
  public Value tailOfTeacher() {
    if (form instanceof RowForm.Spans) {
      throw new GraphException("The classes of spans are positions, whose logits are all there");
    }
    return teacherInput(ObjectiveInputs.TEACHER_LOGITS_TAIL, Dimension.of(1));
  }

  /** The classes that the teacher's largest logits are of: int64 [rows, k]. */
  public Value classesOfLargest(int k) {
    return classesOfLargest(Dimension.of(k));
  }

  /** The classes that these are of, as many as the teacher gives: int64 [rows, k]. */
  public Value classesOfLargest() {
    return classesOfLargest(ANY_LARGEST);
  }

  private Value classesOfLargest(Dimension count) {
    TensorType type = axes.type(ElementType.INT64, count);
    ClassIndices indices = new ClassIndices(width(), false);
    return axes.flatRows(op, inputs.input(names.teacherClasses(), type, indices));
  }

  /** The true class of each row, 0 where there is none: int64 [rows]. */
  public Value classLabels() {
    Value labels = rawClassLabels();
    return op.where(isIgnored(labels), op.constant(Tensor.scalar(0L)), labels);
  }

  /**
   * The true class of each row, and another where there is none: int64 [rows].
   *
   * @param otherwise int64 [rows]
   */
  public Value classLabelsOr(Value otherwise) {
    return op.where(op.greater(labelled(), op.scalar(0, student)), classLabels(), otherwise);
  }

  /** The teacher's likeliest class in each row: int64 [rows]. */
  public Value classesOfTeacher() {
    Value logits = teacher();
    Attributes last = Attributes.NONE.with("axis", -1L).with("keepdims", 0L);
    Shape rows = Shape.of(logits.shape().orElseThrow().dimension(0));
    return op.one("ArgMax", last, TensorType.of(ElementType.INT64, rows), logits);
  }

  /** The true output of each row: [rows, outputs]. */
  public Value labelVectors() {
    return axes.flatRows(op, inputs.input(names.labels(), axes.type(floatType(), width())));
  }

  /** The temperature of this step: a scalar. */
  public Value temperature() {
    return inputs.scalar(ObjectiveInputs.TEMPERATURE);
  }

  private Value teacherInput(String name, Dimension width) {
    return axes.flatRows(op, inputs.input(name, axes.type(floatType(), width)));
  }

  private Value rawClassLabels() {
    ClassIndices indices = new ClassIndices(width(), true);
    Value labels = inputs.input(names.labels(), axes.type(ElementType.INT64), indices);
    return axes.flat(
        op, axes.shifted(op, labels, op.constant(Tensor.scalar(ObjectiveInputs.IGNORED_LABEL))));
  }

  private Value isIgnored(Value labels) {
    return op.equal(labels, op.constant(Tensor.scalar(ObjectiveInputs.IGNORED_LABEL)));
  }

  private ElementType floatType() {
    return inputs.floatType();
  }

  // ---- which rows count

  /** 1 for a row that counts, 0 for another: [rows]. */
  public Value counted() {
    if (!(form instanceof RowForm.Tokens tokens)) {
      Value ones = op.expand(op.scalar(1, student), op.sizeOf(student, 0));
      return new Value(ones.name(), axes.type(floatType()));
    }
    if (tokens.mask() instanceof TokenMask.Input mask) {
      return marked(mask);
    }
    return tokens.mask() instanceof TokenMask.Stated
        ? marked(inputs.input(ObjectiveInputs.COUNTED, axes.type(floatType())))
        : haveClass();
  }

  /** 1 for a row that counts and has a true class, 0 for another: [rows]. */
  public Value labelled() {
    return labelled(LabelForm.CLASSES);
  }

  public Value labelled(LabelForm labels) {
    boolean areTokens = form instanceof RowForm.Tokens;
    if (form instanceof RowForm.Tokens tokens && tokens.mask() instanceof TokenMask.Labels) {
      return counted();
    }
    if (areTokens && labels == LabelForm.CLASSES) {
      return op.mul(counted(), haveClass());
    }
    Value stated = axes.flat(op, inputs.input(ObjectiveInputs.LABELLED, axes.type(floatType())));
    if (areTokens) {
      return op.mul(counted(), stated);
    }
    return labels == LabelForm.VECTORS ? stated : op.mul(stated, haveClass());
  }

  /** Whether rows have weights of their own. */
  public boolean isWeighted() {
    return form.weighted();
  }

  /** The weight of a row that counts, which is 1 unless it has one of its own, else 0: [rows]. */
  public Value weights() {
    return weighted(counted());
  }

  /**
   * What sums over rows are divided by: the sum of weights, and never 0.
   *
   * @param weights of the rows, 0 for those that do not count
   * @return a scalar
   */
  public Value total(Value weights) {
    return op.max(op.reduceSum(weights), isWeighted() ? LEAST_WEIGHT : 1);
  }

  private Value weighted(Value counted) {
    if (!isWeighted()) {
      return counted;
    }
    TensorType type = TensorType.of(floatType(), Shape.of(axes.leading().get(0)));
    Value ofExamples = inputs.input(ObjectiveInputs.EXAMPLE_WEIGHTS, type);
    if (axes.leading().size() == 1) {
      return op.mul(counted, ofExamples);
    }
    Value ofTokens =
        op.reshape(counted, op.concat(0, List.of(op.sizeOf(ofExamples, 0), op.longs(-1))));
    return axes.flat(op, op.mul(ofTokens, op.unsqueeze(ofExamples, 1)));
  }

  private Value haveClass() {
    return op.cast(op.not(isIgnored(rawClassLabels())), floatType());
  }

  /** The tokens that a mask marks; if labels are shifted, those whose next token is marked too. */
  private Value marked(TokenMask.Input input) {
    if (!op.graph().inputs().containsKey(input.input())) {
      throw new GraphException(
          "The mask '%s' is no input of the student, expected one of %s"
              .formatted(input.input(), op.graph().inputs().keySet()));
    }
    return marked(op.cast(op.graph().value(input.input()), floatType()));
  }

  private Value marked(Value marks) {
    Value next = axes.shifted(op, marks, op.scalar(0, marks));
    return axes.flat(op, axes.shift() == 0 ? marks : op.mul(marks, next));
  }

  // ---- means over rows

  /** The mean of [rows] over the rows that count, by their weights; 0 if there is none. */
  public Value mean(Value perRow) {
    return mean(perRow, counted());
  }

  /**
   * The mean of [rows] over the rows that count and have a true class, by their weights; 0 if there
   * is none.
   */
  public Value meanOfLabelled(Value perRow) {
    return mean(perRow, labelled());
  }

  public Value mean(Value perRow, Value counted) {
    Value weights = weighted(counted);
    Value total = total(weights);
    return op.div(op.reduceSum(op.mul(weights, perRow)), total);
  }

  // ---- checks

  /** The number of classes, if it is known before the graph runs. */
  public OptionalLong classes() {
    return width() instanceof Dimension.Fixed fixed
        ? OptionalLong.of(fixed.size())
        : OptionalLong.empty();
  }

  /**
   * Checks that there are enough classes for a loss to be defined, as far as that is known.
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
