/**
 * Examples on their way into a model: what each modality makes of them, batches of similar length,
 * and the tensors that a Transformer takes.
 */
@NullMarked
package org.tribuo.distill.input;

import org.jspecify.annotations.NullMarked;
