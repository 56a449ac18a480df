package org.tribuo.distill.teacher.internal.store;

/**
 * The largest logits of each vector of an example.
 *
 * @param logits those of the first vector, the largest first, then those of the next
 * @param columns that these are of
 * @param tails of each vector the logarithm of the sum of the exponentials of all other logits
 */
public record LargestLogits(float[] logits, long[] columns, float[] tails) {}
