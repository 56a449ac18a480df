package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.List;
import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * A loss against the true labels, row by row. The objective takes the mean over the labelled rows;
 * rows without a label may hold any finite number. Implementations are immutable.
 */
public interface HardLoss extends Configurable, Provenancable<ConfiguredObjectProvenance> {
  /** The form in which this loss reads the labels. */
  LabelForm labelForm();

  /**
   * In which forms the loss compares answers, so that it is refused where the outputs have none of
   * them; a loss that states none may be used for all outputs that have labels of its form.
   */
  default Set<AnswerForm> answerForms() {
    return Set.of();
  }

  /**
   * Whether a class to which the student gives no probability leaves the loss as it is, unless it
   * is the true one. A loss that does not ignore them is refused where the classes are positions,
   * some of which are impossible.
   */
  default boolean ignoresImpossibleClasses() {
    return true;
  }

  /**
   * The same loss for logits whose columns have these names: settings by label become settings by
   * column.
   */
  default HardLoss forLabels(List<String> labelOrder) {
    return this;
  }

  /**
   * Writes the loss of each row into the graph.
   *
   * @param logits [rows, outputs], before any activation
   * @param labels int64 [rows], each from 0 to outputs - 1, or float [rows, outputs]: see {@link
   *     #labelForm}
   * @return [rows]
   */
  Value perRow(Ops op, Value logits, Value labels);

  @Override
  default ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "HardLoss");
  }

  /** How the true label of a row is written. */
  enum LabelForm {
    /** One class a row: int64 [rows]; -100, as in PyTorch, where there is no label. */
    CLASSES,

    /** One number for each output of the student: float [rows, outputs]. */
    VECTORS
  }

  /** In which form answers are compared, or averaged over several teachers. */
  public enum AnswerForm {
    /** Softened probabilities of classes, of which one is true. */
    PROBABILITIES,
    /** Softened probabilities of labels, of which several may hold. */
    LABEL_PROBABILITIES,
    /** Logits as they are; for a regression, the values. */
    LOGITS
  }
}
