package org.tribuo.distill.zoo;

import static org.tribuo.distill.graph.OperatorCase.between;
import static org.tribuo.distill.graph.OperatorCase.distinct;
import static org.tribuo.distill.graph.OperatorCase.normal;
import static org.tribuo.distill.graph.OperatorCase.operator;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.tribuo.distill.graph.OperatorCase;

/** Normalisations, of features, channels and by a norm. */
final class NormalizationConstructs {
  private NormalizationConstructs() {}

  static OperatorCase ofFeatures(Draw draw) {
    int rank = draw.from(2, 4);
    long[] dims = draw.numbers(rank, 2, 4);
    int first = draw.from(0, rank - 1);
    long axis = draw.of((long) first, (long) first - rank);
    long[] normalized = Arrays.copyOfRange(dims, first, rank);
    long[] last = {dims[rank - 1]};
    float epsilon = draw.of(1e-5f, 1e-2f);
    OperatorCase layer = operator("LayerNormalization").with("axis", axis).with("epsilon", epsilon);
    return draw.of(
        layer.on(distinct(dims), normal(normalized), normal(normalized)),
        layer.on(distinct(dims), normal(normalized)),
        layer.outputs(0, 1, 2).on(distinct(dims), normal(normalized), normal(normalized)),
        operator("LayerNormalization").opset(17).on(distinct(dims), normal(last), normal(last)),
        operator("SimplifiedLayerNormalization")
            .with("axis", -1)
            .with("epsilon", epsilon)
            .on(distinct(dims), normal(last)),
        operator("RMSNormalization")
            .opset(23)
            .with("axis", axis)
            .with("epsilon", epsilon)
            .on(distinct(dims), normal(normalized)),
        operator("com.microsoft::SkipLayerNormalization")
            .with("epsilon", epsilon)
            .outputs(0, 3)
            .on(distinct(2, 3, 4), normal(2, 3, 4), normal(4), normal(4), normal(4)),
        operator("com.microsoft::SkipSimplifiedLayerNormalization")
            .with("epsilon", epsilon)
            .on(distinct(2, 3, 4), normal(2, 3, 4), normal(4)));
  }

  static OperatorCase ofChannels(Draw draw) {
    int axes = draw.from(1, 3);
    long groups = draw.from(1, 2);
    long channels = groups * draw.from(1, 2);
    long[] dims =
        LongStream.concat(LongStream.of(2, channels), Arrays.stream(draw.numbers(axes, 2, 3)))
            .toArray();
    float epsilon = draw.of(1e-5f, 1e-2f);
    int rank = dims.length;
    return draw.of(
        operator("InstanceNormalization")
            .with("epsilon", epsilon)
            .on(distinct(dims), normal(channels), normal(channels)),
        operator("GroupNormalization")
            .with("num_groups", groups)
            .with("epsilon", epsilon)
            .on(distinct(dims), normal(channels), normal(channels)),
        operator("GroupNormalization")
            .opset(18)
            .with("num_groups", groups)
            .on(distinct(dims), normal(groups), normal(groups)),
        operator("BatchNormalization")
            .opset(draw.of(9L, 14L, 15L))
            .with("epsilon", epsilon)
            .on(
                distinct(dims),
                normal(channels),
                normal(channels),
                normal(channels),
                between(0.5, 2, channels)),
        operator("BatchNormalization")
            .opset(draw.of(7L, 8L))
            .with("spatial", 0)
            .on(
                distinct(dims),
                normal(Arrays.copyOfRange(dims, 1, rank)),
                normal(Arrays.copyOfRange(dims, 1, rank)),
                normal(Arrays.copyOfRange(dims, 1, rank)),
                between(0.5, 2, Arrays.copyOfRange(dims, 1, rank))),
        operator("MeanVarianceNormalization")
            .with("axes", draw.of(new long[] {0, 2}, new long[] {2}, new long[] {1, 2}))
            .on(distinct(dims)),
        operator("LpNormalization")
            .with("axis", draw.axis(rank))
            .with("p", draw.of(1L, 2L))
            .on(OperatorCase.awayFromZero(dims)));
  }
}
