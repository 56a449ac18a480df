package org.tribuo.distill.onednn;

/**
 * An axis that is cut into parts of one size, of which the last may be smaller.
 *
 * @param length of the axis
 * @param step of all parts but the last
 */
record Cut(long length, long step) {
  /** The parts have about this size; all but the last a multiple of 64. */
  static Cut evenly(long length, long size) {
    long parts = Math.max(1, Math.round((double) length / size));
    return new Cut(length, Cut.roundUp((length + parts - 1) / parts, 64));
  }

  int parts() {
    return Math.toIntExact((length + step - 1) / step);
  }

  long start(int part) {
    return part * step;
  }

  long size(int part) {
    return Math.min(step, length - start(part));
  }

  /** The smallest multiple that is not smaller. */
  static long roundUp(long number, long multiple) {
    return (number + multiple - 1) / multiple * multiple;
  }
}
