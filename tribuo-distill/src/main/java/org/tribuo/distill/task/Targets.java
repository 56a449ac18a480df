package org.tribuo.distill.task;

import org.tribuo.distill.graph.Tensor;

/**
 * The hard targets of some examples, one row each.
 *
 * @param labels for multi-class INT64 [rows], the column of the label, or {@link
 *     TargetCodec#UNLABELLED}; for multi-label FLOAT [rows, columns] of 0 and 1; for regression
 *     FLOAT [rows, columns], the values. Unlabelled rows of the last two are 0
 * @param labelled FLOAT [rows]: 1 where the example has a hard target, 0 where it has none
 */
public record Targets(Tensor labels, Tensor labelled) {}
