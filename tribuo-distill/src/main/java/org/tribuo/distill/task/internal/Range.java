package org.tribuo.distill.task.internal;

import java.util.List;
import java.util.Locale;
import org.tribuo.Example;
import org.tribuo.Output;
import org.tribuo.Prediction;
import org.tribuo.distill.internal.component.ExampleException;

/**
 * What bounded logits can be.
 *
 * @param least the smallest number
 * @param most the largest
 * @param of what they are, for messages, such as {@code cosines}
 */
public record Range(float least, float most, String of) {
  /** How far a cosine may be out of its range, as it is computed. */
  private static final float ROUNDING = 1e-3f;

  /** A codec that refuses targets which no logits can reach. */
  public <T extends Output<T>> TargetCodec<T> checking(TargetCodec<T> codec) {
    return new Checking<>(codec, this);
  }

  /**
   * Checks what a teacher outputs.
   *
   * @throws ExampleException if the student cannot reach it
   */
  public void checkSoftTarget(float target, int example) {
    if (target < least - ROUNDING || target > most + ROUNDING) {
      throw new ExampleException(
          example,
          String.format(
              Locale.ROOT,
              "has the soft target %s, but the student predicts %s, from %s to %s; take a teacher whose scores are in that range",
              target,
              of,
              least,
              most));
    }
  }

  private void check(float target, int example) {
    if (target < least || target > most) {
      throw new ExampleException(
          example,
          String.format(
              Locale.ROOT,
              "has the score %s, but the student predicts %s, from %s to %s; scale the scores into that range, as (score - 3) / 2 does with those from 1 to 5",
              target,
              of,
              least,
              most));
    }
  }

  /** A codec whose targets are within a range. */
  private record Checking<T extends Output<T>>(TargetCodec<T> codec, Range range)
      implements TargetCodec<T> {
    @Override
    public LabelOrder columns() {
      return codec.columns();
    }

    @Override
    public boolean isLabelled(T output) {
      return codec.isLabelled(output);
    }

    @Override
    public boolean isLabelled(Example<T> example) {
      return codec.isLabelled(example);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException also if one is out of the range; the message says which
     */
    @Override
    public Targets encode(List<? extends Example<T>> examples) {
      Targets targets = codec.encode(examples);
      for (int row = 0; row < examples.size(); row++) {
        if (isLabelled(examples.get(row))) {
          for (float target : targets.labels(row).toFloats()) {
            range.check(target, row);
          }
        }
      }
      return targets;
    }

    @Override
    public Prediction<T> decode(float[] logits, int used, Example<T> example) {
      return codec.decode(logits, used, example);
    }

    @Override
    public Prediction<T> decode(List<float[]> logits, List<Example<T>> rows, Example<T> example) {
      return codec.decode(logits, rows, example);
    }
  }
}
