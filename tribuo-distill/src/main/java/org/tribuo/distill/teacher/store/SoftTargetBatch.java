package org.tribuo.distill.teacher.store;

import java.util.Optional;
import org.tribuo.distill.graph.Tensor;

/**
 * What the teacher's logits of some examples are. Where rows differ in length, all are padded with
 * 0 to the longest.
 *
 * @param logits FLOAT [examples, shape of a row]
 * @param classes the columns that the logits are of, INT64 of the same dimensions, where only the
 *     largest are there
 */
public record SoftTargetBatch(Tensor logits, Optional<Tensor> classes) {}
