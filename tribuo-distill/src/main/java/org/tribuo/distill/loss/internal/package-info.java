/** The objective: losses attached to a student's graph, and what feeds them. */
@NullMarked
package org.tribuo.distill.loss.internal;

import org.jspecify.annotations.NullMarked;
