/** The task of the item that comes next, at each step of a history. */
@NullMarked
package org.tribuo.distill.recommendation.internal;

import org.jspecify.annotations.NullMarked;
