package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import java.util.Objects;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.loss.LayerMap.LayerPair;

/** A loss between the attention of the student's layers and that of the teacher's. */
abstract class AttentionLoss extends LayerwiseLoss {
  @Config(description = "Scores, before the softmax, or probabilities, after it.")
  private AttentionForm form = AttentionForm.SCORES;

  AttentionLoss() {}

  AttentionLoss(LayerMap layers, AttentionForm form) {
    super(layers);
    this.form = Objects.requireNonNull(form, "form");
  }

  final AttentionForm form() {
    return form;
  }

  @Override
  final Value ofPair(Ops op, Activations activations, LayerPair pair) {
    return ofPair(op, AttentionPair.of(op, activations, form, pair));
  }

  abstract Value ofPair(Ops op, AttentionPair pair);

  @Override
  public String toString() {
    return "%s(%s, %s)".formatted(getClass().getSimpleName(), layers(), form);
  }
}
