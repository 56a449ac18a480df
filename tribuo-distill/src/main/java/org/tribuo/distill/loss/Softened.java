package org.tribuo.distill.loss;

import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * What student and teacher say at a temperature.
 *
 * @param logP the teacher's log-probabilities, [rows, classes]
 * @param logQ the student's log-probabilities, [rows, classes]
 * @param squaredTemperature T², a scalar: times T², a gradient has the same size at every
 *     temperature (Hinton et al. 2015, arXiv:1503.02531, section 2)
 */
record Softened(Value logP, Value logQ, Value squaredTemperature) {

  static Softened of(Ops op, Rows rows) {
    Value temperature = rows.temperature();
    return new Softened(
        op.logSoftmax(op.div(rows.teacher(), temperature), -1),
        op.logSoftmax(op.div(rows.student(), temperature), -1),
        op.square(temperature));
  }

  /** KL(a‖b) of each row of log-probabilities: [rows]. */
  static Value divergence(Ops op, Value logA, Value logB) {
    return op.reduceSum(op.mul(op.exp(logA), op.sub(logA, logB)), -1);
  }
}
