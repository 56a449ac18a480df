package org.tribuo.distill.graph.internal.pass;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tribuo.distill.graph.OperatorCase.absent;
import static org.tribuo.distill.graph.OperatorCase.between;
import static org.tribuo.distill.graph.OperatorCase.int32s;
import static org.tribuo.distill.graph.OperatorCase.normal;
import static org.tribuo.distill.graph.OperatorCase.operator;
import static org.tribuo.distill.graph.OperatorCase.positive;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Sizes;
import org.tribuo.distill.graph.OperatorCase.Source;

/** What an operator has beyond what is understood is refused by name, not left out. */
class RefusedFormsTest {
  private static final Source LENGTHS = int32s(new long[] {2}, 3, 3);
  private static final Source TOTAL = int32s(new long[0], 4).constant();

  static List<Arguments> forms() {
    return List.of(
        refused(
            attention(int32s(new long[] {2, 1, 4, 4}, new int[32])),
            "has a mask 'x3' of an unknown form: INT32[2, 1, 4, 4], expected 1 to 3 axes"),
        refused(
            attention(int32s(new long[] {3}, 1, 1, 1)),
            "has a mask 'x3' of INT32[3] numbers, expected one or two for each example of FLOAT[2, 4, 8]"),
        refused(
            attention(absent()).with("do_rotary", 1),
            "rotates queries and keys by tables that ONNX Runtime makes itself, which cannot be"
                + " trained"),
        refused(
            attention(absent()).with("past_present_share_buffer", 1),
            "has the attribute 'past_present_share_buffer', which cannot be trained"),
        refused(
            attention(absent(), normal(2, 2, 2, 3, 4), absent(), int32s(new long[] {1}, 3)),
            "reads 'x6' as its input 6, which cannot be trained"),
        refused(
            multiHead(normal(2, 4, 2, 3, 4), absent(), absent(), normal(24)),
            "has packed inputs and a bias, which cannot be trained"),
        refused(multiHead(normal(2, 4, 24)), "has no keys or no values, which cannot be trained"),
        refused(
            multiHead(
                normal(2, 4, 8),
                normal(2, 4, 8),
                normal(2, 4, 8),
                absent(),
                absent(),
                absent(),
                normal(2, 2, 3, 4),
                normal(2, 2, 3, 4)),
            "has a past but does not show its keys (output 1), without which ONNX Runtime leaves the"
                + " past out, which cannot be trained"),
        refused(
            groupQuery().with("smooth_softmax", 1),
            "has a softmax that is not 1 in sum, which cannot be trained"),
        refused(
            groupQuery().with("k_quant_type", "PER_TENSOR"),
            "has the attribute 'k_quant_type', which cannot be trained"),
        refused(groupQuery().outputs(0, 1, 2, 3), "has an output 3, which cannot be trained"),
        refused(standard().outputs(0, 1, 2, 3), "shows its scores, which cannot be trained"),
        refused(
            operator("com.microsoft::RotaryEmbedding")
                .with("scale", 2f)
                .on(
                    normal(2, 4, 8),
                    OperatorCase.integers(new long[] {1}, 0),
                    between(-1, 1, 7, 4).frozen(),
                    between(-1, 1, 7, 4).frozen()),
            "has the attribute 'scale', which cannot be trained"),
        refused(
            operator("BatchNormalization")
                .with("training_mode", 1)
                .outputs(0, 1, 2)
                .on(normal(2, 3, 4), normal(3), normal(3), normal(3), positive(3)),
            "takes mean and variance from the batch: export the model in evaluation mode"),
        refused(
            operator("BatchNormalization")
                .opset(9)
                .outputs(0, 1, 2, 3, 4)
                .on(normal(2, 3, 4), normal(3), normal(3), normal(3), positive(3)),
            "takes mean and variance from the batch: export the model in evaluation mode"),
        refused(
            operator("Dropout").opset(9).outputs(0, 1).on(normal(2, 3)),
            "is of an opset before 12, and its mask ('y1') is read, which has no meaning outside"
                + " training; export the model in evaluation mode"),
        refused(
            operator("MaxPool")
                .with("kernel_shape", 1L, 2L)
                .with("strides", 2L, 2L)
                .with("ceil_mode", 1)
                .on(normal(1, 1, 4, 5)),
            "rounds its size up (ceil_mode) along one axis, while along another the last window lies"
                + " in the padding, which ONNX Runtime leaves out; export the model without"
                + " ceil_mode"));
  }

