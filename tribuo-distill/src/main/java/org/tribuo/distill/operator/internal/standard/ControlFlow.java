package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.operator;

import java.util.List;
import org.tribuo.distill.operator.Operator;

/** Operators that choose in a run what is computed. */
final class ControlFlow {
  private static final String WITHOUT_LOOP =
      "export the model with the loop written out: only the run shows how often it is passed";

  private ControlFlow() {}

  static final List<Operator> ALL =
      List.of(
          operator("If")
              .withoutGradient(
                  "export the model so that the condition is a constant: only the run shows which"
                      + " branch is taken"),
          operator("Loop").withoutGradient(WITHOUT_LOOP),
          operator("Scan").withoutGradient(WITHOUT_LOOP));
}
