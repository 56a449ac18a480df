/** Runs models. */
@NullMarked
package org.tribuo.distill.engine;

import org.jspecify.annotations.NullMarked;
