package org.tribuo.distill.teacher;

import java.util.OptionalInt;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.transformer.TransformerFiles;

/**
 * How a teacher is run in a training.
 *
 * @param device where it runs
 * @param values whether its output is compared as values of a regression, not as logits
 * @param maxLength the maximum length in tokens of a teacher with a tokenizer of its own that
 *     states none; empty for the usual length
 * @param padId the student's padding token
 * @param files reads each file once
 */
public record TeacherUse(
    Device device, boolean values, OptionalInt maxLength, int padId, TransformerFiles files) {}
