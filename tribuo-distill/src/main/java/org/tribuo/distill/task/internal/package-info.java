/**
 * What a prediction is: Tribuo outputs to target tensors, logits to Tribuo predictions, with the
 * columns of the logits matched to the outputs by name. A task is found by the outputs of a
 * dataset.
 */
@NullMarked
package org.tribuo.distill.task.internal;

import org.jspecify.annotations.NullMarked;
