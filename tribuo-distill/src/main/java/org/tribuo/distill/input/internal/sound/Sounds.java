package org.tribuo.distill.input.internal.sound;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.tribuo.FeatureMap;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.input.internal.Modality;
import org.tribuo.distill.transformer.internal.Transformer;

/** Sounds of one form, for models of waveforms or of frames. */
public final class Sounds implements Modality<Sound> {
  /** The samples that a model without a limit reads: more than an hour and a half of speech. */
  private static final int LONGEST = 100_000_000;

  @Override
  public Feeder<Sound> feeder(Map<String, TensorType> inputs) {
    return SoundInputs.of(inputs);
  }

  /** Features of numbers may be the columns of a table, if they do not have the names of sounds. */
  @Override
  public boolean reads(FeatureMap features) {
    return SoundFeatures.areSounds(features);
  }

  @Override
  public InputReader<Sound> reader(
      Transformer student, FeatureMap features, OptionalInt maxLength, int padId) {
    SoundForm form = SoundFeatures.formOf(features);
    SoundReader reader = new SoundReader(form, maxLength(student, form, maxLength));
    reader.check(student, "student", true, List.of());
    return reader;
  }

  private static int maxLength(Transformer model, SoundForm form, OptionalInt stated) {
    if (form instanceof SoundForm.Frames frames) {
      return frames.frames();
    }
    long fixed = SoundInputs.of(model.graph().inputs()).fixedLength().orElse(LONGEST);
    return (int) Math.min(fixed, stated.orElse(LONGEST));
  }

  @Override
  public InputReader<Sound> readerOfTrained(Transformer model, OptionalInt maxLength, int padId) {
    SoundInputs inputs = SoundInputs.of(model.graph().inputs());
    Shape shape = inputs.shape();
    if (inputs.readsWaveforms()) {
      if (inputs.fixedLength().isPresent() && inputs.mask().isEmpty()) {
        throw new IllegalArgumentException(
            "The input '%s' is %s, which may be sounds of one length or rows of a table; train the model, or use it as the teacher of a trainer"
                .formatted(inputs.name(), shape));
      }
      SoundForm form = new SoundForm.Waveform();
      return new SoundReader(form, maxLength(model, form, maxLength));
    }
    SoundForm.Frames frames = frames(inputs);
    return new SoundReader(frames, frames.frames());
  }

  /** A sound has more frames than bins, as far as known, and if not examples are refused. */
  private static SoundForm.Frames frames(SoundInputs inputs) {
    if (inputs.shape().dimension(1) instanceof Dimension.Fixed one
        && inputs.shape().dimension(2) instanceof Dimension.Fixed other) {
      int first = Math.toIntExact(one.size());
      int second = Math.toIntExact(other.size());
      return first < second
          ? new SoundForm.Frames(first, second, true)
          : new SoundForm.Frames(second, first, false);
    }
    throw new IllegalArgumentException(
        "The input '%s' is %s, so only a dataset states how many frames a sound has: train the model, or use it as the teacher of a trainer"
            .formatted(inputs.name(), inputs.shape()));
  }

  @Override
  public String toString() {
    return "Sounds";
  }
}
