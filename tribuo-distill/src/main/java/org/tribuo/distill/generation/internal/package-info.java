/** The task of the token that comes next, at each step of a text. */
@NullMarked
package org.tribuo.distill.generation.internal;

import org.jspecify.annotations.NullMarked;
