package org.tribuo.distill.graph.internal.pass;

import static org.tribuo.distill.graph.OperatorCase.absent;
import static org.tribuo.distill.graph.OperatorCase.awayFromZero;
import static org.tribuo.distill.graph.OperatorCase.between;
import static org.tribuo.distill.graph.OperatorCase.booleans;
import static org.tribuo.distill.graph.OperatorCase.int32s;
import static org.tribuo.distill.graph.OperatorCase.integers;
import static org.tribuo.distill.graph.OperatorCase.normal;
import static org.tribuo.distill.graph.OperatorCase.operator;
import static org.tribuo.distill.graph.OperatorCase.positive;

import java.util.List;
import java.util.stream.Stream;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Source;

/** Every operator that is taken apart, in the forms in which it occurs. */
public final class DecompositionCases {
  private DecompositionCases() {}

  static final long BATCH = 2;
  private static final long POSITIONS = 4;

  private static final List<OperatorCase> FORMS =
      List.of(
          // activations
          operator("com.microsoft::Gelu").on(normal(3, 4)),
          operator("com.microsoft::BiasGelu").on(normal(2, 3, 4), normal(4)),
          operator("com.microsoft::FastGelu").on(normal(2, 3, 4)),
          operator("com.microsoft::FastGelu").on(normal(2, 3, 4), normal(4)),
          operator("com.microsoft::QuickGelu").with("alpha", 1.5f).on(normal(3, 4)),
          operator("com.microsoft::QuickGelu").with("alpha", -1.5f).on(normal(3, 4)),

          // products
          operator("com.microsoft::FusedGemm")
              .with("transB", 1)
              .with("activation", "Tanh")
              .on(normal(3, 4), normal(2, 4), normal(2)),
          operator("com.microsoft::FusedGemm")
              .with("activation", "LeakyRelu")
              .with("activation_alpha", 0.3f)
              .on(normal(3, 4), normal(4, 2), normal(2)),
          operator("com.microsoft::FusedConv")
              .with("activation", "Sigmoid")
              .with("pads", 1L, 1L)
              .on(normal(2, 3, 5), normal(4, 3, 3), normal(4)),
          operator("com.microsoft::FusedConv")
              .with("activation", "Tanh")
              .on(normal(2, 3, 5, 5), normal(4, 3, 2, 2), normal(4), normal(2, 4, 4, 4)),
          operator("com.microsoft::FusedMatMul")
              .with("transBatchA", 1)
              .with("transBatchB", 1)
              .with("transB", 1)
              .with("alpha", 0.5f)
              .on(normal(3, 2, 4), normal(5, 2, 4)),
          operator("com.microsoft::TransposeMatMul")
              .with("transA", 1)
              .on(normal(2, 4, 3), normal(2, 4, 5)),

          // normalisations
          skip("SkipLayerNormalization").on(normal(2, 3, 8), normal(2, 3, 8), normal(8)),
          skip("SkipLayerNormalization")
              .outputs(0, 3)
              .on(normal(2, 3, 8), normal(1, 3, 8), normal(8), normal(8), normal(8)),
          skip("SkipSimplifiedLayerNormalization")
              .outputs(0, 3)
              .on(normal(2, 3, 8), normal(3, 8), normal(8), normal(8)),
          operator("com.microsoft::EmbedLayerNormalization")
              .outputs(0, 1, 2)
              .on(
                  ids(),
                  int32s(new long[] {2, 4}, 0, 1, 1, 0, 0, 0, 1, 1),
                  normal(5, 8),
                  normal(6, 8),
                  normal(2, 8),
                  normal(8),
                  normal(8),
                  mask()),
          operator("com.microsoft::EmbedLayerNormalization")
              .outputs(0, 1)
              .on(
                  ids(),
                  absent(),
                  normal(5, 8),
                  normal(6, 8),
                  absent(),
                  normal(8),
                  normal(8),
                  absent(),
                  int32s(new long[] {2, 4}, 1, 2, 3, 4, 0, 1, 2, 3)),
          operator("RMSNormalization").opset(23).on(normal(2, 3, 8), normal(8)),
          operator("RMSNormalization")
              .opset(23)
              .with("axis", 1)
              .with("epsilon", 1e-3f)
              .on(normal(2, 3, 8), normal(3, 8)),
          operator("InstanceNormalization").on(normal(2, 3, 4, 5), normal(3), normal(3)),
          operator("GroupNormalization")
              .with("num_groups", 2)
              .on(normal(2, 4, 5), normal(4), normal(4)),
          operator("BatchNormalization")
              .on(normal(2, 3, 4), normal(3), normal(3), normal(3), positive(3)),
          operator("MeanVarianceNormalization").on(normal(2, 3, 4, 5)),
          operator("LpNormalization").with("axis", 1).on(normal(2, 3, 4)),
          operator("LpNormalization").with("p", 1).on(awayFromZero(2, 3, 4)),

          // ONNX Runtime's attention
          attention().on(normal(2, 4, 8), normal(8, 24), normal(24)),
          attention().on(normal(2, 4, 8), normal(8, 24), normal(24), mask()),
          attention().on(normal(2, 4, 8), normal(8, 24), normal(24), lengths()),
          attention()
              .with("scale", 0.7f)
              .with("mask_filter_value", -3f)
              .on(normal(2, 4, 8), normal(8, 24), normal(24), masks()),
          attention()
              .with("unidirectional", 1)
              .with("qkv_hidden_sizes", 8L, 8L, 4L)
              .on(
                  normal(2, 4, 8),
                  normal(8, 20),
                  normal(20),
                  absent(),
                  absent(),
                  normal(1, 2, 4, 4)),
          attention()
              .with("unidirectional", 1)
              .outputs(0, 1)
              .on(normal(2, 4, 8), normal(8, 24), normal(24), absent(), normal(2, 2, 2, 3, 4)),
          multiHead().on(normal(2, 4, 8), normal(2, 5, 8), normal(2, 5, 6)),
          multiHead().on(normal(2, 4, 8), normal(2, 4, 8), normal(2, 4, 8), normal(24), mask()),
          multiHead()
              .on(
                  normal(2, 4, 8),
                  normal(2, 2, 4, 4),
                  normal(2, 2, 4, 4),
                  absent(),
                  absent(),
                  normal(1, 1, 4, 4)),
          multiHead()
              .with("unidirectional", 1)
              .outputs(0, 1, 2)
              .on(
                  normal(2, 4, 8),
                  normal(2, 4, 8),
                  normal(2, 4, 8),
                  absent(),
                  absent(),
                  absent(),
                  normal(2, 2, 3, 4),
                  normal(2, 2, 3, 4)),
          groupQuery()
              .on(
                  normal(2, 4, 32),
                  normal(2, 4, 16),
                  normal(2, 4, 16),
                  absent(),
                  absent(),
                  ends(),
                  total()),
          groupQuery()
              .with("softcap", 2f)
              .with("local_window_size", 2)
              .with("scale", 0.4f)
              .on(normal(2, 4, 64), absent(), absent(), absent(), absent(), ends(), total()),
          groupQuery()
              .with("do_rotary", 1)
              .outputs(0, 1, 2)
              .on(
                  normal(2, 4, 64),
                  normal(2, 4, 32),
                  normal(2, 4, 32),
                  absent(),
                  absent(),
                  ends(),
                  total(),
                  angles(6, 8),
                  angles(6, 8)),

          // ONNX's attention
          standard().on(normal(2, 3, 4, 5), normal(2, 3, 6, 5), normal(2, 3, 6, 7)),
          standard()
              .with("is_causal", 1)
              .with("softcap", 1.5f)
              .on(normal(2, 4, 4, 5), normal(2, 2, 4, 5), normal(2, 2, 4, 5)),
          standard()
              .with("q_num_heads", 4)
              .with("kv_num_heads", 2)
              .with("scale", 0.3f)
              .on(normal(2, 4, 16), normal(2, 5, 8), normal(2, 5, 8), normal(4, 5)),
          standard()
              .on(normal(2, 3, 4, 5), normal(2, 3, 4, 5), normal(2, 3, 4, 5), booleans(2, 1, 4, 4)),
          standard()
              .outputs(0, 1, 2)
              .with("is_causal", 1)
              .on(
                  normal(2, 3, 4, 5),
                  normal(2, 3, 4, 5),
                  normal(2, 3, 4, 5),
                  absent(),
                  normal(2, 3, 2, 5),
                  normal(2, 3, 2, 5)),

          // rotary embeddings
          rotary().on(normal(2, 4, 8), startingAt(2), angles(7, 2), angles(7, 2)),
          rotary()
              .with("interleaved", 1)
              .on(normal(2, 3, 4, 8), positions(), angles(7, 4), angles(7, 4)),
          rotary()
              .with("num_heads", 2)
              .with("rotary_embedding_dim", 4)
              .on(normal(2, 4, 16), positions(), angles(7, 2), angles(7, 2)),
          operator("RotaryEmbedding")
              .opset(23)
              .on(normal(2, 3, 4, 8), angles(7, 4), angles(7, 4), positions()),
          operator("RotaryEmbedding")
              .opset(23)
              .with("num_heads", 2)
              .with("interleaved", 1)
              .on(normal(2, 4, 16), angles(2, 4, 4), angles(2, 4, 4)),
          operator("RotaryEmbedding")
              .opset(23)
              .with("rotary_embedding_dim", 4)
              .on(normal(2, 3, 4, 8), angles(7, 2), angles(7, 2), positions()));

