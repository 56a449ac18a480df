package org.tribuo.distill;

import org.tribuo.distill.teacher.TeacherRun;

/** Fails if a teacher was asked: for what is to be refused before. */
final class NoTeacherIsAsked implements DistillationListener {
  @Override
  public void onSoftTargets(TeacherRun run) {
    throw new AssertionError("A teacher was asked about %d texts".formatted(run.computedRows()));
  }
}
