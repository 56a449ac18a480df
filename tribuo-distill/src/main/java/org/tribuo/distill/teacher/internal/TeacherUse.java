package org.tribuo.distill.teacher.internal;

import java.util.OptionalInt;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.task.internal.Task;
import org.tribuo.distill.transformer.internal.TransformerFiles;

/**
 * How a teacher is run in a training.
 *
 * @param device where it runs
 * @param task what teacher and student predict
 * @param maxLength the maximum length in tokens of a teacher with a tokenizer of its own that
 *     states none; empty for the usual length
 * @param files reads each file once
 */
public record TeacherUse(
    Device device, Task<?> task, OptionalInt maxLength, TransformerFiles files) {}
