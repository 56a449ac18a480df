package org.tribuo.distill.transformer.internal.layer;

/**
 * One layer of a Transformer: everything between two hidden states.
 *
 * @param index the layer's place, from 0
 * @param start the name of the hidden state that the layer reads, [batch, positions, width]
 * @param end the name of the hidden state that it makes, of the same type
 */
public record Layer(int index, String start, String end) {}
