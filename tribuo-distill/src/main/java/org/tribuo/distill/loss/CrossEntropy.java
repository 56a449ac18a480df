package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.loss.HardLoss.LabelForm;

/**
 * Cross-entropy against the true class, in nats: {@code -w_y log q_y} with {@code q = softmax(s)};
 * with label smoothing ε, {@code (1 - ε) (-w_y log q_y) + ε/C Σ_c (-w_c log q_c)} (Szegedy et al.
 * 2016, arXiv:1512.00567, section 7).
 *
 * <p>Mean over the labelled rows. Class weights do not change by what is divided; PyTorch divides
 * by the sum of the weights of the labels instead.
 *
 * <pre>{@code
 * <component name="hard" type="org.tribuo.distill.loss.CrossEntropy">
 *   <property name="labelSmoothing" value="0.1"/>
 *   <propertymap name="classWeights"><entry key="rare" value="10"/></propertymap>
 * </component>
 * }</pre>
 */
public final class CrossEntropy implements HardLoss {
  @ConfigurableName private String component = "CrossEntropy";

  @Config(
      description =
          "The fraction of the label's probability that is spread over all labels, 0 to below 1.")
  private float labelSmoothing;

  @Config(description = "A weight for each label, not negative; labels that are not named have 1.")
  private Map<String, Float> classWeights = Map.of();

  /** The weight of each column of the logits; empty if all are 1. */
  private List<Float> columnWeights = List.of();

  /** Without smoothing and weights. */
  public CrossEntropy() {}

  /**
   * A cross-entropy with label smoothing.
   *
   * @param labelSmoothing ε, from 0 (none) to below 1
   * @throws PropertyException if it is out of its range
   */
  public CrossEntropy(float labelSmoothing) {
    this(labelSmoothing, Map.of());
  }

  /**
   * A cross-entropy with label smoothing and weights.
   *
   * @param labelSmoothing ε, from 0 (none) to below 1
   * @param classWeights a weight for each label, not negative; 1 for those that are not named
   * @throws PropertyException if a number is out of its range
   */
  public CrossEntropy(float labelSmoothing, Map<String, Float> classWeights) {
    this.labelSmoothing = labelSmoothing;
    this.classWeights = Map.copyOf(classWeights);
    postConfig();
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
      throw properties.refused(
          "labelSmoothing",
          "is %s, expected a number from 0 (none) to below 1".formatted(labelSmoothing));
    }
    new TreeMap<>(classWeights)
        .forEach(
            (label, weight) -> {
              if (!(weight >= 0 && weight < Float.POSITIVE_INFINITY)) {
                throw properties.refused(
                    "classWeights",
                    "gives '%s' the weight %s, expected a finite number of 0 or more"
                        .formatted(label, weight));
              }
            });
  }

  /**
   * {@inheritDoc}
   *
   * @throws PropertyException if a label that has a weight is not one of them
   */
  @Override
  public CrossEntropy forLabels(List<String> labelOrder) {
    Set<String> unknown = new TreeSet<>(classWeights.keySet());
    labelOrder.forEach(unknown::remove);
    if (!unknown.isEmpty()) {
      throw new PropertyChecks(component)
          .refused("classWeights", "names %s, expected some of %s".formatted(unknown, labelOrder));
    }
    if (classWeights.isEmpty()) {
      return this;
    }
    CrossEntropy loss = new CrossEntropy(labelSmoothing, classWeights);
    loss.component = component;
    loss.columnWeights =
        labelOrder.stream().map(label -> classWeights.getOrDefault(label, 1f)).toList();
    return loss;
  }

  @Override
  public Set<HardLoss.AnswerForm> answerForms() {
    return Set.of(HardLoss.AnswerForm.PROBABILITIES);
  }

  @Override
  public boolean ignoresImpossibleClasses() {
    return labelSmoothing == 0;
  }

  @Override
  public LabelForm labelForm() {
    return LabelForm.CLASSES;
  }

  @Override
  public Value perRow(Ops op, Value logits, Value labels) {
    if (columnWeights.isEmpty() && !classWeights.isEmpty()) {
      throw new IllegalStateException(
          "%s has weights by label: forLabels says which column is which".formatted(this));
    }
    checkClasses(logits);
    Value logQ = op.logSoftmax(logits, -1);
    Value weighted = columnWeights.isEmpty() ? logQ : op.mul(logQ, weights(op, logits));
    Value ofLabel = op.squeeze(op.gatherElements(weighted, op.unsqueeze(labels, 1), 1), 1);
    if (labelSmoothing == 0) {
      return op.neg(ofLabel);
    }
    Value ofAll = op.reduceMean(weighted, -1);
    return op.neg(op.add(op.mul(ofLabel, 1 - labelSmoothing), op.mul(ofAll, labelSmoothing)));
  }

  private Value weights(Ops op, Value logits) {
    float[] weights = new float[columnWeights.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = columnWeights.get(i);
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
    if (!columnWeights.isEmpty() && !classes.is(columnWeights.size())) {
      throw new GraphException(
          "CrossEntropy has %d class weights, the student has %s classes"
              .formatted(columnWeights.size(), classes));
    }
  }

  @Override
  public String toString() {
    return "CrossEntropy(labelSmoothing=%s, classWeights=%s)"
        .formatted(labelSmoothing, new TreeMap<>(classWeights));
  }
}
