package org.tribuo.distill.loss;

import java.util.List;
import java.util.Set;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;

/**
 * Cross-entropy against the true class, in nats: {@code -w_y log q_y} with {@code q = softmax(s)};
 * with label smoothing ε, {@code (1 - ε) (-w_y log q_y) + ε/C Σ_c (-w_c log q_c)} (Szegedy et al.
 * 2016, arXiv:1512.00567, section 7).
 *
 * <p>Mean over the labelled rows. Class weights do not change by what is divided; PyTorch divides
 * by the sum of the weights of the labels instead.
 *
 * @param labelSmoothing ε, from 0 (none) to below 1
 * @param classWeights a weight for each class, not negative, or none: all 1
 */
public record CrossEntropy(float labelSmoothing, List<Float> classWeights) implements HardLoss {
  public CrossEntropy {
    if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
      throw new IllegalArgumentException(
          "Label smoothing is %s, expected a number from 0 (none) to below 1"
              .formatted(labelSmoothing));
    }
    for (int i = 0; i < classWeights.size(); i++) {
      float weight = classWeights.get(i);
      if (!(weight >= 0 && weight < Float.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "The weight of class %d is %s, expected a finite number of 0 or more"
                .formatted(i, weight));
      }
    }
    classWeights = List.copyOf(classWeights);
  }

  /** Without smoothing and weights. */
  public CrossEntropy() {
    this(0, List.of());
  }

  @Override
  public Set<AnswerForm> answerForms() {
    return Set.of(AnswerForm.PROBABILITIES);
  }

  @Override
  public LabelForm labelForm() {
    return LabelForm.CLASSES;
  }

  @Override
  public Value perRow(Ops op, Value logits, Value labels) {
    checkClasses(logits);
    Value logQ = op.logSoftmax(logits, -1);
    Value surprise = op.neg(classWeights.isEmpty() ? logQ : op.mul(logQ, weights(op, logits)));
    Value ofLabel = op.squeeze(op.gatherElements(surprise, op.unsqueeze(labels, 1), 1), 1);
    if (labelSmoothing == 0) {
      return ofLabel;
    }
    Value ofAll = op.reduceMean(surprise, -1);
    return op.add(op.mul(ofLabel, 1 - labelSmoothing), op.mul(ofAll, labelSmoothing));
  }

  private Value weights(Ops op, Value logits) {
    float[] weights = new float[classWeights.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = classWeights.get(i);
    }
    return op.constant(Tensor.of(weights, weights.length).cast(logits.elementType()));
  }

  private void checkClasses(Value logits) {
    Dimension classes = logits.shape().orElseThrow().dimension(-1);
    if (classes.is(1)) {
      throw new GraphException(
          "CrossEntropy of one class is always 0: '%s' is %s, expected two classes or more; for a"
                  .formatted(logits.name(), logits.type())
              + " number use SquaredError, for yes or no BinaryCrossEntropy");
    }
    if (!classWeights.isEmpty() && !classes.is(classWeights.size())) {
      throw new GraphException(
          "CrossEntropy has %d class weights, the student has %s classes"
              .formatted(classWeights.size(), classes));
    }
  }
}
