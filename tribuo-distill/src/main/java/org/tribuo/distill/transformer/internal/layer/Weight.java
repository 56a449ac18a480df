package org.tribuo.distill.transformer.internal.layer;

/**
 * An initializer that training changes.
 *
 * @param initializer its name
 * @param decays whether weight decay applies, as it does to matrices and tables but not to biases
 *     and the scales of normalisations
 */
public record Weight(String initializer, boolean decays) {}
