package org.tribuo.distill.teacher.internal;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.teacher.internal.store.LargestLogits;
import org.tribuo.distill.teacher.internal.store.SoftTargetKey;

/** What outputs the logits of a teacher, example by example. Safe for many threads. */
public interface SoftTargetSource extends AutoCloseable {
  /** The names of the logits' columns. */
  LabelOrder labels();

  /** The shape of the logits of one example. */
  RowShape shape();

  /** What the soft targets for some inputs are found by, all logits of each row. */
  SoftTargetKey keyFor(TeacherInputs rows);

  /**
   * Checks that a batch with tensors of these names can be run.
   *
   * @throws org.tribuo.distill.teacher.TeacherException if not; the message lists both sides
   */
  default void checkInputNames(Set<String> names) {}

  /**
   * The logits of each row of a batch, all finite, in the {@link #shape}, without padding.
   *
   * @throws org.tribuo.distill.teacher.TeacherException if there are none for a row; the message
   *     says which and why
   */
  List<float[]> logits(TeacherBatch batch);

  /**
   * The largest logits of each vector of each row of a batch, all finite; empty where they are to
   * be chosen from {@link #logits}, which has messages for all that may be wrong with a batch.
   *
   * @throws org.tribuo.distill.teacher.TeacherException as there
   */
  default Optional<List<LargestLogits>> largest(TeacherBatch batch, LargestOf wanted) {
    return Optional.empty();
  }

  /**
   * The same computed in float32, for the caller to close; empty where this is as exact as it gets.
   */
  default Optional<? extends SoftTargetSource> inFloat32() {
    return Optional.empty();
  }

  /**
   * How far the logits of a position may differ, as a fraction of the largest, where nothing that
   * it depends on does: more than rounding.
   */
  default float tolerance() {
    return 0;
  }

  /** Where they are computed, in order of preference. */
  default List<ExecutionProvider> providers() {
    return List.of(ExecutionProvider.CPU);
  }

  /** The version of ONNX Runtime that computes them, or the name and version of what else does. */
  String runtime();

  /** Frees what is held; may be called twice. */
  @Override
  default void close() {}
}
