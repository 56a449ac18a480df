package org.tribuo.distill.input.internal.sound;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
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
 * @param types of the model's inputs
 * @param all of them, in the order of the model
 * @param numbers the input that takes the numbers
 * @param mask the input that takes the mask, if there is one
 */
record SoundInputs(
    Map<String, TensorType> types, List<Input> all, Input numbers, Optional<Input> mask)
    implements Feeder<Sound> {
  /** An input of a known number of dimensions. */
  record Input(String name, ElementType type, Shape shape) {
    boolean takesNumbers() {
      return type == ElementType.FLOAT && (shape.rank() == 2 || shape.rank() == 3);
    }

    boolean takesMask() {
      return (type == ElementType.INT64 || type == ElementType.INT32) && shape.rank() == 2;
    }
  }

  /**
   * Finds the inputs.
   *
   * @param types of the model's inputs
   * @throws IllegalArgumentException if they are none of sounds
   */
  static SoundInputs of(Map<String, TensorType> types) {
    List<Input> all = new ArrayList<>();
    types.forEach(
        (name, type) ->
            type.shape().ifPresent(shape -> all.add(new Input(name, type.elementType(), shape))));
    List<Input> numbers = all.stream().filter(Input::takesNumbers).toList();
    List<Input> masks = all.stream().filter(Input::takesMask).toList();
    if (numbers.size() != 1 || masks.size() > 1 || types.size() != 1 + masks.size()) {
      throw new IllegalArgumentException(
          "Sounds are for models with one input FLOAT [batch, samples], [batch, mels, frames] or [batch, frames, mels], and maybe a mask INT64 of two dimensions, the model has %s"
              .formatted(types));
    }
    return new SoundInputs(types, List.copyOf(all), numbers.get(0), masks.stream().findFirst());
  }

  /** The name of the input that takes the numbers. */
  String name() {
    return numbers.name();
  }

  /** The shape of the input that takes the numbers. */
  Shape shape() {
    return numbers.shape();
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
              .formatted(form, name(), whose, shape()));
    }
  }

  @Override
  public List<String> names() {
    return all.stream().map(Input::name).toList();
  }

  @Override
  public Map<String, Tensor> batch(List<Sound> rows) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("A batch has at least one row, this has none");
    }
    List<Numbers> read = rows.stream().map(Sound::numbers).toList();
    int longest = read.stream().mapToInt(row -> row.values().length).max().getAsInt();
    int width = readsWaveforms() ? (int) fixedLength().orElse(longest) : longest;
    if (longest > width) {
      throw new IllegalArgumentException(
          "The batch has a sound of %d samples, the model's input '%s' takes %d; state seconds in the preprocessing"
              .formatted(longest, name(), width));
    }
    int positions = readsWaveforms() ? width : rows.get(0).length();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Input input : all) {
      tensors.put(
          input.name(),
          input.equals(numbers)
              ? numbers(read, width, rows.get(0).form())
              : mask(read, positions, input.type()));
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

  private static Tensor mask(List<Numbers> rows, int width, ElementType type) {
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
    return Feeder.fixedRows(types);
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
