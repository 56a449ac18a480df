package org.tribuo.distill.teacher;

/**
 * How a matrix of floats, rows × width, is cut into what is stored. A <em>block</em> is some
 * consecutive rows under one key, at most {@value #BLOCK_BYTES} bytes unless a single row has more.
 * A <em>stretch</em> is some consecutive blocks: rows of a stretch are put into batches together
 * and kept together, so a run that was cut off goes on with whole stretches and makes the same
 * batches as if it had not been.
 *
 * @param rows at least 1
 * @param width floats of a row, at least 1
 * @param rowsPerBlock at least 1
 * @param blocksPerStretch at least 1
 */
record BlockLayout(int rows, int width, int rowsPerBlock, int blocksPerStretch) {
  static final int BLOCK_BYTES = 128 * 1024;

  /** What a kill may cost: enough rows to fill batches of like length, a few seconds of work. */
  private static final int STRETCH_ROWS = 2048;

  private static final int STRETCH_BYTES = 32 * 1024 * 1024;

  BlockLayout {
    if (rows < 1 || width < 1 || rowsPerBlock < 1 || blocksPerStretch < 1) {
      throw new IllegalArgumentException(
          "A layout of %d rows × %d floats in blocks of %d rows, %d blocks a stretch; expected at"
                  .formatted(rows, width, rowsPerBlock, blocksPerStretch)
              + " least 1 of each");
    }
    if ((long) rowsPerBlock * width > Integer.MAX_VALUE / Float.BYTES) {
      throw new IllegalArgumentException(
          "A block of %d rows × %d floats is larger than 2 GB".formatted(rowsPerBlock, width));
    }
  }

  static BlockLayout of(int rows, int width) {
    long rowBytes = 4L * width;
    int stretchRows = (int) Math.max(1, Math.min(STRETCH_ROWS, STRETCH_BYTES / rowBytes));
    int rowsPerBlock = (int) Math.max(1, Math.min(stretchRows, BLOCK_BYTES / rowBytes));
    return new BlockLayout(rows, width, rowsPerBlock, stretchRows / rowsPerBlock);
  }

  int blocks() {
    return (rows - 1) / rowsPerBlock + 1;
  }

  int blockOf(int row) {
    return row / rowsPerBlock;
  }

  int firstRow(int block) {
    return block * rowsPerBlock;
  }

  /** The rows of a block; the last one may have fewer. */
  int rowsIn(int block) {
    return Math.min(rowsPerBlock, rows - firstRow(block));
  }

  int stretches() {
    return (blocks() - 1) / blocksPerStretch + 1;
  }

  int firstBlock(int stretch) {
    return stretch * blocksPerStretch;
  }

  /** The block after the last one of a stretch. */
  int endBlock(int stretch) {
    return Math.min(blocks(), firstBlock(stretch) + blocksPerStretch);
  }

  /** The first row of a stretch. */
  int from(int stretch) {
    return firstRow(firstBlock(stretch));
  }

  /** The row after the last one of a stretch. */
  int to(int stretch) {
    return (int) Math.min(rows, (long) endBlock(stretch) * rowsPerBlock);
  }
}
