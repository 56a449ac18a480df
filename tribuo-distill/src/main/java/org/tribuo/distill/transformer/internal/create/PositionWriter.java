package org.tribuo.distill.transformer.internal.create;

import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.transformer.PositionEncoding;

/**
 * Writes how positions are distinguished. All but learned ones are computed in the graph from their
 * numbers: what is made of sines and cosines is not trained, and has no end.
 *
 * @param layer writes weights
 * @param encoding of the positions
 * @param positions how many there are where they are learned
 * @param width the size of a hidden state
 * @param heads of the attention
 */
record PositionWriter(
    Ops op, EncoderLayers layer, PositionEncoding encoding, int positions, int width, int heads) {
  private static final double BASE = 10_000;

  /** The number of each position of some ids [batch, positions], from 0: int64 [positions]. */
  Value numbers(Value ids) {
    return op.range(op.squeeze(op.sizeOf(ids, 1), 0));
  }

  /**
   * Embeddings that tell their positions, if these are added.
   *
   * @param name of the learned ones
   * @param rows the embeddings, [batch, positions, width]
   * @param numbers of the positions
   */
  Value added(String name, Value rows, Value numbers) {
    return switch (encoding) {
      case LEARNED -> op.add(rows, op.gather(layer.weight(name, positions, width), numbers, 0));
      case SINUSOIDAL -> op.add(rows, sinusoids(name, numbers));
      case ROTARY -> rows;
    };
  }

  /**
   * Sines and cosines in turn, [positions, width]: the latter are sines a quarter of a turn ahead,
   * so that each channel is computed by itself and a narrower model can do without it.
   */
  private Value sinusoids(String name, Value numbers) {
    float[] frequencies = new float[width];
    float[] ahead = new float[width];
    for (int i = 0; i < width; i++) {
      frequencies[i] = frequency(i / 2, width);
      ahead[i] = i % 2 == 0 ? 0 : (float) (Math.PI / 2);
    }
    Value angles = angles(name, numbers, frequencies);
    Value phases = op.graph().setInitializer(name + ".phases", Tensor.of(ahead, width));
    return op.sin(op.add(angles, phases));
  }

  /**
   * How queries and keys are turned, if they are.
   *
   * @param name of the frequencies
   * @param numbers of the positions
   */
  Optional<Rotation> rotation(String name, Value numbers) {
    if (encoding != PositionEncoding.ROTARY) {
      return Optional.empty();
    }
    int size = width / heads;
    float[] frequencies = new float[size / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = frequency(i, size);
    }
    Value half = angles(name, numbers, frequencies);
    Value whole = op.concat(1, List.of(half, half));
    return Optional.of(new Rotation(op.cos(whole), op.sin(whole)));
  }

  private static float frequency(int pair, int size) {
    return (float) StrictMath.pow(BASE, -2.0 * pair / size);
  }

  /** An angle for each position and frequency: [positions, frequencies]. */
  private Value angles(String name, Value numbers, float[] frequencies) {
    Value each =
        op.graph()
            .setInitializer(name + ".frequencies", Tensor.of(frequencies, frequencies.length));
    return op.mul(op.unsqueeze(op.cast(numbers, ElementType.FLOAT), 1), each);
  }
}
