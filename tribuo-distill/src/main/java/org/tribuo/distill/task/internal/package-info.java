/** Targets, heads and scores, and what finds a task. */
@NullMarked
package org.tribuo.distill.task.internal;

import org.jspecify.annotations.NullMarked;
