package org.tribuo.distill.sequence;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tribuo.Example;
import org.tribuo.classification.Label;
import org.tribuo.distill.input.internal.SequenceModality;
import org.tribuo.distill.input.internal.SequenceWindow;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.task.token.TagSequence;
import org.tribuo.sequence.SequenceExample;

/**
 * Sequences as texts whose tokens have labels: windows of at most some length.
 *
 * @param modality of the sequences
 * @param maxLength of a window in positions
 */
record Windows(SequenceModality modality, int maxLength) {
  /**
   * One window of a sequence.
   *
   * @param sequence the number of the sequence
   */
  record Located(int sequence, SequenceWindow window, Example<TagSequence> text) {
    /** What is wrong with it, said of the sequence and, if it is one, of the element. */
    IllegalArgumentException named(ExampleException wrong) {
      int element =
          wrong.position().isPresent() ? window.elementAt(wrong.position().getAsInt()) : -1;
      return wrong.about(
          element < 0
              ? "Sequence %d".formatted(sequence)
              : "Element %d of sequence %d".formatted(element, sequence));
    }
  }

  /**
   * The windows of some sequences, one after the other.
   *
   * @throws IllegalArgumentException if a sequence cannot be read; the message says which
   */
  List<Located> of(Iterable<SequenceExample<Label>> sequences) {
    List<Located> all = new ArrayList<>();
    int number = 0;
    for (SequenceExample<Label> sequence : sequences) {
      for (SequenceWindow window : windows(sequence, number)) {
        all.add(new Located(number, window, text(sequence, number, window)));
      }
      number++;
    }
    return all;
  }

  private List<SequenceWindow> windows(SequenceExample<Label> sequence, int number) {
    if (sequence.size() == 0) {
      return List.of();
    }
    try {
      return modality.windows(sequence, maxLength);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("Sequence %d: %s".formatted(number, e.getMessage()), e);
    }
  }

  private static Example<TagSequence> text(
      SequenceExample<Label> sequence, int number, SequenceWindow window) {
    Map<Integer, Label> labels = new TreeMap<>();
    for (int i = 0; i < window.elements().size(); i++) {
      labels.put(window.positions().get(i), sequence.get(window.elements().get(i)).getOutput());
    }
    return window.toExample(TagSequence.of(window.length(), labels), sequence.getWeight(), number);
  }
}
