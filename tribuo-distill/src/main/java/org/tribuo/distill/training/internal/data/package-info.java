/** The examples of a training as a student reads them: rows, labels, weights, splits, batches. */
@NullMarked
package org.tribuo.distill.training.internal.data;

import org.jspecify.annotations.NullMarked;
