package org.tribuo.distill.student.internal;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.task.internal.LabelOrder;

/**
 * Checks a network that learns at each position what comes next: at no position may it read those
 * behind, which it will not have where it is used.
 */
public final class LaterPositions {
  /** How far a student's logits may differ, as a fraction of the largest: more than rounding. */
  private static final float TOLERANCE = 1e-4f;

  private LaterPositions() {}

  /**
   * Runs a network over an example with and without its last position, in float32 on the processor.
   *
   * @param examples of which the first with two positions or more is taken, if there is one
   * @throws IllegalArgumentException if the logits before differ
   */
  public static void checkUnread(StudentNetwork network, ExampleInputs<?> examples) {
    int[] longer =
        IntStream.range(0, examples.count()).filter(i -> examples.steps(i) > 1).toArray();
    if (longer.length > 0) {
      check(network, examples.withBeginning(longer[0]));
    }
  }

  private static <X> void check(StudentNetwork network, Optional<ExampleInputs<X>> both) {
    if (both.isEmpty()) {
      return;
    }
    try (NetworkRunner runner = new NetworkRunner(network.ofAllSteps(), Device.cpu())) {
      List<float[]> logits = runner.rows(both.get());
      checkAlike("student", network.labelOrder(), logits.get(0), logits.get(1), TOLERANCE);
    }
  }

  /**
   * Compares the logits of an example with those of its beginning.
   *
   * @param whose for the message, such as {@code student}
   * @param columns the names of the logits of a position
   * @param whole the logits of the example, position by position
   * @param beginning those of all positions but the last
   * @param tolerance how far they may differ, as a fraction of the largest
   * @throws IllegalArgumentException if they differ more
   */
  public static void checkAlike(
      String whose, LabelOrder columns, float[] whole, float[] beginning, float tolerance) {
    float largest = 0;
    for (float logit : beginning) {
      largest = Math.max(largest, Math.abs(logit));
    }
    for (int i = 0; i < beginning.length; i++) {
      if (Math.abs(whole[i] - beginning[i]) > tolerance * largest) {
        throw new IllegalArgumentException(
            "The %s reads later positions, which is what is to be predicted: its logit of '%s' at position %d is %s, and without the last of %d positions %s; take a model whose attention has a causal mask"
                .formatted(
                    whose,
                    columns.names().get(i % columns.size()),
                    i / columns.size(),
                    whole[i],
                    whole.length / columns.size(),
                    beginning[i]));
      }
    }
  }
}
