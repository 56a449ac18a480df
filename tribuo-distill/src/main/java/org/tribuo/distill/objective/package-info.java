/**
 * What is learned, as it is configured: losses, what is compared inside, and schedules over the
 * steps.
 */
@NullMarked
package org.tribuo.distill.objective;

import org.jspecify.annotations.NullMarked;
