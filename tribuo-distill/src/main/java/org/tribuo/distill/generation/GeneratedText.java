package org.tribuo.distill.generation;

/**
 * What a model has generated from a prompt.
 *
 * @param text the prompt and its continuation, or the target of a source, without special tokens
 * @param tokens those that were generated, without the stop token, with the logarithm of the
 *     probability that the model gives them and, if there is one, the stop token, among those that
 *     the tokenizer has; unknown if there are none
 * @param stopped whether the model has generated the stop token
 */
public record GeneratedText(String text, GeneratedTokens tokens, boolean stopped) {}
