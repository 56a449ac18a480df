/**
 * What runs graphs: engines for inference and for training, where they run, and the operators that
 * a library may add. An engine is written by implementing {@link
 * org.tribuo.distill.engine.internal.TrainingEngine}, or {@link
 * org.tribuo.distill.engine.internal.Engine} if it does not train, and naming an {@link
 * org.tribuo.distill.engine.internal.EngineProvider}.
 */
@NullMarked
package org.tribuo.distill.engine;

import org.jspecify.annotations.NullMarked;
