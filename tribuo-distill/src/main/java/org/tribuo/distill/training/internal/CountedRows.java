package org.tribuo.distill.training.internal;

/**
 * How much the rows of a batch count that its losses are means over: examples, or tokens.
 *
 * @param counted the sum of the weights of all that count
 * @param labelled the sum of the weights of those that have a true label
 */
public record CountedRows(double counted, double labelled) {}
