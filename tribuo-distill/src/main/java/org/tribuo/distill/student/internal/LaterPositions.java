package org.tribuo.distill.student.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.internal.QuantisedWeights;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.task.internal.LabelOrder;

/**
 * Checks a network that learns at each position what comes next: at no position may it read those
 * behind, which it will not have where it is used. It is run over beginnings of examples, of which
 * each has one step more than the one before it. They are short, as what one position more comes to
 * is less the more there are.
 */
public final class LaterPositions {
  /** How many examples have their beginnings tried. */
  private static final int EXAMPLES = 4;

  /** The steps of the longest beginning, and of the shortest where an example has so many. */
  private static final int MOST = 4;

  private static final int FEWEST = 2;

  /** How far a student's logits may differ, as a fraction of the largest: more than rounding. */
  private static final float ROUNDING_OF_STUDENT = 1e-4f;

  /** The same of a file, such as a teacher's, which may have half precision, and may be deeper. */
  private static final float ROUNDING = 1e-3f;

  /** On a GPU, whose products in float32 may have inputs of 11 bits. */
  private static final float ROUNDING_OF_GPU = 1e-2f;

  /** Where a model rounds to 8 bits by what is the largest number of all positions. */
  private static final float ROUNDING_TO_8_BITS = 0.1f;

  private LaterPositions() {}

  /**
   * How far the logits of a file may differ, as a fraction of the largest: more than rounding.
   *
   * @param graph of the model
   * @param onProcessor whether it runs there
   */
  public static float tolerance(Graph graph, boolean onProcessor) {
    if (QuantisedWeights.areFactorsRoundedAtRun(graph)) {
      return ROUNDING_TO_8_BITS;
    }
    return onProcessor ? ROUNDING : ROUNDING_OF_GPU;
  }

  /**
   * Runs a student over beginnings of some examples, in float32 on the processor.
   *
   * @throws IllegalArgumentException if what it says at a position depends on those behind
   */
  public static void checkUnread(StudentNetwork student, ExampleInputs<?> examples) {
    checkUnread("student", student, examples, ROUNDING_OF_STUDENT);
  }

  /**
   * Runs the network of a teacher in the same way.
   *
   * @return whether it was run: whether there is an example of two steps or more
   * @throws IllegalArgumentException if what it says at a position depends on those behind
   */
  public static boolean checkUnreadByTeacher(StudentNetwork teacher, ExampleInputs<?> examples) {
    return checkUnread(
        "teacher", teacher, examples, tolerance(teacher.transformer().graph(), true));
  }

  /**
   * Runs a network that has learnt, or that was read from a file, in the same way.
   *
   * @throws IllegalArgumentException if what it says at a position depends on those behind
   */
  public static void checkUnreadByModel(StudentNetwork model, ExampleInputs<?> examples) {
    checkUnread("model", model, examples, tolerance(model.transformer().graph(), true));
  }

  private static boolean checkUnread(
      String whose, StudentNetwork network, ExampleInputs<?> examples, float tolerance) {
    List<? extends ExampleInputs<?>> tried = beginnings(examples);
    if (tried.isEmpty()) {
      return false;
    }
    try (NetworkRunner runner = new NetworkRunner(network.ofAllSteps(), Device.cpu())) {
      for (ExampleInputs<?> beginnings : tried) {
        List<float[]> logits =
            IntStream.range(0, beginnings.count())
                .mapToObj(i -> runner.rows(beginnings.pick(i)).get(0))
                .toList();
        checkAlike(whose, network.labelOrder(), logits, tolerance);
      }
    }
    return true;
  }

  /**
   * Beginnings of some of the examples of two steps or more, evenly spaced over all of these.
   *
   * @return of each of the chosen examples two beginnings or more, the shortest first; empty where
   *     there are no such examples, or they do not begin anywhere
   */
  public static <X> List<ExampleInputs<X>> beginnings(ExampleInputs<X> examples) {
    int[] steps = examples.steps();
    int[] longer = rows(steps, FEWEST + 1);
    int[] rows = longer.length > 0 ? longer : rows(steps, 2);
    int count = Math.min(EXAMPLES, rows.length);
    List<ExampleInputs<X>> beginnings = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int row = rows[(int) ((long) i * rows.length / count)];
      int most = Math.min(MOST, steps[row]);
      examples.beginnings(row, Math.min(FEWEST, most - 1), most).ifPresent(beginnings::add);
    }
    return beginnings;
  }

  private static int[] rows(int[] steps, int atLeast) {
    return IntStream.range(0, steps.length).filter(row -> steps[row] >= atLeast).toArray();
  }

  /**
   * Compares the logits of the beginnings of an example.
   *
   * @param whose for the message, such as {@code student}
   * @param columns the names of the logits of a position
   * @param logits of each beginning, the shortest first, position by position
   * @param tolerance how far they may differ, as a fraction of the largest
   * @throws IllegalArgumentException if they differ more
   */
  public static void checkAlike(
      String whose, LabelOrder columns, List<float[]> logits, float tolerance) {
    for (int i = 1; i < logits.size(); i++) {
      checkAlike(whose, columns, logits.get(i), logits.get(i - 1), tolerance);
    }
  }

  private static void checkAlike(
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