  private static Arguments refused(OperatorCase operator, String why) {
    return Arguments.of(operator, why);
  }

  private static OperatorCase attention(Source... masks) {
    Source[] inputs = new Source[3 + masks.length];
    inputs[0] = normal(2, 4, 8);
    inputs[1] = normal(8, 24);
    inputs[2] = normal(24);
    System.arraycopy(masks, 0, inputs, 3, masks.length);
    return operator("com.microsoft::Attention").with("num_heads", 2).on(inputs);
  }

  private static OperatorCase multiHead(Source... inputs) {
    return operator("com.microsoft::MultiHeadAttention").with("num_heads", 2).on(inputs);
  }

  private static OperatorCase groupQuery() {
    return operator("com.microsoft::GroupQueryAttention")
        .with("num_heads", 2)
        .with("kv_num_heads", 1)
        .on(normal(2, 4, 16), normal(2, 4, 8), normal(2, 4, 8), absent(), absent(), LENGTHS, TOTAL);
  }

  private static OperatorCase standard() {
    return operator("Attention")
        .opset(23)
        .on(normal(2, 2, 4, 3), normal(2, 2, 5, 3), normal(2, 2, 5, 3));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("forms")
  void saysWhatIsNotUnderstood(OperatorCase operator, String why) {
    Graph graph = Graph.of(operator.instance(1, ElementType.FLOAT, Sizes.KNOWN).model());

    assertThatThrownBy(() -> Normalization.apply(graph))
        .isInstanceOf(GraphException.class)
        .hasMessage("%s at node 'node' %s".formatted(operator.operator(), why));
  }

  @Test
  void saysThatScalesOfAnOldResizeMustBeKnown() {
    OperatorCase resize = operator("Resize").opset(10).on(normal(1, 1, 4, 4), positive(4).frozen());
    Graph graph = Graph.of(resize.instance(1, ElementType.FLOAT, Sizes.KNOWN).model());

    assertThatThrownBy(() -> Normalization.apply(graph))
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "Resize at node 'node' is of opset 10 and takes the nearest element by scales that only"
                + " the run shows; export the model with opset 11 or newer");
  }

  @Test
  void refusesCountedPaddingOfASizeThatOnlyTheRunShows() {
    OperatorCase pool =
        operator("AveragePool")
            .opset(18)
            .with("kernel_shape", new long[] {2})
            .with("strides", new long[] {3})
            .with("ceil_mode", 1)
            .with("count_include_pad", 1)
            .on(normal(1, 2, 7));
    Graph graph = Graph.of(pool.instance(1, ElementType.FLOAT, Sizes.UNKNOWN).model());

    assertThatThrownBy(() -> Normalization.apply(graph))
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "AveragePool at node 'node' rounds its size up (ceil_mode), and before opset 19 counts"
                + " what that adds as padding (count_include_pad): how much it is depends on the"
                + " size of axis 2, which only the run shows; export the model with a fixed size"
                + " there, or with opset 19");
  }

  @Test
  void refusesAnAttentionWithoutBiasInAFunctionThatLeavesItOut() {
    var function =
        HandMade.function(
            "Attend",
            List.of("in", "weight", "bias"),
            List.of("out"),
            List.of(),
            HandMade.nodeOf(
                "com.microsoft",
                "Attention",
                List.of("in", "weight", "bias"),
                List.of("out"),
                HandMade.number("num_heads", 1)));
    var x = HandMade.value("x", ElementType.FLOAT, 1, 2, 4);

    assertThatThrownBy(
            () ->
                HandMade.model(
                    x,
                    List.of(),
                    List.of(function),
                    HandMade.nodeOf("local", "Attend", List.of("x", "x"), List.of("y"))))
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "'The model': com.microsoft::Attention at node 'Attention of [out]' has no bias (input"
                + " 2), at which ONNX Runtime ends the process; give it a bias of zeros");
  }

  @Test
  void refusesASplitWithAnOutputWithoutAName() {
    OperatorCase split =
        operator("Split").outputs(0, 2).on(normal(5), OperatorCase.vector(2, 1, 2));

    assertThatThrownBy(() -> split.instance(1, ElementType.FLOAT, Sizes.KNOWN))
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "'The model': Split at node 'node' has an output without a name, at which ONNX Runtime"
                + " ends the process; give each of its outputs one");
  }
}
