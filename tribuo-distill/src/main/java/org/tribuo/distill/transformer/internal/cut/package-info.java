/** Cuts layers, heads, units or tokens out of a Transformer. */
@NullMarked
package org.tribuo.distill.transformer.internal.cut;

import org.jspecify.annotations.NullMarked;
