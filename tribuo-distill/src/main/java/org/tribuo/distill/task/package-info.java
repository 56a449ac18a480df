/**
 * What a prediction is: Tribuo outputs to target tensors, logits to Tribuo predictions, with the
 * columns of the logits matched to the outputs by name.
 */
@NullMarked
package org.tribuo.distill.task;

import org.jspecify.annotations.NullMarked;
