package org.tribuo.distill.input.internal.sound;

import com.google.protobuf.Any;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.FeatureMap;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.internal.protos.ComponentProto;
import org.tribuo.distill.internal.protos.SoundReaderProto;
import org.tribuo.distill.transformer.internal.Transformer;

/** Reads sounds of one form, from features or from files. */
public final class SoundReader implements InputReader<Sound> {
  /** As long as most models need for their windows, and quick enough for a trial: a second. */
  private static final int TRIAL = SoundConfig.SPEECH;

  private final SoundFeatures features;
  private final int maxLength;

  /**
   * @param maxLength the maximum length of a waveform in samples
   */
  SoundReader(SoundForm form, int maxLength) {
    this.features = new SoundFeatures(form);
    this.maxLength = maxLength;
  }

  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown, or the numbers are out of range
   */
  public static SoundReader deserializeFromProto(int version, String className, Any message) {
    SoundReaderProto kept =
        SavedComponents.kept(version, className, message, SoundReaderProto.class);
    if (kept.getMaxLength() < 1) {
      throw new IllegalArgumentException(
          "The maximum length of a sound is %d, expected 1 or more".formatted(kept.getMaxLength()));
    }
    return new SoundReader(
        kept.getWaveform()
            ? new SoundForm.Waveform()
            : new SoundForm.Frames(kept.getBins(), kept.getFrames(), kept.getBinsFirst()),
        kept.getMaxLength());
  }

  @Override
  public ComponentProto serialize() {
    SoundReaderProto.Builder kept =
        SoundReaderProto.newBuilder()
            .setWaveform(features.form() instanceof SoundForm.Waveform)
            .setMaxLength(maxLength);
    if (features.form() instanceof SoundForm.Frames frames) {
      kept.setBins(frames.bins()).setFrames(frames.frames()).setBinsFirst(frames.binsFirst());
    }
    return SavedComponents.write(SoundReader.class, kept.build());
  }

  @Override
  public void check(FeatureMap other) {
    SoundForm found = SoundFeatures.formOf(other);
    if (!found.equals(features.form())) {
      throw new IllegalArgumentException(
          "The examples have %s, and the model reads %s; state the same preprocessing"
              .formatted(found, features.form()));
    }
  }

  @Override
  public Sound read(Example<?> example) {
    Sound sound = features.read(example);
    if (sound.length() > maxLength) {
      throw new IllegalArgumentException(
          "The sound has %d samples, and the model reads %d at most; state seconds in the preprocessing, or a larger maxLength of the batching"
              .formatted(sound.length(), maxLength));
    }
    return sound;
  }

  @Override
  public int length(Sound value) {
    return value.length();
  }

  @Override
  public void digest(Sound value, MessageDigest into) {
    value.digest(into);
  }

  @Override
  public Feeder<Sound> feeder(Map<String, TensorType> inputs) {
    return SoundInputs.of(inputs);
  }

  @Override
  public void check(Transformer model, String whose, boolean own, List<Sound> values) {
    SoundInputs inputs = SoundInputs.of(model.graph().inputs());
    inputs.check(values.isEmpty() ? features.form() : values.get(0).form(), whose);
    long most = inputs.fixedLength().orElse(Long.MAX_VALUE);
    for (int row = 0; row < values.size(); row++) {
      if (values.get(row).length() > most) {
        throw new ExampleException(
            row,
            "has %d samples, the %s takes %d at most; state seconds in the preprocessing"
                .formatted(values.get(row).length(), whose, most));
      }
    }
  }

  @Override
  public List<Sound> reread(
      Dataset<?> examples,
      Path preprocessor,
      Transformer model,
      OptionalInt stated,
      OptionalInt otherwise)
      throws IOException {
    SoundSettings settings = SoundConfig.read(preprocessor);
    List<Sound> sounds = new ArrayList<>(examples.size());
    for (Example<?> example : examples) {
      if (!(features.read(example) instanceof FileSound sound)) {
        throw new ExampleException(
            sounds.size(),
            "does not keep its file, which a teacher with its own preprocessing reads; make the SoundDataSource lazy");
      }
      sounds.add(sound.with(settings));
    }
    return sounds;
  }

  @Override
  public Sound random(SplittableRandom random) {
    int numbers =
        features.form() instanceof SoundForm.Frames frames
            ? frames.elements()
            : Math.min(maxLength, TRIAL);
    float[] values = new float[numbers];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    int heard = features.form() instanceof SoundForm.Frames frames ? frames.frames() : numbers;
    return Sound.of(features.form(), new Numbers(values, heard));
  }

  @Override
  public ImmutableFeatureMap featureMap(FeatureMap observed) {
    return features.featureMap(observed);
  }

  /** In samples; that of frames is never more than the model reads. */
  @Override
  public int maxLength() {
    return maxLength;
  }

  @Override
  public String toString() {
    return "SoundReader(%s)".formatted(features.form());
  }
}
