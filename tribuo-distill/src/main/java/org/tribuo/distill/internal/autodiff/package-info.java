/**
 * Reverse-mode differentiation of ONNX graphs: one gradient rule per operator in one table, and the
 * walk from the loss back to the weights that applies them. ONNX graph in, ONNX graph out.
 */
@NullMarked
package org.tribuo.distill.internal.autodiff;

import org.jspecify.annotations.NullMarked;
