/** The training loop. */
@NullMarked
package org.tribuo.distill.training.internal;

import org.jspecify.annotations.NullMarked;
