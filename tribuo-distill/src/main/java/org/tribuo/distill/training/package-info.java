/**
 * Trains students: the training graph, the loop that steps through batches and epochs, the
 * optimizer, its schedules, and what listeners receive.
 */
@NullMarked
package org.tribuo.distill.training;

import org.jspecify.annotations.NullMarked;
