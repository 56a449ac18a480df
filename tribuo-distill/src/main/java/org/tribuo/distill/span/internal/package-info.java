/** The task of finding an answer by its first and its last token. */
@NullMarked
package org.tribuo.distill.span.internal;

import org.jspecify.annotations.NullMarked;
