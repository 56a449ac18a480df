package org.tribuo.distill.teacher.internal;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.teacher.internal.store.LargestLogits;
import org.tribuo.distill.teacher.internal.store.SoftTargetKey;

/** Another teacher, of which something is changed. As safe for many threads as that one. */
abstract class DelegatingTeacher implements SoftTargetSource {
  /** The other one. */
  protected final SoftTargetSource teacher;

  DelegatingTeacher(SoftTargetSource teacher) {
    this.teacher = teacher;
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
  public SoftTargetKey keyFor(TeacherInputs rows) {
    return teacher.keyFor(rows);
  }

  @Override
  public void checkInputNames(Set<String> names) {
    teacher.checkInputNames(names);
  }

  @Override
  public List<float[]> logits(TeacherBatch batch) {
    return teacher.logits(batch);
  }

  @Override
  public Optional<List<LargestLogits>> largest(TeacherBatch batch, LargestOf wanted) {
    return teacher.largest(batch, wanted);
  }

  @Override
  public Optional<? extends SoftTargetSource> inFloat32() {
    return teacher.inFloat32();
  }

  @Override
  public float tolerance() {
    return teacher.tolerance();
  }

  @Override
  public List<ExecutionProvider> providers() {
    return teacher.providers();
  }

  @Override
  public String runtime() {
    return teacher.runtime();
  }

  @Override
  public void close() {
    teacher.close();
  }
}
