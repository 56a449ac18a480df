package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * A loss against the teacher's soft targets. Most are a mean over rows: see {@link
 * RowwiseSoftLoss}. Implementations are immutable.
 */
public interface SoftLoss extends Configurable, Provenancable<ConfiguredObjectProvenance> {
  /**
   * Writes the loss of a batch into the graph.
   *
   * @return a scalar that depends on the rows that count only
   * @throws org.tribuo.distill.graph.GraphException if the loss is undefined for these rows, such
   *     as one that compares classes where there are too few
   */
  Value over(Ops op, Rows rows);

  /**
   * In which forms the loss compares answers, so that it is refused where the outputs have none of
   * them; a loss that states none may be used for all outputs.
   */
  default Set<HardLoss.AnswerForm> answerForms() {
    return Set.of();
  }

  /**
   * Whether a class to which neither student nor teacher gives any probability leaves the loss as
   * it is. A loss that does not ignore them is refused where the classes are positions, some of
   * which are impossible.
   */
  default boolean ignoresImpossibleClasses() {
    return true;
  }

  /** Whether a batch without any true label teaches nothing. */
  default boolean needsLabels() {
    return false;
  }

  /** Whether rows without a true label count too, in the whole loss or in a part of it. */
  default boolean countsUnlabelled() {
    return !needsLabels();
  }

  /**
   * The fewest rows of a batch for which the loss is defined: more than one if it compares rows
   * with each other.
   */
  default int fewestRows() {
    return 1;
  }

  /**
   * Whether each row counts by its weight. A loss that takes its means by {@link Rows#mean} and
   * {@link Rows#meanOfLabelled} alone does so; another is refused where rows have weights, unless
   * it asks {@link Rows#weights}.
   */
  default boolean weighsRows() {
    return false;
  }

  /**
   * How many of the teacher's largest logits the loss reads, or at most, where {@link
   * #massOfTeacher} is stated; empty if it reads all of them.
   */
  default OptionalInt largestOfTeacher() {
    return OptionalInt.empty();
  }

  /**
   * Which part of the teacher's probability the largest logits have that the loss reads, between 0
   * and 1: as few as have it, 32 or more. Such a loss takes as many as there are, by {@link
   * Rows#largestOfTeacher()}. Empty if it reads a stated number.
   */
  default OptionalDouble massOfTeacher() {
    return OptionalDouble.empty();
  }

  @Override
  default ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "SoftLoss");
  }
}
