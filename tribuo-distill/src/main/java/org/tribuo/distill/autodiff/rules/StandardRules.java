package org.tribuo.distill.autodiff.rules;

import static org.tribuo.distill.autodiff.RuleTable.flat;

import org.tribuo.distill.autodiff.RuleTable;

/** The table of all operators whose derivative this library knows. */
public final class StandardRules {
  private StandardRules() {}

  public static final RuleTable TABLE =
      RuleTable.of(
          ElementwiseRules.ENTRIES,
          ActivationRules.ENTRIES,
          MatrixRules.ENTRIES,
          NormalizationRules.ENTRIES,
          ReductionRules.ENTRIES,
          ShapeRules.ENTRIES,
          IndexingRules.ENTRIES,
          ScatterRules.ENTRIES,
          ResamplingRules.ENTRIES,
          QuantizationRules.ENTRIES,
          flat(
              "And",
              "ArgMax",
              "ArgMin",
              "Bernoulli",
              "Ceil",
              "Constant",
              "ConstantOfShape",
              "Equal",
              "EyeLike",
              "Floor",
              "Greater",
              "GreaterOrEqual",
              "Hardmax",
              "IsInf",
              "IsNaN",
              "Less",
              "LessOrEqual",
              "NonZero",
              "Not",
              "Or",
              "RandomNormalLike",
              "RandomUniformLike",
              "Round",
              "Shape",
              "Sign",
              "Size",
              "Xor"));
}
