package org.tribuo.distill.student.internal;

import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.internal.pass.FreeBatch;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.transformer.internal.Transformer;

/**
 * Students of a fixed number of rows as students of any number, which training needs: the last
 * batch of an epoch is smaller. The logits of such a student are compared with those of the
 * original, for one row, for as many as it was exported for, and for more.
 */
public final class BatchOfAnySize {
  /** How far logits may be apart, beside 1 or their size. */
  private static final double TOLERANCE = 1e-4;

  private BatchOfAnySize() {}

  /**
   * A student that reads batches of any size: itself if it does.
   *
   * @param reading how a student reads examples
   * @throws IllegalArgumentException if the number of rows is fixed in its graph
   */
  public static Student of(Student student, Function<Transformer, InputReader<?>> reading) {
    OptionalLong rows = Feeder.fixedRows(student.transformer().graph().inputs());
    if (rows.isEmpty()) {
      return student;
    }
    Graph graph = student.transformer().graph();
    FreeBatch.apply(graph, rows.getAsLong());
    Student free = student.with(graph.toModel());
    try {
      InputReader<?> reader = reading.apply(student.transformer());
      ExampleInputs<?> trial =
          ExampleInputs.random(
              reader, (int) Math.min(rows.getAsLong() + 1, 64), new SplittableRandom(0));
      float[] expected = logits(StudentNetwork.of(student, reader), trial);
      StudentNetwork network = StudentNetwork.of(free, reader);
      if (agree(logits(network, trial), expected)
          && agree(logits(network, trial.pick(0)), expected)) {
        return free;
      }
    } catch (GraphException | EngineException e) {
      throw refused(rows.getAsLong(), e);
    }
    throw refused(rows.getAsLong(), null);
  }

  private static float[] logits(StudentNetwork network, ExampleInputs<?> trial) {
    try (NetworkRunner runner = new NetworkRunner(network, Device.cpu())) {
      return runner.logits(trial).toFloats();
    }
  }

  private static boolean agree(float[] logits, float[] expected) {
    for (int i = 0; i < logits.length; i++) {
      if (!(Math.abs(logits[i] - expected[i]) <= TOLERANCE * Math.max(1, Math.abs(expected[i])))) {
        return false;
      }
    }
    return true;
  }

  private static IllegalArgumentException refused(long rows, @Nullable RuntimeException cause) {
    return new IllegalArgumentException(
        "The student reads exactly %d examples at a time, and its graph computes something else, or nothing, where there are more or fewer; export it again with a batch of any size"
            .formatted(rows),
        cause);
  }
}
