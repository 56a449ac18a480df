/** Numbers that may change from step to step: weights, temperatures, learning rates. */
@NullMarked
package org.tribuo.distill.schedule;

import org.jspecify.annotations.NullMarked;
