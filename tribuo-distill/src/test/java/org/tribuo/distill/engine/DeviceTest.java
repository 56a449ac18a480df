package org.tribuo.distill.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.engine.Device.ExecutionProvider;

class DeviceTest {

  private static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of(
            "deviceId", (ThrowingCallable) () -> Device.cuda(-1), "is -1, expected 0 or more"),
        Arguments.of(
            "gpuMemoryLimitBytes",
            (ThrowingCallable) () -> Device.cuda(0).withGpuMemoryLimit(0),
            "is 0, expected 1 or more"),
        Arguments.of(
            "threads", (ThrowingCallable) () -> Device.cpu(0), "is 0, expected 1 or more; or omit"),
        Arguments.of(
            "deviceId",
            (ThrowingCallable) () -> Device.cuda(1).withProvider(ExecutionProvider.CPU),
            "is 1, but the provider is the CPU; expected 0"),
        Arguments.of(
            "gpuMemoryLimitBytes",
            (ThrowingCallable) () -> Device.cpu().withGpuMemoryLimit(7),
            "is 7, but the provider is the CPU; omit it"),
        Arguments.of(
            "precision",
            (ThrowingCallable) () -> Device.cuda(0).withPrecision(Precision.BFLOAT16_PRODUCTS),
            "is BFLOAT16_PRODUCTS, which is for the CPU, but the provider is CUDA; state FLOAT32"),
        Arguments.of(
            "precision",
            (ThrowingCallable) () -> Device.cpu(1).withPrecision(Precision.BFLOAT16_PRODUCTS),
            "; add org.tribuo.distill:tribuo-distill-onednn in"),
        Arguments.of(
            "precision",
            (ThrowingCallable) () -> Device.cpu(1).withPrecision(Precision.INT8_PRODUCTS),
            "is INT8_PRODUCTS, which is for the soft targets of a teacher alone; state it as the teacher's precision"));
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("refused")
  void aValueThatDoesNotFitIsRefused(String property, ThrowingCallable device, String message) {
    assertThatThrownBy(device)
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Component: Device, Property: " + property)
        .hasMessageContaining(message);
  }

  @Test
  void aDeviceDiffersInWhatIsStated() {
    assertThat(Device.cpu(1).withThreads(4))
        .isEqualTo(Device.cpu(4))
        .hasSameHashCodeAs(Device.cpu(4));
    assertThat(Device.cuda(1).withGpuMemoryLimit(1 << 30)).isNotEqualTo(Device.cuda(1));
    assertThat(Device.cpu()).isNotEqualTo(Device.cuda(0)).hasToString("Device(CPU, FLOAT32)");
    assertThat(Device.cuda(1).withThreads(2)).hasToString("Device(CUDA 1, threads=2, FLOAT32)");
  }

  @Test
  void whatAGpuHasNoKernelForRunsOnTheCpu() {
    assertThat(Device.cuda(0).providers())
        .containsExactly(ExecutionProvider.CUDA, ExecutionProvider.CPU);
    assertThat(Device.cpu().providers()).containsExactly(ExecutionProvider.CPU);
  }
}
