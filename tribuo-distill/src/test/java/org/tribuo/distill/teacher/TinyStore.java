package org.tribuo.distill.teacher;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.tribuo.distill.engine.ExecutionProvider;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.graph.Sha256;

/** A store of soft targets whose numbers are known, of several blocks. */
public final class TinyStore {
  private static final int ROWS = 700;
  private static final int WIDTH = 77;
  private static final SoftTargetKey KEY =
      new SoftTargetKey(
          Sha256.ofParts(List.of("teacher")),
          "logits",
          ExecutionProvider.CPU,
          Precision.FLOAT32,
          Sha256.ofParts(List.of("rows")));

  private TinyStore() {}

  public static void write(Path file) {
    try (SoftTargetStore store = SoftTargetStore.open(file)) {
      SoftTargetHeader header = store.begin(KEY, TinyTeacher.labels(WIDTH), ROWS, "1.28.0");
      BlockLayout layout = header.layout();
      for (int stretch = 0; stretch < layout.stretches(); stretch++) {
        float[] values = new float[(layout.to(stretch) - layout.from(stretch)) * WIDTH];
        for (int row = layout.from(stretch); row < layout.to(stretch); row++) {
          System.arraycopy(logits(row), 0, values, (row - layout.from(stretch)) * WIDTH, WIDTH);
        }
        store.putStretch(header, stretch, values);
      }
      store.complete(header);
    }
  }

  /**
   * Reads all rows.
   *
   * @throws AssertionError if one is not what was written
   */
  public static void read(Path file) {
    try (SoftTargetStore store = SoftTargetStore.open(file);
        SoftTargets targets = store.require(KEY)) {
      for (int row = 0; row < ROWS; row++) {
        if (!Arrays.equals(targets.row(row), logits(row))) {
          throw new AssertionError(
              "row %d is %s".formatted(row, Arrays.toString(targets.row(row))));
        }
      }
    }
  }

  private static float[] logits(int row) {
    float[] logits = new float[WIDTH];
    for (int label = 0; label < WIDTH; label++) {
      logits[label] = row * 3 + label / 128f;
    }
    return logits;
  }
}
