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

  /** Sines and cosines in turn: [positions, width]. */
  private Value sinusoids(String name, Value numbers) {
    Value angles = angles(name, numbers, width);
    Value pairs =
        op.concat(2, List.of(op.unsqueeze(op.sin(angles), 2), op.unsqueeze(op.cos(angles), 2)));
    return op.reshape(pairs, 0, width);
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
    Value half = angles(name, numbers, width / heads);
    Value whole = op.concat(1, List.of(half, half));
    return Optional.of(new Rotation(op.cos(whole), op.sin(whole)));
  }

  /** Half as many angles for each position as there are numbers: [positions, size / 2]. */
  private Value angles(String name, Value numbers, int size) {
    float[] frequencies = new float[size / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = (float) StrictMath.pow(BASE, -2.0 * i / size);
    }
    Value each = op.graph().setInitializer(name + ".frequencies", Tensor.of(frequencies, size / 2));
    return op.mul(op.unsqueeze(op.cast(numbers, ElementType.FLOAT), 1), each);
  }
}
