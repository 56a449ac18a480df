package org.tribuo.distill.operator.internal.standard;

import java.util.Set;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Operation;

/**
 * What of a fused operator is understood: its first inputs and outputs, and some attributes. What
 * is not is refused, so that nothing is left out silently.
 *
 * @param inputs how many
 * @param outputs how many
 * @param attributes those that are honoured; others must have a value that requests nothing
 */
record UnderstoodForm(int inputs, int outputs, Set<String> attributes) {
  /**
   * @throws GraphException if the node has anything else
   */
  void require(Operation n) {
    for (int i = inputs; i < n.xs().size(); i++) {
      if (n.hasX(i)) {
        throw unsupported(n, "reads '%s' as its input %d".formatted(n.x(i).name(), i));
      }
    }
    for (int i = outputs; i < n.outputs(); i++) {
      if (n.hasY(i)) {
        throw unsupported(n, "has an output %d".formatted(i));
      }
    }
    for (String name : n.attributes().names()) {
      if (!attributes.contains(name) && !isOff(n.attributes(), name)) {
        throw unsupported(n, "has the attribute '%s'".formatted(name));
      }
    }
  }

  /** Whether an attribute has a value that means no, nothing, none or times one. */
  private static boolean isOff(Attributes attributes, String name) {
    String text = attributes.get(name, "");
    float factor = attributes.get(name, 0f);
    return attributes.get(name, 0L) == 0
        && (factor == 0 || factor == 1)
        && (text.isEmpty() || text.equals("NONE"))
        && attributes.longs(name).map(numbers -> numbers.length == 0).orElse(true);
  }

  static GraphException unsupported(Operation n, String what) {
    return new GraphException("%s %s, which cannot be trained".formatted(n, what));
  }
}
