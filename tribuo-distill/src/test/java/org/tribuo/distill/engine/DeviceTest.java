package org.tribuo.distill.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceTest {

  @ParameterizedTest
  @CsvSource({
    "CUDA, -1, 0, 0, deviceId must not be negative",
    "CUDA, 0, -1, 0, gpuMemoryLimitBytes must not be negative",
    "CPU, 0, 0, -1, intraOpThreads must not be negative",
    "CPU, 1, 0, 0, must be 0 on the CPU",
    "CPU, 0, 1, 0, must be 0 on the CPU",
  })
  void numbersOutOfRangeAreRefused(
      ExecutionProvider provider, int device, long limit, int threads, String message) {
    assertThatThrownBy(() -> new Device(provider, device, limit, threads))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aGpuHasNoPrecisionOfItsOwn() {
    assertThatThrownBy(() -> Device.cuda(0).withPrecision(Precision.BFLOAT16_PRODUCTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The precision BFLOAT16_PRODUCTS is for the CPU, but the provider is CUDA; state the"
                + " precision FLOAT32");
  }

  @Test
  void aMissingLibraryOfOperatorsIsNamed() {
    Device device = Device.cpu(1).withPrecision(Precision.BFLOAT16_PRODUCTS);
    assertThatThrownBy(device::operators)
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageStartingWith("The precision is BFLOAT16_PRODUCTS, but no library on the class")
        .hasMessageContaining("; add org.tribuo.distill:tribuo-distill-onednn in")
        .hasMessageEndingWith(", or state the precision FLOAT32");
  }

  @Test
  void aDeviceDiffersInWhatIsStated() {
    assertThat(Device.cpu(1).withThreads(4)).isEqualTo(Device.cpu(4));
    assertThat(Device.cuda(1).withGpuMemoryLimit(1 << 30))
        .isEqualTo(new Device(ExecutionProvider.CUDA, 1, 1 << 30, 0));
    assertThat(Device.cpu(1).withPrecision(Precision.BFLOAT16_PRODUCTS).withThreads(2).precision())
        .isEqualTo(Precision.BFLOAT16_PRODUCTS);
  }

  @Test
  void whatAGpuHasNoKernelForRunsOnTheCpu() {
    assertThat(Device.cuda(0).providers())
        .containsExactly(ExecutionProvider.CUDA, ExecutionProvider.CPU);
    assertThat(Device.cpu(0).providers()).containsExactly(ExecutionProvider.CPU);
  }
}
