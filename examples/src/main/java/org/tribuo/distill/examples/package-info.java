/** Programs to run and to start from. */
@NullMarked
package org.tribuo.distill.examples;

import org.jspecify.annotations.NullMarked;
