package org.tribuo.distill.recommendation.internal;

/**
 * What a place in a ranking is worth where one item is relevant: the normalised discounted
 * cumulative gain {@code 1 / log₂(1 + place)} of the first k places, 0 of others.
 */
public final class Gain {
  /** How many places count unless stated otherwise. */
  public static final int USUAL_PLACES = 10;

  private Gain() {}

  /**
   * The gain.
   *
   * @param place from 1
   * @param k how many places count
   */
  public static double of(int place, int k) {
    return place <= k ? Math.log(2) / Math.log(1.0 + place) : 0;
  }
}
