package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.internal.component.ComponentProvenance;
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
 * <p>In the place of k there may be a mass, the part of the teacher's probability that the k
 * largest have: see {@link #ofMass}.
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

  /** How many logits have a stated mass at most. */
  private static final int MOST_OF_MASS = 128;

  /** What happens to all classes but the largest. */
  public enum Tail {
    /** They are left out, and the teacher's probabilities of the others sum to 1. */
    RENORMALISED,
    /** They are one class. */
    REST_CLASS
  }

  @ConfigurableName private String component = "SparseKlDivergence";

  @Config(
      description =
          "How many of the teacher's largest logits count, 1 or more; left out where mass is stated.")
  private @Nullable Integer k;

  @Config(
      description =
          "Which part of the teacher's probability the logits that count have, between 0 and 1: as few"
              + " as have it, 32 to 128; left out where k is stated.")
  private @Nullable Double mass;

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

  /**
   * A loss of as few of the largest logits as have a part of the teacher's probability: the
   * smallest number from 32 to 128 with which the mean over the tokens, or examples, of the data
   * reaches it, at T = 1; 128 where it is not reached, or all if there are fewer. It is found when
   * the teacher has been asked, on up to 1,000 examples, evenly spaced over all, and stands in the
   * provenance of the student. The store has the 128 largest.
   *
   * @param mass the part, between 0 and 1, such as 0.99
   * @param tail as above
   * @throws PropertyException if the mass is not between 0 and 1
   */
  public static SparseKlDivergence ofMass(double mass, Tail tail) {
    SparseKlDivergence loss = new SparseKlDivergence();
    loss.mass = mass;
    loss.tail = tail;
    loss.postConfig();
    return loss;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    if ((k == null) == (mass == null)) {
      throw properties.refused(
          "k",
          k == null
              ? "is not stated, and mass is not either; state the number of the teacher's largest logits, or the part of its probability that they have"
              : "is %d, and mass is stated too, %s; state one of them".formatted(k, mass));
    }
    properties.checkIfStated("k", 1, k);
    if (mass != null && !(mass > 0 && mass < 1)) {
      throw properties.refused(
          "mass", "is %s, expected a part of the probability, between 0 and 1".formatted(mass));
    }
  }

  @Override
  public OptionalInt largestOfTeacher() {
    return OptionalInt.of(k == null ? MOST_OF_MASS : k);
  }

  @Override
  public OptionalDouble massOfTeacher() {
    return mass == null ? OptionalDouble.empty() : OptionalDouble.of(mass);
  }

  @Override
  public Set<HardLoss.AnswerForm> answerForms() {
    return Set.of(HardLoss.AnswerForm.PROBABILITIES);
  }

  @Override
  public Value perRow(Ops op, Rows rows) {
    if (k != null) {
      rows.requireClasses(k, "SparseKlDivergence of %d classes".formatted(k), "use a smaller k");
    }
    Value temperature = rows.temperature();
    Value largest = k == null ? rows.largestOfTeacher() : rows.largestOfTeacher(k);
    Value classes = k == null ? rows.classesOfLargest() : rows.classesOfLargest(k);
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
   * The logarithm of each row's sum of exponentials, [rows, 1]. Of many classes its steps take less
   * time than ONNX Runtime's ReduceLogSumExp, and the gradient reads the exponentials again: a
   * small student of 6,000 tokens learns a fifth faster.
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
  public ConfiguredObjectProvenance getProvenance() {
    return ComponentProvenance.of(this, "SoftLoss");
  }

  @Override
  public String toString() {
    String which = k == null ? "mass=" + mass : "k=" + k;
    return tail == Tail.RENORMALISED
        ? "SparseKlDivergence(%s)".formatted(which)
        : "SparseKlDivergence(%s, tail=%s)".formatted(which, tail);
  }
}
