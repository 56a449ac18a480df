/**
 * Soft targets on disk, found again by content and read batch by batch.
 *
 * <p>{@link org.tribuo.distill.teacher.internal.store.SoftTargetStore} is a folder. What is kept of
 * one example is a row of a {@link org.tribuo.distill.graph.internal.RowShape}: one vector of
 * logits, one for each token, or the largest of each.
 */
@NullMarked
package org.tribuo.distill.teacher.internal.store;

import org.jspecify.annotations.NullMarked;
