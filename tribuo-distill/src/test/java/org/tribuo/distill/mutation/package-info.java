/** Inputs that are damaged on purpose: each is used as it is meant, or refused by name. */
@NullMarked
package org.tribuo.distill.mutation;

import org.jspecify.annotations.NullMarked;