  public static final List<OperatorCase> CASES =
      Stream.of(FORMS, AttentionCases.CASES).flatMap(List::stream).toList();

  private static OperatorCase skip(String name) {
    return operator("com.microsoft::" + name).with("epsilon", 1e-3f);
  }

  private static OperatorCase attention() {
    return operator("com.microsoft::Attention").with("num_heads", 2);
  }

  private static OperatorCase multiHead() {
    return operator("com.microsoft::MultiHeadAttention").with("num_heads", 2);
  }

  private static OperatorCase groupQuery() {
    return operator("com.microsoft::GroupQueryAttention")
        .with("num_heads", 4)
        .with("kv_num_heads", 2);
  }

  private static OperatorCase standard() {
    return operator("Attention").opset(23);
  }

  private static OperatorCase rotary() {
    return operator("com.microsoft::RotaryEmbedding");
  }

  private static Source ids() {
    return int32s(new long[] {BATCH, POSITIONS}, 0, 4, 2, 2, 1, 3, 0, 4);
  }

  private static Source mask() {
    return int32s(new long[] {BATCH, POSITIONS}, 1, 1, 1, 0, 1, 1, 0, 0);
  }

  private static Source lengths() {
    return int32s(new long[] {BATCH}, 4, 2);
  }

  private static Source masks() {
    int[] values = new int[(int) (BATCH * POSITIONS * POSITIONS)];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 3 == 1 ? 0 : 1;
    }
    return int32s(new long[] {BATCH, POSITIONS, POSITIONS}, values);
  }

  /** The last position of each example. */
  private static Source ends() {
    return int32s(new long[] {BATCH}, 3, 3);
  }

  private static Source total() {
    return int32s(new long[0], (int) POSITIONS).constant();
  }

  private static Source startingAt(long position) {
    return integers(new long[] {1}, position);
  }

  private static Source positions() {
    return integers(new long[] {BATCH, POSITIONS}, 0, 1, 2, 3, 3, 4, 5, 6);
  }

  private static Source angles(long... dims) {
    return between(-1, 1, dims).frozen();
  }
}
