/** The gradient rules, one file for each kind of operator. */
@NullMarked
package org.tribuo.distill.autodiff.rules;

import org.jspecify.annotations.NullMarked;
