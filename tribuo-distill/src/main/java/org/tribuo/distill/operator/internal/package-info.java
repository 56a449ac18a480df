/** The table of operators. */
@NullMarked
package org.tribuo.distill.operator.internal;

import org.jspecify.annotations.NullMarked;
