/** Vectors of texts as features for any Tribuo trainer. */
@NullMarked
package org.tribuo.distill.embedding;

import org.jspecify.annotations.NullMarked;
