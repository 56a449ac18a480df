package org.tribuo.distill.teacher.internal;

import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.graph.internal.RowShape;

/**
 * How much of the data the teacher is handed at once. Both limits hold; one row that alone has more
 * tokens than allowed is a batch of its own.
 *
 * @param maxRows rows of a batch, at least 1
 * @param maxTokens positions of a batch, padding included, at least 1
 */
public record BatchLimits(int maxRows, int maxTokens) {
  /** The logits of a batch where each token has some: 64 MB. */
  private static final int LOGITS = 1 << 24;

  /**
   * @throws IllegalArgumentException if a limit is below 1
   */
  public BatchLimits {
    if (maxRows < 1 || maxTokens < 1) {
      throw new IllegalArgumentException(
          "Batch limits of %d rows and %d tokens, expected at least 1 of each"
              .formatted(maxRows, maxTokens));
    }
  }

  /**
   * What keeps a provider busy: on a CPU batches whose activations stay in its caches, on a GPU
   * large ones.
   */
  public static BatchLimits defaultFor(ExecutionProvider provider) {
    return switch (provider) {
      case CPU -> new BatchLimits(64, 2048);
      case CUDA -> new BatchLimits(512, 65_536);
    };
  }

  /**
   * The same with fewer tokens, where each has so many logits that memory bounds them.
   *
   * @param row the shape of the logits of one
   */
  public BatchLimits forLogits(RowShape row) {
    return row.isRagged()
        ? new BatchLimits(maxRows, Math.max(1, Math.min(maxTokens, LOGITS / row.columns())))
        : this;
  }
}
