package org.tribuo.distill.operator;

import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;

/**
 * How a node of an older version of an operator is written in the version of {@link Ops#OPSET}.
 *
 * @param version the opset in which attributes became inputs, or a default or a meaning changed
 * @param change is applied to nodes of older opsets
 */
public record Lift(long version, Change change) {
  /** Rewrites a node. */
  @FunctionalInterface
  public interface Change {
    void apply(Ops op, Node node);
  }
}
