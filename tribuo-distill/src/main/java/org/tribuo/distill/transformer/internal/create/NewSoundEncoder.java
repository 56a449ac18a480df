package org.tribuo.distill.transformer.internal.create;

import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.transformer.internal.InitialWeights;

/**
 * An untrained encoder in the form of Whisper's (Radford et al. 2022, arXiv:2212.04356): two
 * convolutions of three frames, the second of which reads every second one; a vector for each
 * position, which is learned here; layers with the normalisation before each block, and one behind
 * the last.
 *
 * @param mels the bins of a frame
 * @param frames of a sound, an even number
 * @param layers 1 or more
 * @param width the size of a hidden state, a multiple of the heads
 * @param heads of the attention
 * @param inner the width inside a feed-forward block
 */
public record NewSoundEncoder(int mels, int frames, int layers, int width, int heads, int inner)
    implements UntrainedModel {
  /** The frames: float [batch, mels, frames]. */
  public static final String INPUT_FEATURES = "input_features";

  /** What the last layer makes of the frames: float [batch, frames / 2, width]. */
  public static final String LAST_HIDDEN_STATE = "last_hidden_state";

  private static final float EPSILON = 1e-5f;
  private static final int STRIDE = 2;

  /**
   * @throws IllegalArgumentException if a number is below 1, the frames are odd, or the heads do
   *     not divide the width
   */
  public NewSoundEncoder {
    int least = Math.min(Math.min(mels, frames), Math.min(layers, Math.min(heads, inner)));
    if (least < 1) {
      throw new IllegalArgumentException(
          "An encoder of %d mels, %d frames, %d layers, %d heads and %d inner units, expected at least 1 of each"
              .formatted(mels, frames, layers, heads, inner));
    }
    if (frames % STRIDE != 0) {
      throw new IllegalArgumentException(
          "Sounds have %d frames, expected an even number".formatted(frames));
    }
    EncoderLayers.checkWidth(width, heads);
  }

  @Override
  public OnnxModel make(long seed) {
    Graph graph = Graph.empty(Ops.OPSET);
    Shape sounds = Shape.of(Dimension.of("batch"), Dimension.of(mels), Dimension.of(frames));
    graph.addInput(INPUT_FEATURES, TensorType.of(ElementType.FLOAT, sounds));
    Ops op = Ops.on(graph);
    EncoderLayers layer =
        new EncoderLayers(
            op,
            new InitialWeights(seed),
            new EncoderLayers.Form(width, heads, inner, true, EPSILON));
    Value every = convolved(op, layer, "embeddings.first", graph.value(INPUT_FEATURES), mels, 1);
    Value second = convolved(op, layer, "embeddings.second", every, width, STRIDE);
    Value state = layer.stacked(op.transpose(second, 0, 2, 1), frames / STRIDE, layers);
    graph.addOutput(op.named(LAST_HIDDEN_STATE, state).name());
    return graph.toModel();
  }

  private Value convolved(
      Ops op, EncoderLayers layer, String name, Value x, int channels, int stride) {
    Shape windows =
        Shape.of(Dimension.of("batch"), Dimension.of(width), Dimension.of(frames / stride));
    TensorType type = TensorType.of(ElementType.FLOAT, windows);
    Value sums =
        op.one(
            "Conv",
            Attributes.NONE
                .with("kernel_shape", new long[] {3})
                .with("pads", new long[] {1, 1})
                .with("strides", new long[] {stride}),
            type,
            x,
            layer.weight(name + ".weight", width, channels, 3),
            layer.filled(name + ".bias", 0, width));
    return op.one("Gelu", type, sums);
  }
}
