package org.tribuo.distill.training.internal.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tribuo.Example;
import org.tribuo.classification.Label;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.text.TokenFeatures;
import org.tribuo.distill.input.internal.text.TokenReader;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.task.internal.Targets;

class SplitTest {
  /** Of ten sequences the first has one window, the next two, then three, and so on again. */
  private static final int[] SEQUENCES =
      IntStream.range(0, 10).flatMap(i -> IntStream.generate(() -> i).limit(1 + i % 3)).toArray();

  private static ExampleRows rows(boolean[] labelled) {
    int rows = SEQUENCES.length;
    TokenSequence text = TokenSequence.of(1, 2);
    Example<Label> example = text.toExample(new Label("a"));
    return new ExampleRows(
        new ExampleInputs<>(
            new TokenReader(new TokenFeatures(4, 4), 0), Collections.nCopies(rows, text)),
        Targets.of(Tensor.of(new long[rows], rows), Tensor.of(new float[rows], rows)),
        labelled,
        labelled,
        ExampleWeights.of(Collections.nCopies(rows, example)),
        SEQUENCES);
  }

  private static Set<Integer> sequences(int[] rows) {
    Set<Integer> sequences = new TreeSet<>();
    Arrays.stream(rows).forEach(row -> sequences.add(SEQUENCES[row]));
    return sequences;
  }

  @Test
  void windowsOfOneSequenceAreHeldOutTogether() {
    boolean[] labelled = new boolean[SEQUENCES.length];
    Arrays.fill(labelled, true);
    // Unlabelled, but it overlaps its neighbours.
    labelled[2] = false;
    for (long seed = 0; seed < 50; seed++) {
      Split split = Split.some(rows(labelled), 0.3, new SplittableRandom(seed));
      assertThat(sequences(split.heldOut())).as("seed " + seed).hasSize(3);
      assertThat(sequences(split.training()))
          .as("seed " + seed)
          .hasSize(7)
          .doesNotContainAnyElementsOf(sequences(split.heldOut()));
      assertThat(split.heldOut().length + split.training().length).isEqualTo(SEQUENCES.length);
    }
  }

  @Test
  void aSingleLabelledSequenceIsTooFew() {
    boolean[] labelled = new boolean[SEQUENCES.length];
    List.of(3, 4, 5).forEach(row -> labelled[row] = true);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Split.some(rows(labelled), 0.3, new SplittableRandom(1)))
        .withMessage(
            "Early stopping holds out labelled examples, and there are 1, expected at least 2");
  }
}
