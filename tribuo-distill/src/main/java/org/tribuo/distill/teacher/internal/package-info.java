/** Teachers that run, and what they output for examples. */
@NullMarked
package org.tribuo.distill.teacher.internal;

import org.jspecify.annotations.NullMarked;
