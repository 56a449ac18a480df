package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.Trait.COMMUTATIVE;
import static org.tribuo.distill.operator.Operator.each;
import static org.tribuo.distill.operator.Operator.operator;

import java.util.List;
import org.tribuo.distill.operator.Operator;

/** Comparisons, truth values, and functions of elements that are constant between their jumps. */
final class Logic {
  private Logic() {}

  static final List<Operator> ALL =
      List.of(
          operator("And")
              .broadcasting()
              .with(COMMUTATIVE)
              .contents(n -> Contents.both(n, 0))
              .flat(),
          operator("Or").broadcasting().with(COMMUTATIVE).contents(n -> Contents.both(n, 1)).flat(),
          operator("Xor").broadcasting().with(COMMUTATIVE).flat(),
          operator("Not").elementwise().contents(Contents::negated).flat(),
          operator("Equal").broadcasting().with(COMMUTATIVE).contents(Contents::equal).flat());

  static final List<Operator> COMPARISONS =
      each(
          operator -> operator.broadcasting().flat(),
          "Greater",
          "GreaterOrEqual",
          "Less",
          "LessOrEqual");

  static final List<Operator> STEPS =
      each(
          operator -> operator.elementwise().flat(),
          "Ceil",
          "Floor",
          "IsInf",
          "IsNaN",
          "Round",
          "Sign");
}
