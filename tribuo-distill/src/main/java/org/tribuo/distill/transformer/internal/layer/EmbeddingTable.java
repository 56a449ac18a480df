package org.tribuo.distill.transformer.internal.layer;

/**
 * A table whose rows are looked up by the numbers of an input.
 *
 * @param initializer the name of the table, an initializer [rows, width]
 * @param rows how many rows there are: the input's numbers are below
 * @param width the size of a row
 * @param input the input of the graph that holds the rows' numbers
 * @param readers how many nodes read the table; more than one where it is tied to another use, as
 *     the last product of many language models
 * @param inputReadElsewhere whether the input's numbers mean something to another node too: RoBERTa
 *     computes positions from them, so they cannot simply be renumbered
 */
public record EmbeddingTable(
    String initializer,
    long rows,
    long width,
    String input,
    int readers,
    boolean inputReadElsewhere) {}
