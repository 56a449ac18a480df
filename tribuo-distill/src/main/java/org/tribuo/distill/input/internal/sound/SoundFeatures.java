package org.tribuo.distill.input.internal.sound;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.FeatureMap;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.Output;
import org.tribuo.RealInfo;
import org.tribuo.VariableInfo;
import org.tribuo.hash.HashedFeatureMap;
import org.tribuo.impl.ArrayExample;

/**
 * Sounds as Tribuo's features: one feature a number, such as {@code m007t00012} for bin 7 of frame
 * 12 or {@code s0000017} for a sample, so that any Tribuo trainer can use them; or one feature in
 * all, such as {@code mels80x3000} or {@code waveform}, where the sound stays in its file. Frames
 * have a feature {@code heard} too, from 0 to 1, which says how many of them are not padding. Safe
 * for many threads.
 */
public final class SoundFeatures {
  private static final String HEARD = "heard";

  private final SoundForm form;

  /** Names of numbers, shared by all examples. */
  private String[] names = {};

  public SoundFeatures(SoundForm form) {
    this.form = form;
  }

  /** Whether a dataset has sounds and nothing else. */
  static boolean areSounds(FeatureMap features) {
    return !(features instanceof HashedFeatureMap)
        && features.size() > 0
        && features.keySet().stream().allMatch(SoundFeatures::isSound);
  }

  private static boolean isSound(String feature) {
    return SoundForm.ofFile(feature).isPresent()
        || new SoundForm.Waveform().index(feature).isPresent()
        || SoundForm.Frames.upTo(feature).isPresent()
        || feature.equals(HEARD);
  }

  /**
   * The form of the sounds whose features a dataset has.
   *
   * @throws IllegalArgumentException if they are features of something else, or of sounds of
   *     several forms
   */
  static SoundForm formOf(FeatureMap features) {
    if (features instanceof HashedFeatureMap) {
      throw new IllegalArgumentException(
          "The feature names are hashed, so sounds cannot be found by name; train without a"
              + " HashingTrainer");
    }
    List<SoundForm> inFiles =
        features.keySet().stream().flatMap(name -> SoundForm.ofFile(name).stream()).toList();
    if (inFiles.size() > 1) {
      throw new IllegalArgumentException(
          "The examples have sounds of several forms, %s, expected one preprocessing"
              .formatted(inFiles));
    }
    if (!inFiles.isEmpty()) {
      return inFiles.get(0);
    }
    SoundForm waveform = new SoundForm.Waveform();
    return features.keySet().stream().allMatch(name -> waveform.index(name).isPresent())
        ? waveform
        : frames(features);
  }

  private static SoundForm frames(FeatureMap features) {
    Optional<SoundForm.Frames> all = Optional.empty();
    int numbers = 0;
    for (String name : features.keySet()) {
      if (!name.equals(HEARD)) {
        SoundForm.Frames upTo =
            SoundForm.Frames.upTo(name).orElseThrow(() -> notSounds("a feature '" + name + "'"));
        all = Optional.of(all.map(frames -> frames.with(upTo)).orElse(upTo));
        numbers++;
      }
    }
    SoundForm.Frames frames = all.orElseThrow(() -> notSounds("no features"));
    if (numbers != frames.elements()) {
      throw notSounds("%d features for %s".formatted(numbers, frames));
    }
    return frames;
  }

  private static IllegalArgumentException notSounds(String found) {
    return new IllegalArgumentException(
        "The model reads sounds, and the dataset has %s, expected one for each number, such as '%s' or '%s', or one for the sound, such as '%s' or '%s'; make it with SoundDataSource"
            .formatted(
                found,
                new SoundForm.Waveform().name(17),
                new SoundForm.Frames(80, 3000, true).name(17),
                new SoundForm.Waveform().inFile(),
                new SoundForm.Frames(80, 3000, true).inFile()));
  }

  SoundForm form() {
    return form;
  }

