/** What can be wrong with kept soft targets. */
@NullMarked
package org.tribuo.distill.teacher.store;

import org.jspecify.annotations.NullMarked;
