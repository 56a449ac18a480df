/** Tribuo's ordinary features as one vector for each example. */
@NullMarked
package org.tribuo.distill.input.internal.dense;

import org.jspecify.annotations.NullMarked;
