package org.tribuo.distill.transformer.internal.layer;

/**
 * How exporters name the keys and values that a decoder keeps of the tokens that it has read:
 * {@code past_key_values.0.key} is the input for the keys of the first layer, {@code present.0.key}
 * the output with those that were added.
 */
public final class KeyValueNames {
  /** What the names of the inputs begin with, a point behind it. */
  public static final String PAST = "past_key_values";

  /** What the names of the outputs begin with, a point behind it. */
  public static final String PRESENT = "present";

  private KeyValueNames() {}
}
