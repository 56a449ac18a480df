/**
 * The teacher and its soft targets: any ONNX model run once over the rows of a data set, its logits
 * kept as soft targets and found again by content.
 */
@NullMarked
package org.tribuo.distill.teacher;

import org.jspecify.annotations.NullMarked;
