package org.tribuo.distill.operator;

import java.util.List;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/** How a fused operator is written with standard ones. */
@FunctionalInterface
public interface Decomposition {
  /**
   * Writes the operations into the graph.
   *
   * @return one value for each output of the node, {@link Value#ABSENT} where it cannot be given
   */
  List<Value> apply(Ops op, Operation n);
}
