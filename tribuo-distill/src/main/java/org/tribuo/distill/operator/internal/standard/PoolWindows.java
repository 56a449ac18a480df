package org.tribuo.distill.operator.internal.standard;

import java.util.stream.LongStream;
import org.tribuo.distill.graph.Attributes;

/** How the windows of a pooling lie on an image. */
public record PoolWindows(long[] kernel, long[] strides, long[] dilations, long[] pads) {
  /**
   * @param attributes of a pooling whose padding does not depend on the image
   */
  public PoolWindows(Attributes attributes) {
    this(
        attributes.longs("kernel_shape").orElseThrow(),
        listed(attributes, "strides", 1),
        listed(attributes, "dilations", 1),
        listed(attributes, "pads", 0));
  }

  private static long[] listed(Attributes attributes, String name, long otherwise) {
    int axes = attributes.longs("kernel_shape").orElseThrow().length;
    return attributes
        .longs(name)
        .filter(values -> !attributes.get("auto_pad", "NOTSET").equals("VALID") || otherwise == 1)
        .orElseGet(() -> LongStream.generate(() -> otherwise).limit(2L * axes).toArray());
  }

  public int axes() {
    return kernel.length;
  }

  /** What is left behind the last whole window. */
  public long rest(int axis, long size) {
    return Math.floorMod(room(axis, size), strides[axis]);
  }

  /** Whether the last window starts behind the image, if the number of windows is rounded up. */
  public boolean lastIsBehind(int axis, long size) {
    long start = -Math.floorDiv(-room(axis, size), strides[axis]) * strides[axis];
    return start >= size + pads[axis];
  }

  /** Whether the last window reaches the image, whatever the size of that is. */
  public boolean lastIsNeverBehind(int axis) {
    return strides[axis] <= covered(axis) - pads[axes() + axis];
  }

  /** The image with its padding, less the first window. */
  private long room(int axis, long size) {
    return size + pads[axis] + pads[axes() + axis] - covered(axis);
  }

  private long covered(int axis) {
    return (kernel[axis] - 1) * dilations[axis] + 1;
  }

  /** The padding with so much more at the end of each axis. */
  public long[] padsWith(long... more) {
    long[] longer = pads.clone();
    for (int axis = 0; axis < more.length; axis++) {
      longer[axes() + axis] += more[axis];
    }
    return longer;
  }
}
