package org.tribuo.distill.autodiff;

import java.util.List;

/** An operator without a gradient rule lies between the loss and weights that are to be trained. */
public final class UnknownOperatorException extends UndifferentiableException {
  private static final long serialVersionUID = 1L;

  private final String operator;
  private final long opset;
  private final String node;
  private final transient List<String> weights;

  UnknownOperatorException(String operator, long opset, String node, List<String> weights) {
    super(
        """
        No gradient rule for '%s' (opset %d) at node '%s', between the loss and %d trainable \
        weights (first: %s). Freeze those weights (frozenWeights), or %s"""
            .formatted(operator, opset, node, weights.size(), weights.get(0), remedy(operator)));
    this.operator = operator;
    this.opset = opset;
    this.node = node;
    this.weights = weights;
  }

  private static String remedy(String operator) {
    return switch (operator) {
      case "If" ->
          "export the model so that the condition is a constant: only the run shows which branch is"
              + " taken";
      case "Loop", "Scan" ->
          "export the model with the loop written out: only the run shows how often it is passed";
      case "QuantizeLinear" ->
          "choose a gradient that goes straight through the rounding: gradientRules ="
              + " org.tribuo.distill.student.StraightThroughQuantization";
      case "DynamicQuantizeLinear",
          "QLinearConv",
          "QLinearMatMul",
          "ConvInteger",
          "MatMulInteger" ->
          "take the model as it was before it was quantised: this operator rounds";
      default -> "pass a rule: CONTRIBUTING.md, \"How to add an operator\"";
    };
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
