package org.tribuo.distill.generation.internal;

/**
 * A text of a file.
 *
 * @param line on which it begins, from 1
 * @param prompt what comes before what is to be predicted, or the source of which that is the
 *     target; empty if there is nothing
 * @param text what is to be predicted
 */
public record PlainText(long line, String prompt, String text) {}
