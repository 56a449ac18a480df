/**
 * Text on its way into a model: tokens, their place in a Tribuo example, batches, and the tensors
 * that an ONNX Transformer takes.
 */
@NullMarked
package org.tribuo.distill.input;

import org.jspecify.annotations.NullMarked;
