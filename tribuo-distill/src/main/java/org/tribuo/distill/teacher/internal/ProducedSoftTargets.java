package org.tribuo.distill.teacher.internal;

import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.distill.teacher.internal.store.SoftTargets;

/**
 * Soft targets and what it took to have them.
 *
 * @param softTargets for the caller to close
 */
public record ProducedSoftTargets(SoftTargets softTargets, TeacherRun run) {}
