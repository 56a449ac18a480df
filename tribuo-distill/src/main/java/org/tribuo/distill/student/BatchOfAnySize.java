package org.tribuo.distill.student;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.pass.FreeBatch;
import org.tribuo.distill.input.TokenFeatures;
import org.tribuo.distill.input.TokenInputs;
import org.tribuo.distill.input.TokenLimits;
import org.tribuo.distill.input.TokenSequence;

/**
 * Students of a fixed number of rows as students of any number, which training needs: the last
 * batch of an epoch is smaller. What such a student says is compared with what it said before, for
 * one row, for as many as it was exported for, and for more.
 */
public final class BatchOfAnySize {
  /** How far logits may be apart, beside 1 or their size. */
  private static final double TOLERANCE = 1e-4;

  private static final int LONGEST = 16;

  private BatchOfAnySize() {}

  /**
   * A student that reads batches of any size: itself if it does.
   *
   * @param padId the token that fills up short rows
   * @throws IllegalArgumentException if the number of rows is fixed in its graph
   */
  public static Student of(Student student, int padId) {
    OptionalLong rows = TokenInputs.of(student.transformer().graph().inputs()).fixedRows();
    if (rows.isEmpty()) {
      return student;
    }
    Graph graph = student.transformer().graph();
    FreeBatch.apply(graph, rows.getAsLong());
    Student free = Student.of(graph.toModel(), student.logits(), student.labelOrder());
    try {
      TokenFeatures tokens = TokenLimits.of(student.transformer()).features(OptionalInt.empty());
      List<TokenSequence> texts = texts(tokens, (int) Math.min(rows.getAsLong() + 1, 64));
      float[] expected = logits(StudentNetwork.of(student, tokens, padId), texts);
      StudentNetwork network = StudentNetwork.of(free, tokens, padId);
      if (agree(logits(network, texts), expected)
          && agree(logits(network, texts.subList(0, 1)), expected)) {
        return free;
      }
    } catch (GraphException | EngineException e) {
      throw refused(rows.getAsLong(), e);
    }
    throw refused(rows.getAsLong(), null);
  }

  private static List<TokenSequence> texts(TokenFeatures tokens, int count) {
    SplittableRandom random = new SplittableRandom(0);
    List<TokenSequence> texts = new ArrayList<>();
    int longest = Math.min(tokens.positions(), LONGEST);
    for (int i = 0; i < count; i++) {
      int length = random.nextInt(1, longest + 1);
      texts.add(TokenSequence.of(random.ints(length, 0, tokens.vocabulary()).toArray()));
    }
    return texts;
  }

  private static float[] logits(StudentNetwork network, List<TokenSequence> texts) {
    try (NetworkRunner runner = new NetworkRunner(network, Device.cpu(0))) {
      return runner.logits(texts).toFloats();
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
        "The student reads exactly %d texts at a time, and its graph computes something else, or nothing, where there are more or fewer; export it again with a batch of any size"
            .formatted(rows),
        cause);
  }
}
