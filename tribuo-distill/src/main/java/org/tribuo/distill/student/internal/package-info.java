/** Students while they are made, trained and run. */
@NullMarked
package org.tribuo.distill.student.internal;

import org.jspecify.annotations.NullMarked;