  private synchronized String[] names(int count) {
    if (names.length < count) {
      names = IntStream.range(0, count).mapToObj(form::name).toArray(String[]::new);
    }
    return names;
  }

  /** An example with a feature for each number. */
  public <T extends Output<T>> Example<T> example(T output, Numbers numbers) {
    float[] values = numbers.values();
    int count = form instanceof SoundForm.Frames ? values.length + 1 : values.length;
    String[] ofExample = new String[count];
    double[] all = new double[count];
    System.arraycopy(names(values.length), 0, ofExample, 0, values.length);
    for (int i = 0; i < values.length; i++) {
      all[i] = values[i];
    }
    if (form instanceof SoundForm.Frames frames) {
      ofExample[values.length] = HEARD;
      all[values.length] = (double) numbers.heard() / frames.frames();
    }
    return new ArrayExample<>(output, ofExample, all);
  }

  /** An example of a sound that stays in its file. */
  public <T extends Output<T>> Example<T> example(T output, FileSound sound) {
    Example<T> example = new ArrayExample<>(output, new String[] {form.inFile()}, new double[] {1});
    sound.keepIn(example);
    return example;
  }

  /**
   * The sound of an example; numbers that it does not have are 0.
   *
   * @throws IllegalArgumentException if it has none of this form, or a number is not finite
   */
  Sound read(Example<?> example) {
    int count = form instanceof SoundForm.Frames frames ? frames.elements() : 0;
    double heard = 1;
    boolean any = false;
    for (Feature feature : example) {
      if (feature.getName().equals(form.inFile())) {
        return inFile(example);
      }
      OptionalInt index = form.index(feature.getName());
      if (index.isPresent()) {
        count = Math.max(count, index.getAsInt() + 1);
        any = true;
      } else if (feature.getName().equals(HEARD)) {
        heard = Math.max(0, Math.min(1, feature.getValue()));
      }
    }
    if (!any) {
      throw new IllegalArgumentException(
          "The example has no sound of the form %s, such as '%s' or '%s'; is it from another preprocessing?"
              .formatted(form, form.name(0), form.inFile()));
    }
    float[] values = new float[count];
    for (Feature feature : example) {
      OptionalInt index = form.index(feature.getName());
      if (index.isPresent()) {
        values[index.getAsInt()] = finite(feature);
      }
    }
    int positions = form instanceof SoundForm.Frames frames ? frames.frames() : count;
    return Sound.of(form, new Numbers(values, (int) Math.round(heard * positions)));
  }

  private FileSound inFile(Example<?> example) {
    FileSound sound =
        FileSound.of(example)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "The example is of a sound that stayed in its file, but no longer keeps which: its metadata was left out when it was copied"));
    if (!sound.form().equals(form)) {
      throw new IllegalArgumentException(
          "The example has a feature '%s', but keeps settings of %s; make it with SoundDataSource"
              .formatted(form.inFile(), sound.form()));
    }
    return sound;
  }

  private static float finite(Feature feature) {
    float value = (float) feature.getValue();
    if (!Float.isFinite(value)) {
      throw new IllegalArgumentException(
          "Feature '%s' is %s, expected a finite number in the range of a float"
              .formatted(feature.getName(), feature.getValue()));
    }
    return value;
  }

  /**
   * The features of all sounds, as far as they have names that are known: those that occurred, or
   * that of a sound in its file.
   *
   * @param observed what is known of those that occurred
   */
  ImmutableFeatureMap featureMap(FeatureMap observed) {
    List<VariableInfo> infos = new ArrayList<>();
    if (observed.get(form.inFile()) == null) {
      observed.keySet().stream()
          .filter(name -> form.index(name).isPresent() || name.equals(HEARD))
          .forEach(name -> infos.add(observed.get(name)));
    }
    if (infos.isEmpty()) {
      VariableInfo known = observed.get(form.inFile());
      infos.add(known == null ? new RealInfo(form.inFile()) : known);
    }
    return new ImmutableFeatureMap(infos);
  }
}
