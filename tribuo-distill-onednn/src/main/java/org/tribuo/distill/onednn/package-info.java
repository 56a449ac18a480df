/**
 * Operators for ONNX Runtime that oneDNN computes: how ONNX Runtime's C API calls Java, how Java
 * calls oneDNN, and the operators themselves. {@link OneDnnOperators} is all that others see.
 */
@NullMarked
package org.tribuo.distill.onednn;

import org.jspecify.annotations.NullMarked;
