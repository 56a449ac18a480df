/** A Transformer with what was found in it, and what losses compare of it. */
@NullMarked
package org.tribuo.distill.transformer.internal;

import org.jspecify.annotations.NullMarked;
