package org.tribuo.distill.operator.internal.standard;

import static org.tribuo.distill.operator.Operator.Trait.NORMALIZES_RESIDUAL;
import static org.tribuo.distill.operator.Operator.operator;

import java.util.List;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Operation;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.operator.Operator;

/** Normalisations with what stands before them: a residual connection, the embeddings. */
final class FusedNormalizations {
  private FusedNormalizations() {}

  static final List<Operator> ALL =
      List.of(
          operator("com.microsoft::SkipLayerNormalization")
              .with(NORMALIZES_RESIDUAL)
              .decomposition(FusedNormalizations::skip),
          operator("com.microsoft::SkipSimplifiedLayerNormalization")
              .with(NORMALIZES_RESIDUAL)
              .decomposition(FusedNormalizations::skipSimplified),
          operator("com.microsoft::EmbedLayerNormalization")
              .decomposition(FusedNormalizations::embeddings),
          operator("RMSNormalization")
              .normalizing()
              .decomposition(FusedNormalizations::rootMeanSquare));

  private static List<Value> skip(Ops op, Operation n) {
    Value sum = sum(op, n, 4);
    Value scale = n.x(2);
    Value y =
        n.hasX(3)
            ? op.one("LayerNormalization", epsilon(n), sum.type(), sum, scale, n.x(3))
            : op.one("LayerNormalization", epsilon(n), sum.type(), sum, scale);
    return List.of(y, Value.ABSENT, Value.ABSENT, sum);
  }

  private static List<Value> skipSimplified(Ops op, Operation n) {
    Value sum = sum(op, n, 3);
    return List.of(simplified(op, epsilon(n), sum, n.x(2)), Value.ABSENT, Value.ABSENT, sum);
  }

  private static Value sum(Ops op, Operation n, int bias) {
    Value x = n.hasX(bias) ? op.add(n.x(0), n.x(bias)) : n.x(0);
    return op.add(x, n.x(1));
  }

  private static Attributes epsilon(Operation n) {
    return Attributes.NONE.with("axis", -1L).with("epsilon", n.attribute("epsilon", 1e-12f));
  }

  /** ONNX Runtime's name for it, which every opset has. */
  private static List<Value> rootMeanSquare(Ops op, Operation n) {
    return List.of(simplified(op, n.attributes(), n.x(0), n.x(1)));
  }

  private static Value simplified(Ops op, Attributes attributes, Value x, Value scale) {
    return op.one("SimplifiedLayerNormalization", attributes, x.type(), x, scale);
  }

  /** The sum of the word, position and segment embeddings, normalised. */
  private static List<Value> embeddings(Ops op, Operation n) {
    Value ids = n.x(0);
    Value words = op.gather(n.x(2), ids, 0);
    Value positions = n.hasX(8) ? n.x(8) : op.range(op.reshape(op.sizeOf(ids, 1)));
    Value sum = op.add(words, op.gather(n.x(3), positions, 0));
    if (n.hasX(1) && n.hasX(4)) {
      sum = op.add(sum, op.gather(n.x(4), n.x(1), 0));
    }
    Value y = op.one("LayerNormalization", epsilon(n), sum.type(), sum, n.x(5), n.x(6));
    return List.of(y, lengths(op, n), sum);
  }

  /** How many positions of each row the mask leaves, which ONNX Runtime's attention reads. */
  private static Value lengths(Ops op, Operation n) {
    if (n.hasX(7)) {
      return op.cast(op.reduceSum(op.cast(n.x(7), ElementType.INT32), 1), ElementType.INT32);
    }
    Value zero = op.cast(op.constant(Tensor.scalar(0L)), ElementType.INT32);
    return op.expand(zero, op.sizeOf(n.x(0), 0));
  }
}
