package org.tribuo.distill.autodiff.rules;

import static org.tribuo.distill.autodiff.GradientRule.grads;
import static org.tribuo.distill.autodiff.RuleTable.elementwise;

import java.util.List;
import java.util.stream.LongStream;
import org.tribuo.distill.autodiff.ForwardNode;
import org.tribuo.distill.autodiff.RuleTable.Entry;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/** Normalisations. */
final class NormalizationRules {
  private NormalizationRules() {}

  static final List<Entry> ENTRIES =
      List.of(elementwise("LayerNormalization", NormalizationRules::layerNormalization));

  /**
   * With x̂ = (x - mean)·r, r = 1/std, g = dy·scale: dx = r·(g - mean(g) - x̂·mean(g·x̂)), dscale =
   * Σ dy·x̂, dbias = Σ dy. Standard operators on all threads are faster than ONNX Runtime's own
   * gradient kernel, which runs on one.
   */
  private static List<Value> layerNormalization(Ops op, ForwardNode n, Value dy) {
    Value x = n.x(0);
    long first = n.attribute("axis", -1L);
    long[] axes = LongStream.range(first < 0 ? first : first - x.rank(), 0).toArray();
    TensorType statistic = TensorType.ofUnknownRank(ElementType.FLOAT);
    Value mean = op.cast(n.optionalY(1, statistic), x.elementType());
    Value r = op.cast(n.optionalY(2, statistic), x.elementType());
    Value normalized = op.mul(op.sub(x, mean), r);
    Value g = op.mul(dy, n.x(1));
    Value meanG = op.reduceMeanKeep(g, axes);
    Value meanGx = op.reduceMeanKeep(op.mul(g, normalized), axes);
    Value dx = op.mul(r, op.sub(op.sub(g, meanG), op.mul(normalized, meanGx)));
    return grads(dx, op.mul(dy, normalized), dy);
  }
}
