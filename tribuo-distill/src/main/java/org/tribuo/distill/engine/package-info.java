/**
 * What runs graphs: engines for inference and for training, where they run, and the operators that
 * a library may add. The interfaces of an engine are closed.
 */
@NullMarked
package org.tribuo.distill.engine;

import org.jspecify.annotations.NullMarked;
