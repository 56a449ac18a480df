package org.tribuo.distill.teacher;

import java.util.OptionalInt;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.distill.task.Task;

/**
 * How a teacher is run in a training.
 *
 * @param session where it runs
 * @param task what teacher and student predict
 * @param maxLength the maximum length in tokens of a teacher with a tokenizer of its own that
 *     states none; empty for the usual length
 * @param padId the student's padding token
 */
public record TeacherUse(SessionSettings session, Task<?> task, OptionalInt maxLength, int padId) {}
