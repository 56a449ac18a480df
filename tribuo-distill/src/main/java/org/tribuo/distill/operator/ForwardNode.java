package org.tribuo.distill.operator;

import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.internal.UndifferentiableException;

/** What a gradient rule sees of the node that it differentiates. */
public final class ForwardNode extends Operation {
  private final List<Value> dy;
  private final Predicate<String> wanted;
  private final BitSet read = new BitSet();

  /**
   * @param dy the gradient of each output, absent where the loss does not depend on it
   * @param wanted whether an input depends on a weight
   */
  public ForwardNode(Graph graph, Node node, List<Value> dy, Predicate<String> wanted) {
    super(graph, node);
    this.dy = dy;
    this.wanted = wanted;
    read.set(0);
  }

  /** Whether the gradient of an input is needed; rules may omit costly ones. */
  public boolean wants(int index) {
    return hasX(index) && wanted.test(node().input(index));
  }

  /** The gradient of an output; absent if the loss does not depend on it. */
  public Value dy(int index) {
    read.set(index);
    return index < dy.size() ? dy.get(index) : Value.ABSENT;
  }

  /** A gradient that a rule does not look at would be lost. */
  public void requireAllRead() {
    for (int i = read.nextClearBit(0); i < dy.size(); i = read.nextClearBit(i + 1)) {
      if (!dy.get(i).isAbsent()) {
        throw cannot(
            "the loss depends on its output '%s', of which its rule knows nothing"
                .formatted(node().output(i)));
      }
    }
  }

  /** The reason why this node cannot be differentiated, as an exception. */
  public GraphException cannot(String why) {
    return new UndifferentiableException("%s has no gradient: %s".formatted(this, why));
  }
}
