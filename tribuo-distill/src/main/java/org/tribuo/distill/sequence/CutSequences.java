package org.tribuo.distill.sequence;

import java.util.List;
import org.tribuo.Dataset;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.distill.input.internal.SequenceModality;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.task.internal.token.TagSequenceFactory;
import org.tribuo.distill.task.token.TagSequence;
import org.tribuo.sequence.SequenceDataset;

/** Sequences that are cut into windows for one training, which numbers the windows. */
final class CutSequences {
  private final SequenceModality modality;
  private final SequenceDataset<Label> sequences;
  private List<Windows.Located> windows = List.of();

  CutSequences(SequenceModality modality, SequenceDataset<Label> sequences) {
    this.modality = modality;
    this.sequences = sequences;
  }

  /**
   * The windows as a dataset that comes from that of the sequences.
   *
   * @param maxLength of a window in positions
   * @throws IllegalArgumentException if a sequence cannot be read, or no element of all has a token
   */
  Dataset<TagSequence> within(int maxLength) {
    windows = new Windows(modality, maxLength).of(sequences);
    if (windows.isEmpty()) {
      throw new IllegalArgumentException(
          "None of the %d sequences has an element with a token, expected some to train on; is the tokenizer made for such texts?"
              .formatted(sequences.size()));
    }
    MutableDataset<TagSequence> texts =
        new MutableDataset<>(sequences.getProvenance(), new TagSequenceFactory());
    windows.forEach(window -> texts.add(window.text()));
    return texts;
  }

  /** What is wrong with a window, said of its sequence and, if it is one, of the element. */
  IllegalArgumentException named(ExampleException wrong) {
    return windows.get(wrong.example()).named(wrong);
  }
}
