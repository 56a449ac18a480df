package org.tribuo.distill.teacher.internal.store;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.file.internal.Sha256;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.teacher.store.SoftTargetStoreException;

/** A store of soft targets whose numbers are known. */
public final class TinyStore {
  private static final int WIDTH = 77;
  static final SoftTargetSpec SPEC = spec("teacher", RowShape.of(WIDTH), 700);

  private TinyStore() {}

  static SoftTargetKey key(String teacher) {
    return new SoftTargetKey(
        Sha256.ofParts(List.of(teacher)),
        "logits",
        ExecutionProvider.CPU,
        Precision.FLOAT32,
        Sha256.ofParts(List.of("rows")),
        OptionalInt.empty());
  }

  static SoftTargetSpec spec(String teacher, RowShape shape, int rows) {
    return new SoftTargetSpec(key(teacher), columns(shape.columns()), rows, shape);
  }

  static List<String> columns(int count) {
    return IntStream.range(0, count).mapToObj(i -> "label-" + i).toList();
  }

  /**
   * Writes all rows.
   *
   * @return the file
   */
  public static Path write(Path folder) {
    fill(SoftTargetStore.in(folder), SPEC).close();
    return file(folder);
  }

  /** Where they are. */
  public static Path file(Path folder) {
    return file(folder, SPEC);
  }

  static Path file(Path folder, SoftTargetSpec spec) {
    return folder.resolve(spec.key().sha256() + SoftTargetStore.SUFFIX);
  }

  /** Writes the rows that are missing. */
  static SoftTargets fill(SoftTargetStore store, SoftTargetSpec spec) {
    try (SoftTargetWriter writer = store.writer(spec, "1.28.0")) {
      put(writer, spec, 0, spec.rows());
      return writer.finish();
    }
  }

  /** Writes the rows of a range that are missing. */
  static void put(SoftTargetWriter writer, SoftTargetSpec spec, int from, int to) {
    for (int row = from; row < to; row++) {
      if (!writer.has(row)) {
        writer.put(row, length(spec, row), logits(spec, row));
      }
    }
  }

  /**
   * Reads all rows.
   *
   * @throws AssertionError if one is not what was written
   */
  public static void read(Path folder) {
    try (SoftTargets targets =
        SoftTargetStore.in(folder).find(SPEC).orElseThrow(() -> cut(folder))) {
      for (int row = 0; row < SPEC.rows(); row++) {
        float[] read = targets.batch(row).logits().toFloats();
        if (!Arrays.equals(read, logits(SPEC, row))) {
          throw new AssertionError("row %d is %s".formatted(row, Arrays.toString(read)));
        }
      }
    }
  }

  /** What a program does then is to run the teacher again. */
  private static SoftTargetStoreException cut(Path folder) {
    return new SoftTargetStoreException(
        SoftTargetStoreException.Reason.CORRUPT, folder + " lacks rows");
  }

  static int length(SoftTargetSpec spec, int row) {
    return spec.shape().isRagged() ? 1 + row * 7 % 11 : 1;
  }

  static float[] logits(SoftTargetSpec spec, int row) {
    float[] logits = new float[spec.shape().elements(length(spec, row))];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = row * 3 + (i * 37 % 101) / 128f;
    }
    return logits;
  }
}
