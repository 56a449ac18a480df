/**
 * Runs training graphs: the artifacts that ONNX Runtime needs, the session that steps through them,
 * the optimizer, its schedules, and what listeners are told.
 */
@NullMarked
package org.tribuo.distill.training;

import org.jspecify.annotations.NullMarked;
