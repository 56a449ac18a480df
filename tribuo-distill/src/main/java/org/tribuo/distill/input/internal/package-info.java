/**
 * Examples on their way into a model: modalities, readers, feeders, and batches of similar length.
 */
@NullMarked
package org.tribuo.distill.input.internal;

import org.jspecify.annotations.NullMarked;
