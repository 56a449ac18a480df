package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * Kullback-Leibler divergence from a teacher of which only the k largest logits of each row were
 * kept, as one does for language models with large vocabularies, in nats: {@code T² Σ p (log p -
 * log q)}. What happens to the other classes, the tail, is a setting:
 *
 * <ul>
 *   <li>{@link Tail#RENORMALISED}: the sum is over the k classes, whose probabilities of the
 *       teacher are renormalised at T, so that they sum to 1; the student's are those of its
 *       softmax over all classes. With fewer than all classes the teacher seems surer than it is.
 *   <li>{@link Tail#REST_CLASS}: the tail is one class more, of teacher and student alike. Its
 *       logit is the logarithm of the sum of the exponentials of the logits that it stands for, so
 *       that its probability at T = 1 is the sum of theirs; at another T it is softened as one
 *       class. The teacher's probabilities are then what they are, and the divergence is 0 where
 *       the student gives the k classes the same.
 * </ul>
 *
 * <p>Mean over the rows that count, times T². With k the number of classes either is {@link
 * KlDivergence}.
 *
 * <pre>{@code
 * <component name="soft" type="org.tribuo.distill.loss.SparseKlDivergence">
 *   <property name="k" value="10"/>
 *   <property name="tail" value="REST_CLASS"/>
 * </component>
 * }</pre>
 */
public final class SparseKlDivergence implements RowwiseSoftLoss {
  /** The logit of a class that is left out of a sum of exponentials. */
  private static final double LEFT_OUT = -10_000;

  /** What happens to all classes but the largest. */
  public enum Tail {
    /** They are left out, and the teacher's probabilities of the others sum to 1. */
    RENORMALISED,
    /** They are one class. */
    REST_CLASS
  }

  @ConfigurableName private String component = "SparseKlDivergence";

  @Config(mandatory = true, description = "How many of the teacher's largest logits count.")
  private int k;

  @Config(description = "What happens to the other classes: RENORMALISED or REST_CLASS.")
  private Tail tail = Tail.RENORMALISED;

  /** For OLCUT. */
  private SparseKlDivergence() {}

  /**
   * A loss of the k largest logits, which are renormalised.
   *
   * @param k how many classes the teacher gives for each row: {@code teacher_logits} [rows..., k]
   *     of the classes {@code teacher_logits_indices}, int64 [rows..., k]
   * @throws PropertyException if k is less than 1
   */
  public SparseKlDivergence(int k) {
    this(k, Tail.RENORMALISED);
  }

  /**
   * A loss of the k largest logits.
   *
   * @param k as above
   * @param tail of a rest class the teacher gives the logit: {@code teacher_logits_tail} [rows...,
   *     1]
   * @throws PropertyException if k is less than 1
   */
  public SparseKlDivergence(int k, Tail tail) {
    this.k = k;
    this.tail = tail;
    postConfig();
  }

  @Override
  public void postConfig() {
    new PropertyChecks(component).checkAtLeast("k", 1, k);
  }

  @Override
  public OptionalInt largestOfTeacher() {
    return OptionalInt.of(k);
  }

  @Override
  public Set<HardLoss.AnswerForm> answerForms() {
    return Set.of(HardLoss.AnswerForm.PROBABILITIES);
  }

  @Override
  public Value perRow(Ops op, Rows rows) {
    rows.requireClasses(k, "SparseKlDivergence of %d classes".formatted(k), "use a smaller k");
    Value temperature = rows.temperature();
    Value largest = rows.largestOfTeacher(k);
    Value classes = rows.classesOfLargest(k);
    Value divergence =
        switch (tail) {
          case RENORMALISED -> renormalised(op, rows.student(), largest, classes, temperature);
          case REST_CLASS ->
              Softened.divergence(
                  op,
                  softened(op, op.concat(1, List.of(largest, rows.tailOfTeacher())), temperature),
                  softened(op, withRest(op, rows.student(), classes), temperature));
        };
    return op.mul(divergence, op.square(temperature));
  }

  private static Value renormalised(
      Ops op, Value student, Value largest, Value classes, Value temperature) {
    Value logQ = softened(op, student, temperature);
    return Softened.divergence(
        op, softened(op, largest, temperature), op.gatherElements(logQ, classes, 1));
  }

  private static Value softened(Ops op, Value logits, Value temperature) {
    return op.logSoftmax(op.div(logits, temperature), -1);
  }

  /** The student's logits of the teacher's largest classes, and that of all others: [rows, k+1]. */
  private static Value withRest(Ops op, Value student, Value classes) {
    Value largest = op.gatherElements(student, classes, 1);
    Value others =
        op.one(
            "ScatterElements",
            Attributes.NONE.with("axis", 1L),
            student.type(),
            student,
            classes,
            op.expandLike(op.scalar(LEFT_OUT, student), largest));
    return op.concat(1, List.of(largest, logSumExp(op, others)));
  }

  /**
   * The logarithm of each row's sum of exponentials, [rows, 1]. Of many classes its steps take a
   * third of the time of ONNX Runtime's ReduceLogSumExp, and the gradient reads the exponentials
   * again.
   */
  private static Value logSumExp(Ops op, Value logits) {
    Value likeliest =
        op.one(
            "ArgMax",
            Attributes.NONE.with("axis", -1L).with("keepdims", 1L),
            new TensorType(ElementType.INT64, logits.shape().map(s -> s.reduced(true, -1))),
            logits);
    Value largest = op.gatherElements(logits, likeliest, 1);
    Value sum = op.reduceSumKeep(op.exp(op.add(logits, op.neg(largest))), -1);
    return op.add(op.log(sum), largest);
  }

  @Override
  public String toString() {
    return tail == Tail.RENORMALISED
        ? "SparseKlDivergence(k=%d)".formatted(k)
        : "SparseKlDivergence(k=%d, tail=%s)".formatted(k, tail);
  }
}
