package org.tribuo.distill.input.internal.sound;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.Feeder;

/**
 * The inputs of a model that reads sounds: FLOAT [batch, samples], [batch, bins, frames] or [batch,
 * frames, bins], and maybe a mask, INT64 or INT32 [batch, samples or frames], which is 1 for what
 * is of the sound and 0 for padding. Waveforms are padded with 0 on the right, to the longest one
 * or to the length that the model fixes.
 *
 * @param inputs of the model, in its order
 * @param name of the input that takes the numbers
 * @param mask the name of the input that takes the mask, if there is one
 */
record SoundInputs(Map<String, TensorType> inputs, String name, Optional<String> mask)
    implements Feeder<Sound> {
  /**
   * Finds the inputs.
   *
   * @param inputs of the model
   * @throws IllegalArgumentException if they are none of sounds
   */
  static SoundInputs of(Map<String, TensorType> inputs) {
    List<String> numbers =
        inputs.keySet().stream()
            .filter(name -> inputs.get(name).elementType() == ElementType.FLOAT)
            .filter(name -> hasRank(inputs.get(name), 2) || hasRank(inputs.get(name), 3))
            .toList();
    List<String> masks =
        inputs.keySet().stream()
            .filter(name -> isWhole(inputs.get(name)) && hasRank(inputs.get(name), 2))
            .toList();
    if (numbers.size() != 1 || masks.size() > 1 || inputs.size() != 1 + masks.size()) {
      throw new IllegalArgumentException(
          "Sounds are for models with one input FLOAT [batch, samples], [batch, mels, frames] or [batch, frames, mels], and maybe a mask INT64 of two dimensions, the model has %s"
              .formatted(inputs));
    }
    return new SoundInputs(new LinkedHashMap<>(inputs), numbers.get(0), masks.stream().findFirst());
  }

  private static boolean hasRank(TensorType type, int rank) {
    return type.shape().filter(shape -> shape.rank() == rank).isPresent();
  }

  private static boolean isWhole(TensorType type) {
    return type.elementType() == ElementType.INT64 || type.elementType() == ElementType.INT32;
  }

  /** The shape of the input that takes the numbers. */
  Shape shape() {
    return inputs.get(name).shape().orElseThrow();
  }

  /** Whether it takes waveforms. */
  boolean readsWaveforms() {
    return shape().rank() == 2;
  }

  /**
   * Checks that the model takes sounds of a form.
   *
   * @param whose model, for messages
   * @throws IllegalArgumentException if it does not
   */
  void check(SoundForm form, String whose) {
    long[] dims = form.dims(1);
    boolean fits = dims.length + 1 == shape().rank();
    for (int i = 0; fits && form instanceof SoundForm.Frames && i < dims.length; i++) {
      fits =
          !(shape().dimension(i + 1) instanceof Dimension.Fixed fixed) || fixed.size() == dims[i];
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "The examples have %s, but the input '%s' of the %s takes %s; state its mels, seconds and form in the preprocessing"
              .formatted(form, name, whose, shape()));
    }
  }

  @Override
  public List<String> names() {
    return List.copyOf(inputs.keySet());
  }

  @Override
  public Map<String, Tensor> batch(List<Sound> rows) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("A batch has at least one row, this has none");
    }
    List<Numbers> numbers = rows.stream().map(Sound::numbers).toList();
    int longest = numbers.stream().mapToInt(row -> row.values().length).max().getAsInt();
    int width = readsWaveforms() ? (int) fixedLength().orElse(longest) : longest;
    if (longest > width) {
      throw new IllegalArgumentException(
          "The batch has a sound of %d samples, the model's input '%s' takes %d; state seconds in the preprocessing"
              .formatted(longest, name, width));
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (String input : inputs.keySet()) {
      tensors.put(
          input,
          input.equals(name)
              ? numbers(numbers, width, rows.get(0).form())
              : mask(numbers, readsWaveforms() ? width : rows.get(0).length(), input));
    }
    return tensors;
  }

  private static Tensor numbers(List<Numbers> rows, int width, SoundForm form) {
    float[] values = new float[Math.multiplyExact(rows.size(), width)];
    for (int i = 0; i < rows.size(); i++) {
      float[] row = rows.get(i).values();
      System.arraycopy(row, 0, values, i * width, row.length);
    }
    long[] row = form.dims(width);
    long[] dims = new long[row.length + 1];
    dims[0] = rows.size();
    System.arraycopy(row, 0, dims, 1, row.length);
    return Tensor.of(values, dims);
  }

  private Tensor mask(List<Numbers> rows, int width, String input) {
    ElementType type = inputs.get(input).elementType();
    ByteBuffer data =
        ByteBuffer.allocate(Math.toIntExact((long) rows.size() * width * type.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (Numbers row : rows) {
      for (int i = 0; i < width; i++) {
        int value = i < row.heard() ? 1 : 0;
        if (type == ElementType.INT64) {
          data.putLong(value);
        } else {
          data.putInt(value);
        }
      }
    }
    return Tensor.of(type, new long[] {rows.size(), width}, data.flip());
  }

  @Override
  public OptionalLong fixedRows() {
    return Feeder.fixedRows(inputs);
  }

  /** In samples, where the model reads waveforms; frames are always as many. */
  @Override
  public OptionalLong fixedLength() {
    return readsWaveforms() && shape().dimension(1) instanceof Dimension.Fixed fixed
        ? OptionalLong.of(fixed.size())
        : OptionalLong.empty();
  }

  /** By its mask, or as all sounds have one length. */
  @Override
  public boolean tellsPadding() {
    return mask.isPresent() || !readsWaveforms() || fixedLength().isPresent();
  }

  @Override
  public void digest(MessageDigest into) {}
}
