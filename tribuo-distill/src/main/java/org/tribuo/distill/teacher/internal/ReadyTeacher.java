package org.tribuo.distill.teacher.internal;

import org.tribuo.distill.component.NamedColumns;

/**
 * A teacher that can be run.
 *
 * @param settings what opens it
 * @param columns what the columns of its logits stand for
 * @param reading how it reads examples
 */
public record ReadyTeacher(
    TeacherSettings settings, NamedColumns columns, TeacherReading reading) {}
