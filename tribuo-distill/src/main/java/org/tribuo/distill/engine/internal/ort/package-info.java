/**
 * ONNX Runtime as an engine: the one place that knows {@code ai.onnxruntime}. Chooses and loads the
 * native library once, makes session options, runs models, and trains by ONNX Runtime's own
 * artifacts, checkpoint format and optimizer graphs.
 */
@NullMarked
package org.tribuo.distill.engine.internal.ort;

import org.jspecify.annotations.NullMarked;
