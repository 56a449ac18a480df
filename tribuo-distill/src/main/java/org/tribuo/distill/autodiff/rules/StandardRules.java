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
          flat(
              "And",
              "ArgMax",
              "ArgMin",
              "Ceil",
              "Constant",
              "ConstantOfShape",
              "Equal",
              "EyeLike",
              "Floor",
              "Greater",
              "GreaterOrEqual",
              "IsInf",
              "IsNaN",
              "Less",
              "LessOrEqual",
              "Not",
              "NonZero",
              "OneHot",
              "Or",
              "Range",
              "Round",
              "Shape",
              "Sign",
              "Size",
              "Xor"));
}
