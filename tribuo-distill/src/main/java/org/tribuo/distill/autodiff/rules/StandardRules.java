package org.tribuo.distill.autodiff.rules;

import static org.tribuo.distill.autodiff.RuleTable.flat;

import java.util.List;
import org.tribuo.distill.autodiff.RuleTable;
import org.tribuo.distill.autodiff.RuleTable.Entry;

/** The table of all operators whose derivative this library knows. */
public final class StandardRules {
  private StandardRules() {}

  /**
   * Rules for operators that round, as if they did not; for those who choose so. Where a value is
   * cut off at the end of the range, no gradient passes to it.
   */
  public static final List<Entry> STRAIGHT_THROUGH = QuantizationRules.STRAIGHT_THROUGH;

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
