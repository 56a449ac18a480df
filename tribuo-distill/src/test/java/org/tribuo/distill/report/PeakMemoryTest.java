package org.tribuo.distill.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class PeakMemoryTest {
  @Test
  void thePeakIsReadInBytes() {
    assertThat(PeakMemory.find(List.of("VmPeak:\t 9 kB", "VmHWM:\t  12345 kB", "VmRSS:\t 1 kB")))
        .hasValue(12345 * 1024L);
  }

  @Test
  void aSystemThatDoesNotSayHasNone() {
    assertThat(PeakMemory.find(List.of("Name:\tjava"))).isEmpty();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void thisProcessHasOne() {
    assertThat(PeakMemory.resident().orElseThrow()).isBetween(10_000_000L, 1_000_000_000_000L);
  }
}
