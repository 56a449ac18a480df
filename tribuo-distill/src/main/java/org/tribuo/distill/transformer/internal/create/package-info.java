/** Writes untrained Transformers. */
@NullMarked
package org.tribuo.distill.transformer.internal.create;

import org.jspecify.annotations.NullMarked;
