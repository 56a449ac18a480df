package org.tribuo.distill.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/** Each loss on two rows of three classes, against values computed from the formulas in NumPy. */
class CheckValuesTest {
  private static final double TEMPERATURE = 2;
  private static final double T_SQUARED = TEMPERATURE * TEMPERATURE;

  @Test
  void crossEntropy() throws Exception {
    assertThat(term("hard", Objective.of(RowForm.examples(), new CrossEntropy())))
        .isEqualTo(.407606, within(1e-5));
  }

  @Test
  void klDivergence() throws Exception {
    double kl = soft(new KlDivergence());
    assertThat(kl).isEqualTo(.315312, within(1e-5));
    assertThat(kl / T_SQUARED).isEqualTo(.078828, within(1e-5));
    assertThat(kl / 3).as("divided by the classes, which is not done").isEqualTo(.105104, within(1e-5));
  }

  private static double soft(SoftLoss loss) throws Exception {
    return term("soft", Objective.of(RowForm.examples(), loss));
  }

  private static double term(String name, Objective objective) throws Exception {
    TensorType logits =
        TensorType.of(ElementType.DOUBLE, Shape.of(Dimension.of("batch"), Dimension.of(3)));
    Map<String, Tensor> batch = new HashMap<>();
    batch.put("logits", Tensor.of(new double[] {2, 1, 0, 0, 1, -1}, 2, 3));
    batch.put("teacher_logits", Tensor.of(new double[] {3, 0, -1, 1, 2, -2}, 2, 3));
    batch.put("labels", Tensor.vector(0, 1));
    batch.put("labelled", Tensor.of(new double[] {1, 1}, 2));
    batch.put("temperature", Tensor.of(new double[] {TEMPERATURE}));
    batch.put("loss_scale", Tensor.of(new double[] {1}));
    try (LossGraph graph = LossGraph.of(objective, logits)) {
      return graph.run(batch).get(name).data().getDouble(0);
    }
  }
}
