package org.tribuo.distill.internal.autodiff;

import java.util.List;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.internal.UndifferentiableException;

/** An operator without a gradient rule lies between the loss and weights that are to be trained. */
public final class UnknownOperatorException extends UndifferentiableException {
  private static final long serialVersionUID = 1L;

  private final String operator;
  private final long opset;
  private final String node;
  private final transient List<String> weights;

  UnknownOperatorException(Operator operator, long opset, String node, List<String> weights) {
    super(
        """
        No gradient rule for '%s' (opset %d) at node '%s', between the loss and %d trainable \
        weights (first: %s). Freeze those weights (frozenWeights), or %s"""
            .formatted(
                operator.name(),
                opset,
                node,
                weights.size(),
                weights.get(0),
                operator
                    .remedy()
                    .orElse("pass a rule: CONTRIBUTING.md, \"How to add an operator\"")));
    this.operator = operator.name();
    this.opset = opset;
    this.node = node;
    this.weights = weights;
  }

  /** The operator, with its domain where it is not ONNX's own. */
  public String operator() {
    return operator;
  }

  /** The version of the operator's domain. */
  public long opset() {
    return opset;
  }

  /** The name of the node. */
  public String node() {
    return node;
  }

  /** The trainable weights that the node depends on. */
  public List<String> weights() {
    return weights;
  }
}
