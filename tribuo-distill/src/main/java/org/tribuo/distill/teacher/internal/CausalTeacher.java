package org.tribuo.distill.teacher.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.student.internal.LaterPositions;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.teacher.internal.store.SoftTargetKey;

/**
 * A teacher that says at each position what comes next. Before it is run it is tried: one that
 * reads what comes next, as a masked language model does, is refused. Safe for many threads.
 */
final class CausalTeacher implements SoftTargetSource {
  /** As a fraction of the largest logit: more than the rounding of any precision. */
  private static final float TOLERANCE = 0.1f;

  private final String name;
  private final SoftTargetSource teacher;
  private final TeacherInputs rows;
  private boolean tried;

  /**
   * @param name for messages, such as {@code teacher 'teacher.onnx'}
   * @param rows that it is run over
   */
  CausalTeacher(String name, SoftTargetSource teacher, TeacherInputs rows) {
    this.name = name;
    this.teacher = teacher;
    this.rows = rows;
  }

  @Override
  public LabelOrder labels() {
    return teacher.labels();
  }

  @Override
  public RowShape shape() {
    return teacher.shape();
  }

  @Override
  public SoftTargetKey keyFor(TeacherInputs inputs) {
    return teacher.keyFor(inputs);
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

  private synchronized void tryOnce() {
    if (!tried) {
      rows.withBeginning().ifPresent(this::check);
      tried = true;
    }
  }

  private void check(TeacherInputs both) {
    List<TeacherBatch> batches = new ArrayList<>();
    both.batches(0, 2, new BatchLimits(1, Integer.MAX_VALUE)).forEach(batches::add);
    batches.sort(Comparator.comparingInt(batch -> batch.rows()[0]));
    List<float[]> logits = batches.stream().map(batch -> teacher.logits(batch).get(0)).toList();
    LaterPositions.checkAlike(name, labels(), logits.get(0), logits.get(1), TOLERANCE);
  }

  @Override
  public List<ExecutionProvider> providers() {
    return teacher.providers();
  }

  @Override
  public String runtime() {
    return teacher.runtime();
  }

  /** The teacher is its owner's to close. */
  @Override
  public void close() {}
}
