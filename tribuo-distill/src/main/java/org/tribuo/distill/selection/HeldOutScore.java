package org.tribuo.distill.selection;

import org.tribuo.Dataset;
import org.tribuo.Model;
import org.tribuo.Output;
import org.tribuo.distill.task.internal.Task;
import org.tribuo.distill.task.internal.Tasks;

/** What models are compared by. */
final class HeldOutScore {
  private HeldOutScore() {}

  /**
   * The one number of a model's evaluation by which models of its task are compared.
   *
   * @param heldOut examples that it has not learnt from
   * @return the higher the better; perhaps no finite number
   */
  static <T extends Output<T>> double of(Model<T> model, Dataset<T> heldOut) {
    Task<T> task = Tasks.of(heldOut.getOutputFactory());
    return task.criterion(heldOut.getOutputFactory().getEvaluator().evaluate(model, heldOut));
  }
}
