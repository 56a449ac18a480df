package org.tribuo.distill.teacher;

/**
 * Soft targets and what it took to have them.
 *
 * @param softTargets for the caller to close; valid while their store is open
 */
public record ProducedSoftTargets(SoftTargets softTargets, TeacherRun run) {}
