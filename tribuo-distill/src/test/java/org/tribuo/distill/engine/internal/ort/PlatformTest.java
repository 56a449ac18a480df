package org.tribuo.distill.engine.internal.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.distill.engine.RuntimeUnavailableException;

class PlatformTest {

  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, linux-x86_64, libonnxruntime.so",
    "Linux, aarch64, linux-arm64, libonnxruntime.so",
    "Mac OS X, aarch64, macosx-arm64, libonnxruntime.dylib",
    "Windows Server 2022, amd64, windows-x86_64, onnxruntime.dll",
  })
  void isRecognisedByWhatTheJvmSays(String os, String arch, String classifier, String fileName) {
    Platform platform = Platform.of(os, arch);
    assertThat(platform.classifier()).isEqualTo(classifier);
    assertThat(platform.fileName("onnxruntime")).isEqualTo(fileName);
  }

  @ParameterizedTest
  @CsvSource({"Linux, riscv64", "Mac OS X, x86_64", "Linux, x86", "FreeBSD, amd64"})
  void withoutALibraryIsRefusedWithTheListOfThoseThatHaveOne(String os, String arch) {
    assertThatThrownBy(() -> Platform.of(os, arch))
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageStartingWith(
            "No native library with ONNX Runtime's training API is published for this platform"
                + " (os.name=%s, os.arch=%s); it exists for"
                + " linux-x86_64, linux-arm64, macosx-arm64, windows-x86_64.",
            os, arch)
        .hasMessageContaining("-Donnxruntime.native.path=");
  }

  @Test
  void theBuildWithCudaComesFirstWhereOneIsPublished() {
    assertThat(Platform.LINUX_X86_64.classifiers())
        .containsExactly("linux-x86_64-gpu", "linux-x86_64");
    assertThat(Platform.MACOSX_ARM64.classifiers()).containsExactly("macosx-arm64");
  }
}
