package org.tribuo.distill.teacher.internal;

/**
 * Which of the logits of each vector are wanted.
 *
 * @param k how many, the largest
 * @param columns among how many, the first ones; more than k
 */
record LargestOf(int k, int columns) {}
