package org.tribuo.distill.objective;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tribuo.distill.component.PropertyChecks;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.HardLoss;

/**
 * {@link CrossEntropy} with its settings.
 *
 * <pre>{@code
 * <component name="hard" type="org.tribuo.distill.objective.CrossEntropyLoss">
 *   <property name="labelSmoothing" value="0.1"/>
 *   <propertymap name="classWeights"><entry key="rare" value="10"/></propertymap>
 * </component>
 * }</pre>
 */
public final class CrossEntropyLoss implements HardLossSource {
  @ConfigurableName private String component = "CrossEntropyLoss";

  @Config(
      description = "The part of the label's probability that is spread over all labels, 0 to 1.")
  private float labelSmoothing;

  @Config(description = "A weight for each label, not negative; labels that are not named have 1.")
  private Map<String, Float> classWeights = new HashMap<>();

  /** For OLCUT. */
  private CrossEntropyLoss() {}

  /**
   * A cross-entropy.
   *
   * @param labelSmoothing from 0 (none) to below 1
   * @param classWeights a weight for each label, not negative; 1 for those that are not named
   * @throws PropertyException if a number is out of its range
   */
  public static CrossEntropyLoss of(float labelSmoothing, Map<String, Float> classWeights) {
    CrossEntropyLoss loss = new CrossEntropyLoss();
    loss.labelSmoothing = labelSmoothing;
    loss.classWeights = Map.copyOf(classWeights);
    loss.postConfig();
    return loss;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = new PropertyChecks(component);
    properties.check("labelSmoothing", () -> new CrossEntropy(labelSmoothing, List.of()));
    properties.check("classWeights", () -> new CrossEntropy(0, List.copyOf(classWeights.values())));
  }

  /**
   * {@inheritDoc}
   *
   * @throws PropertyException if a label that has a weight is not known
   */
  @Override
  public HardLoss loss(List<String> labelOrder) {
    Set<String> unknown = new TreeSet<>(classWeights.keySet());
    labelOrder.forEach(unknown::remove);
    if (!unknown.isEmpty()) {
      throw new PropertyException(
          component,
          "classWeights",
          "names %s, expected some of %s".formatted(unknown, labelOrder));
    }
    return new CrossEntropy(
        labelSmoothing,
        classWeights.isEmpty()
            ? List.of()
            : labelOrder.stream().map(label -> classWeights.getOrDefault(label, 1f)).toList());
  }

  @Override
  public String toString() {
    return "CrossEntropyLoss(labelSmoothing=%s, classWeights=%s)"
        .formatted(labelSmoothing, classWeights);
  }
}
