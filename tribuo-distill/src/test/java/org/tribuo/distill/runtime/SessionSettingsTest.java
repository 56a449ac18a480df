package org.tribuo.distill.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionSettingsTest {

  @Test
  void theCpuIsAlwaysThere() throws Exception {
    assertThat(ExecutionProvider.CPU.isBuiltIn()).isTrue();
    SessionSettings.cpu(2).newOptions().close();
  }

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
    assertThatThrownBy(() -> new SessionSettings(provider, device, limit, threads))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aGpuHasNoPrecisionOfItsOwn() {
    assertThatThrownBy(() -> SessionSettings.cuda(0).withPrecision(Precision.BFLOAT16_PRODUCTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The precision BFLOAT16_PRODUCTS is for the CPU, but the provider is CUDA; state the"
                + " precision FLOAT32");
  }

  @Test
  void aMissingLibraryOfOperatorsIsNamed() {
    SessionSettings settings = SessionSettings.cpu(1).withPrecision(Precision.BFLOAT16_PRODUCTS);
    assertThatThrownBy(settings::newOptions)
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageStartingWith("The precision is BFLOAT16_PRODUCTS, but no library on the class")
        .hasMessageContaining("; add org.tribuo.distill:tribuo-distill-onednn:")
        .hasMessageEndingWith(", or state the precision FLOAT32");
  }

  @Test
  void aMissingProviderIsNamedWithTheJarThatHasIt() {
    assertThatThrownBy(() -> SessionSettings.cuda(0).newOptions())
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageStartingWith("The execution provider CUDA is not part of the native library")
        .hasMessageContaining("org.bytedeco:onnxruntime:")
        .hasMessageContaining("-gpu to the class path; or use ExecutionProvider.CPU");
  }
}
