package org.tribuo.distill.zoo;

import static org.tribuo.distill.graph.OperatorCase.absent;
import static org.tribuo.distill.graph.OperatorCase.awayFrom;
import static org.tribuo.distill.graph.OperatorCase.between;
import static org.tribuo.distill.graph.OperatorCase.booleans;
import static org.tribuo.distill.graph.OperatorCase.numbers;
import static org.tribuo.distill.graph.OperatorCase.operator;

import java.util.List;
import java.util.function.Function;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Source;

/** Operators that compute each element apart from the others. */
final class ElementwiseConstructs {
  private ElementwiseConstructs() {}

  /** An operator of one input, and the domain on which it is smooth. */
  private record Unary(OperatorCase operator, Function<long[], Source> domain) {}

  private static Unary everywhere(OperatorCase operator) {
    return new Unary(operator, OperatorCase::normal);
  }

  private static Unary away(OperatorCase operator, double... kinks) {
    return new Unary(operator, dims -> awayFrom(kinks, dims));
  }

  private static Unary inside(OperatorCase operator, double least, double most) {
    return new Unary(operator, dims -> between(least, most, dims));
  }

  private static List<Unary> unaries(Draw draw) {
    float alpha = draw.of(0.3f, 1.7f, -0.6f);
    return List.of(
        away(operator("Abs"), 0),
        everywhere(operator("Neg")),
        everywhere(operator("Exp")),
        inside(operator("Log"), 0.5, 2),
        inside(operator("Sqrt"), 0.5, 2),
        inside(operator("Reciprocal"), 0.5, 2),
        everywhere(operator("Erf")),
        everywhere(operator("Tanh")),
        everywhere(operator("Sigmoid")),
        everywhere(operator("Softplus")),
        everywhere(operator("Softsign")),
        away(operator("Relu"), 0),
        everywhere(operator("Sin")),
        everywhere(operator("Cos")),
        inside(operator("Tan"), -1, 1),
        inside(operator("Asin"), -0.8, 0.8),
        inside(operator("Acos"), -0.8, 0.8),
        everywhere(operator("Atan")),
        everywhere(operator("Sinh")),
        everywhere(operator("Cosh")),
        everywhere(operator("Asinh")),
        inside(operator("Acosh"), 1.5, 3),
        inside(operator("Atanh"), -0.8, 0.8),
        everywhere(operator("Identity")),
        everywhere(operator("Gelu").with("approximate", draw.of("none", "tanh"))),
        everywhere(operator("Mish")),
        away(operator("HardSwish"), -3, 3),
        away(operator("HardSigmoid").with("alpha", 0.25f).with("beta", 0.25f), -1, 3),
        away(operator("LeakyRelu").with("alpha", alpha), 0),
        away(operator("Elu").with("alpha", alpha), 0),
        away(operator("Selu").with("alpha", alpha).with("gamma", draw.of(1.1f, -0.7f)), 0),
        away(operator("Celu").with("alpha", draw.of(0.5f, 1.5f)), 0),
        away(operator("ThresholdedRelu").with("alpha", 1f), 1),
        away(operator("Shrink").with("lambd", 1f).with("bias", draw.of(0f, 0.4f)), -1, 1),
        everywhere(operator("Swish").opset(24).with("alpha", alpha)),
        away(operator("Relu").opset(draw.of(7L, 13L)), 0),
        away(operator("LeakyRelu").opset(draw.of(7L, 15L)).with("alpha", alpha), 0),
        everywhere(operator("com.microsoft::QuickGelu").with("alpha", alpha)),
        everywhere(operator("com.microsoft::Gelu")),
        everywhere(operator("com.microsoft::FastGelu")),
        everywhere(operator("Cast").with("to", 1)));
  }

  static OperatorCase unary(Draw draw) {
    Unary unary = draw.of(unaries(draw));
    boolean fused = unary.operator().operator().contains("::");
    return unary.operator().on(unary.domain().apply(draw.dims(draw.from(fused ? 1 : 0, 4))));
  }

  static OperatorCase binary(Draw draw) {
    OperatorCase smooth = operator(draw.of("Add", "Sub", "Mul", "Sum", "Mean"));
    return draw.of(
        smooth.broadcasting(OperatorCase.normal(), OperatorCase.normal()),
        operator("Div").broadcasting(OperatorCase.normal(), OperatorCase.positive()),
        operator("Pow").broadcasting(OperatorCase.positive(), OperatorCase.normal()),
        operator("Pow")
            .opset(draw.of(7L, 12L, 15L))
            .broadcasting(OperatorCase.positive(), OperatorCase.normal()),
        operator(draw.of("Max", "Min")).broadcasting(between(0, 1), between(1.2, 2)),
        operator("Mod").with("fmod", 1).broadcasting(between(2.3, 2.7), between(0.95, 1.05)),
        operator(draw.of("Max", "Min", "Sum", "Mean"))
            .broadcasting(between(0, 1), between(1.2, 2), between(-2, -1)),
        operator("Where").broadcasting(booleans(), OperatorCase.normal(), OperatorCase.normal()));
  }

  static OperatorCase bounded(Draw draw) {
    long[] dims = draw.dims(draw.from(1, 3));
    Source x = awayFrom(new double[] {-1, 1}, dims);
    Source least = numbers(new long[0], -1);
    Source most = numbers(new long[0], 1);
    long opset = draw.of(11L, 12L, 13L, 21L);
    return draw.of(
        operator("Clip").opset(opset).on(x, least.constant(), most.constant()),
        operator("Clip").opset(opset).on(x, least, most),
        operator("Clip").opset(opset).on(x, absent(), most),
        operator("Clip").opset(opset).on(x, least.constant()),
        operator("Clip").opset(draw.of(7L, 10L)).with("min", -1f).on(x),
        operator("Clip").opset(6 + draw.from(1, 4)).with("min", -1f).with("max", 1f).on(x),
        operator("PRelu")
            .on(awayFrom(new double[] {0}, dims), OperatorCase.normal(dims[dims.length - 1])),
        operator("PRelu")
            .opset(draw.of(7L, 9L, 16L))
            .on(awayFrom(new double[] {0}, dims), OperatorCase.normal(1)));
  }
}
