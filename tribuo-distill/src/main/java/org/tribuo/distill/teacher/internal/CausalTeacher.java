package org.tribuo.distill.teacher.internal;

import java.util.List;
import java.util.Optional;
import org.tribuo.distill.student.internal.LaterPositions;
import org.tribuo.distill.teacher.internal.store.LargestLogits;

/**
 * A teacher that says at each position what comes next. Before it says anything it is tried: one
 * that reads what comes next, as a masked language model does, is refused. The trial is in float32,
 * whatever the precision of the soft targets. Safe for many threads.
 */
final class CausalTeacher extends DelegatingTeacher {
  private final String name;
  private final TeacherInputs rows;
  private boolean tried;

  /**
   * @param name for messages, such as {@code teacher 'teacher.onnx'}
   * @param rows that it is run over
   */
  CausalTeacher(String name, SoftTargetSource teacher, TeacherInputs rows) {
    super(teacher);
    this.name = name;
    this.rows = rows;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if it reads later positions
   */
  @Override
  public List<float[]> logits(TeacherBatch batch) {
    tryOnce();
    return teacher.logits(batch);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if it reads later positions
   */
  @Override
  public Optional<List<LargestLogits>> largest(TeacherBatch batch, LargestOf wanted) {
    // first, as the session that chooses serves for the trial too
    Optional<List<LargestLogits>> largest = teacher.largest(batch, wanted);
    tryOnce();
    return largest;
  }

  private synchronized void tryOnce() {
    if (tried) {
      return;
    }
    List<TeacherInputs> beginnings = rows.beginnings();
    if (!beginnings.isEmpty()) {
      Optional<? extends SoftTargetSource> exact = teacher.inFloat32();
      try {
        SoftTargetSource source = exact.isPresent() ? exact.get() : teacher;
        beginnings.forEach(each -> check(source, each));
      } finally {
        exact.ifPresent(SoftTargetSource::close);
      }
    }
    tried = true;
  }

  private void check(SoftTargetSource source, TeacherInputs beginnings) {
    float[][] logits = new float[beginnings.rows()][];
    for (TeacherBatch batch :
        beginnings.batches(0, logits.length, new BatchLimits(1, Integer.MAX_VALUE))) {
      logits[batch.rows()[0]] = source.logits(batch).get(0);
    }
    LaterPositions.checkAlike(name, labels(), List.of(logits), source.tolerance());
  }

  /** The teacher is its owner's to close. */
  @Override
  public void close() {}
}
