/**
 * The teacher and its soft targets: any ONNX model run once over the rows of a data set, its logits
 * kept as soft targets and found again by content.
 *
 * <p>{@link org.tribuo.distill.teacher.internal.SoftTargetProducer} brings a {@link
 * org.tribuo.distill.teacher.internal.Teacher}, its {@link
 * org.tribuo.distill.teacher.internal.TeacherInputs} and a {@link
 * org.tribuo.distill.teacher.internal.store.SoftTargetStore} together.
 */
@NullMarked
package org.tribuo.distill.teacher;

import org.jspecify.annotations.NullMarked;
