package org.tribuo.distill.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockLayoutTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "10003, 77",
    "2048, 2",
    "2049, 2",
    "5000000, 3",
    "100, 50257",
    "7, 20000000",
    "2147483647, 1"
  })
  void everyRowIsInOneBlockAndEveryBlockInOneStretch(int rows, int width) {
    BlockLayout layout = BlockLayout.of(rows, width);

    int nextRow = 0;
    int nextBlock = 0;
    for (int stretch = 0; stretch < layout.stretches(); stretch++) {
      assertThat(layout.from(stretch)).isEqualTo(nextRow);
      assertThat(layout.firstBlock(stretch)).isEqualTo(nextBlock);
      for (; nextBlock < layout.endBlock(stretch); nextBlock++) {
        assertThat(layout.firstRow(nextBlock)).isEqualTo(nextRow);
        assertThat(layout.blockOf(nextRow)).isEqualTo(nextBlock);
        nextRow += layout.rowsIn(nextBlock);
        assertThat(layout.blockOf(nextRow - 1)).isEqualTo(nextBlock);
      }
      assertThat(layout.to(stretch)).isEqualTo(nextRow);
    }
    assertThat(nextRow).isEqualTo(rows);
    assertThat(nextBlock).isEqualTo(layout.blocks());
  }

  @Test
  void aBlockThatNoMemoryCanHoldIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BlockLayout(1, 1 << 30, 1 << 30, 1))
        .withMessage("A block of 1073741824 rows × 1073741824 floats is larger than 2 GB");
  }

  @ParameterizedTest
  @CsvSource({"10003, 77, 425, 4", "70000, 2, 2048, 1", "9000, 1000, 32, 64", "10, 100000, 1, 83"})
  void blocksAreAsLargeAsTheyMayBe(int rows, int width, int rowsPerBlock, int blocksPerStretch) {
    assertThat(BlockLayout.of(rows, width))
        .isEqualTo(new BlockLayout(rows, width, rowsPerBlock, blocksPerStretch));
  }
}
