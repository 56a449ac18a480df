package org.tribuo.distill.loss.internal;

import java.util.Map;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Tensor;

/**
 * An input that holds classes.
 *
 * @param classes their number
 * @param mayBeIgnored whether {@value ObjectiveInputs#IGNORED_LABEL} stands for none
 */
public record ClassIndices(Dimension classes, boolean mayBeIgnored) {
  void check(String name, Tensor tensor, Map<Dimension, Long> sizes) {
    long end =
        classes instanceof Dimension.Fixed fixed
            ? fixed.size()
            : sizes.getOrDefault(classes, Long.MAX_VALUE);
    for (long index : tensor.toLongs()) {
      boolean ignored = mayBeIgnored && index == ObjectiveInputs.IGNORED_LABEL;
      if (!ignored && (index < 0 || index >= end)) {
        throw new GraphException(
            "'%s' holds class %d, expected one from 0 to %s%s"
                .formatted(
                    name,
                    index,
                    end == Long.MAX_VALUE ? classes + " - 1" : Long.toString(end - 1),
                    mayBeIgnored
                        ? ", or %d for no label".formatted(ObjectiveInputs.IGNORED_LABEL)
                        : ""));
      }
    }
  }
}
