/** Writes what comes behind the last layer, and finds what is there. */
@NullMarked
package org.tribuo.distill.transformer.internal.head;

import org.jspecify.annotations.NullMarked;
