/** The engines: interfaces that they implement, and what finds one and runs a model by it. */
@NullMarked
package org.tribuo.distill.engine.internal;

import org.jspecify.annotations.NullMarked;
