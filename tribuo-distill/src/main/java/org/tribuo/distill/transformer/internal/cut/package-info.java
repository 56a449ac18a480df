/** Makes of a Transformer one with fewer layers, heads, units or tokens. */
@NullMarked
package org.tribuo.distill.transformer.internal.cut;

import org.jspecify.annotations.NullMarked;
