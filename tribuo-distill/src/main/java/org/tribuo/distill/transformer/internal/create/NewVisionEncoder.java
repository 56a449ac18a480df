package org.tribuo.distill.transformer.internal.create;

import java.util.List;
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
 * An untrained encoder in the form of ViT (Dosovitskiy et al. 2021, arXiv:2010.11929): a linear
 * layer over each patch, which is a convolution of its size; a token in front of the patches where
 * a head reads that; a learned vector for each position; layers with the normalisation before each
 * block, and one behind the last.
 *
 * @param channels of an image
 * @param imageHeight in pixels, a multiple of the patch
 * @param imageWidth in pixels, a multiple of the patch
 * @param patch the length of an edge of a patch in pixels
 * @param layers 1 or more
 * @param width the size of a hidden state, a multiple of the heads
 * @param heads of the attention
 * @param inner the width inside a feed-forward block
 * @param classToken whether there is a token in front of the patches
 */
public record NewVisionEncoder(
    int channels,
    int imageHeight,
    int imageWidth,
    int patch,
    int layers,
    int width,
    int heads,
    int inner,
    boolean classToken)
    implements UntrainedModel {
  /** The images: float [batch, channels, height, width]. */
  public static final String PIXEL_VALUES = "pixel_values";

  /** What the last layer makes of the patches: float [batch, positions, width]. */
  public static final String LAST_HIDDEN_STATE = "last_hidden_state";

  private static final float EPSILON = 1e-6f;

  /**
   * @throws IllegalArgumentException if a number is below 1, the patches do not fill the image, or
   *     the heads do not divide the width
   */
  public NewVisionEncoder {
    int least = Math.min(Math.min(channels, patch), Math.min(layers, Math.min(heads, inner)));
    if (Math.min(least, Math.min(imageHeight, imageWidth)) < 1) {
      throw new IllegalArgumentException(
          "An encoder of %d channels, images of %d x %d pixels, patches of %d, %d layers, %d heads and %d inner units, expected at least 1 of each"
              .formatted(channels, imageHeight, imageWidth, patch, layers, heads, inner));
    }
    if (imageHeight % patch != 0 || imageWidth % patch != 0) {
      throw new IllegalArgumentException(
          "Images are %d x %d pixels (height x width), expected multiples of the patch of %d"
              .formatted(imageHeight, imageWidth, patch));
    }
    EncoderLayers.checkWidth(width, heads);
  }

  @Override
  public OnnxModel make(long seed) {
    Graph graph = Graph.empty(Ops.OPSET);
    Shape images =
        Shape.of(
            Dimension.of("batch"),
            Dimension.of(channels),
            Dimension.of(imageHeight),
            Dimension.of(imageWidth));
    graph.addInput(PIXEL_VALUES, TensorType.of(ElementType.FLOAT, images));
    Ops op = Ops.on(graph);
    EncoderLayers layer =
        new EncoderLayers(
            op,
            new InitialWeights(seed),
            new EncoderLayers.Form(width, heads, inner, true, EPSILON));
    int patches = (imageHeight / patch) * (imageWidth / patch);
    Value embedded = embeddings(op, layer, graph.value(PIXEL_VALUES));
    Value state = layer.stacked(embedded, classToken ? patches + 1 : patches, layers);
    graph.addOutput(op.named(LAST_HIDDEN_STATE, state).name());
    return graph.toModel();
  }

  private Value embeddings(Ops op, EncoderLayers layer, Value images) {
    int rows = imageHeight / patch;
    int columns = imageWidth / patch;
    Shape windows =
        Shape.of(
            Dimension.of("batch"), Dimension.of(width), Dimension.of(rows), Dimension.of(columns));
    Value convolved =
        op.one(
            "Conv",
            Attributes.NONE
                .with("kernel_shape", new long[] {patch, patch})
                .with("strides", new long[] {patch, patch}),
            TensorType.of(ElementType.FLOAT, windows),
            images,
            layer.weight("embeddings.patches.weight", width, channels, patch, patch),
            layer.filled("embeddings.patches.bias", 0, width));
    int patches = rows * columns;
    Value state = op.transpose(op.reshape(convolved, 0, width, patches), 0, 2, 1);
    if (classToken) {
      Value token = layer.weight("embeddings.class", 1, 1, width);
      Value sizes = op.concat(0, List.of(op.sizeOf(images, 0), op.longs(1, width)));
      Shape first = Shape.of(Dimension.of("batch"), Dimension.of(1), Dimension.of(width));
      Value repeated = op.one("Expand", TensorType.of(ElementType.FLOAT, first), token, sizes);
      state = op.concat(1, List.of(repeated, state));
    }
    return state;
  }
}
