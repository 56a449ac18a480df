package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.operator;

import java.util.List;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.Operator;

/** Activation functions of ONNX Runtime. */
final class FusedActivations {
  private FusedActivations() {}

  static final List<Operator> ALL =
      List.of(
          operator("com.microsoft::Gelu")
              .decomposition((op, n) -> List.of(gelu(op, n.x(), "none"))),
          operator("com.microsoft::BiasGelu")
              .decomposition((op, n) -> List.of(gelu(op, biased(op, n), "none"))),
          operator("com.microsoft::FastGelu")
              .decomposition((op, n) -> List.of(gelu(op, biased(op, n), "tanh"))),
          operator("com.microsoft::QuickGelu").decomposition(FusedActivations::quickGelu));

  private static Value biased(Ops op, Operation n) {
    return n.hasX(1) ? op.add(n.x(0), n.x(1)) : n.x(0);
  }

  private static Value gelu(Ops op, Value x, String approximate) {
    return op.one("Gelu", Attributes.NONE.with("approximate", approximate), x.type(), x);
  }

  /** x·σ(αx). */
  private static List<Value> quickGelu(Ops op, Operation n) {
    float alpha = n.attribute("alpha", 1.702f);
    return List.of(op.mul(n.x(), op.sigmoid(op.mul(n.x(), alpha))));
  }

  /** The activation that a fused matrix product or convolution names. */
  static Value named(Ops op, Operation n, Value x) {
    String name = n.attribute("activation", "");
    Attributes attributes = Attributes.NONE;
    if (name.equals("LeakyRelu") || name.equals("Elu") || name.equals("HardSigmoid")) {
      float[] parameters = parameters(n);
      if (parameters.length > 0) {
        attributes = attributes.with("alpha", parameters[0]);
      }
      if (parameters.length > 1) {
        attributes = attributes.with("beta", parameters[1]);
      }
    }
    return switch (name) {
      case "" -> x;
      case "Relu", "Tanh", "Sigmoid", "Softplus", "Softsign", "LeakyRelu", "Elu", "HardSigmoid" ->
          op.one(name, attributes, x.type(), x);
      default -> throw new GraphException("%s has the unknown activation '%s'".formatted(n, name));
    };
  }

  private static float[] parameters(Operation n) {
    return n.attributes()
        .floats("activation_params")
        .orElseGet(
            () ->
                n.attributes().has("activation_alpha")
                    ? new float[] {n.attribute("activation_alpha", 0f)}
                    : new float[0]);
  }
}
