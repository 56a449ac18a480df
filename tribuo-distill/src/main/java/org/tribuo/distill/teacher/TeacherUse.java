package org.tribuo.distill.teacher;

import java.util.OptionalInt;
import org.tribuo.distill.runtime.SessionSettings;

/**
 * How a teacher is run in a training.
 *
 * @param session where it runs
 * @param values whether its output is compared as values of a regression, not as logits
 * @param maxLength the maximum length in tokens of a teacher with a tokenizer of its own that
 *     states none; empty for the usual length
 * @param padId the student's padding token
 */
public record TeacherUse(
    SessionSettings session, boolean values, OptionalInt maxLength, int padId) {}
