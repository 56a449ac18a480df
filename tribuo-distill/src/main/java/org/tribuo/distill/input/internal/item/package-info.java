/** Sequences of ids of items, such as what a user has bought, one after the other. */
@NullMarked
package org.tribuo.distill.input.internal.item;

import org.jspecify.annotations.NullMarked;
