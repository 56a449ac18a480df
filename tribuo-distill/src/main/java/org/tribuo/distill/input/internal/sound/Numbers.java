package org.tribuo.distill.input.internal.sound;

/**
 * What a model reads of one sound. Immutable.
 *
 * <p>Not a record, as equality of arrays is of no use here.
 */
public final class Numbers {
  private final float[] values;
  private final int heard;

  /**
   * @param values not copied
   * @param heard how many positions are of the sound; those behind them are padding
   */
  Numbers(float[] values, int heard) {
    this.values = values;
    this.heard = heard;
  }

  /** The samples or frames; not to be changed. */
  float[] values() {
    return values;
  }

  /** How many samples or frames are of the sound; those behind them are padding. */
  int heard() {
    return heard;
  }
}
