package org.tribuo.distill.engine.internal.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.engine.RuntimeUnavailableException;

class OrtOptionsTest {
  @Test
  void theCpuIsAlwaysThere() {
    assertThat(OrtOptions.providers()).contains(ExecutionProvider.CPU);
    OrtOptions.of(Device.cpu(2)).close();
  }

  @Test
  void aMissingProviderIsNamedWithTheJarThatHasIt() {
    assertThatThrownBy(() -> OrtOptions.of(Device.cuda(0)))
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageStartingWith("The execution provider CUDA is not part of the native library")
        .hasMessageContaining("org.bytedeco:onnxruntime:")
        .hasMessageContaining("-gpu to the class path; or use ExecutionProvider.CPU");
  }
}
