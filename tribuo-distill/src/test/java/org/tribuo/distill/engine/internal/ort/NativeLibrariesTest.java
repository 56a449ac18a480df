package org.tribuo.distill.engine.internal.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.engine.RuntimeUnavailableException;
import org.tribuo.distill.engine.internal.ort.NativeLibraries.LibraryFile;

class NativeLibrariesTest {
  @TempDir Path classPath;

  @Test
  void aMissingJarIsNamedWithItsCoordinates() throws IOException {
    assertThatThrownBy(() -> find(Platform.LINUX_ARM64))
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageStartingWith(
            "The native library with ONNX Runtime's training API is not on the class path.")
        .hasMessageContaining("Add org.bytedeco:onnxruntime:")
        .hasMessageContaining(":linux-arm64;")
        .hasMessageContaining("-Donnxruntime.platform=linux-arm64");
  }

  @Test
  void theCoreLibraryAndTheJniBindingGetTheNamesThatTheJavaApiLooksFor() throws IOException {
    put("linux-x86_64/libonnxruntime.so.1");

    NativeLibraries found = find(Platform.LINUX_X86_64);

    assertThat(found.classifier()).isEqualTo("linux-x86_64");
    assertThat(found.files())
        .extracting(LibraryFile::fileName)
        .containsExactly("libonnxruntime.so", "libonnxruntime4j_jni.so");
  }

  @Test
  void theBuildWithCudaIsPreferredAndBringsItsProvider() throws IOException {
    put("linux-x86_64/libonnxruntime.so.1");
    put("linux-x86_64-gpu/libonnxruntime.so.1");
    put("linux-x86_64-gpu/libonnxruntime_providers_shared.so");
    put("linux-x86_64-gpu/libonnxruntime_providers_cuda.so");
    put("linux-x86_64-gpu/libonnxruntime_providers_openvino.so");

    NativeLibraries found = find(Platform.LINUX_X86_64);

    assertThat(found.classifier()).isEqualTo("linux-x86_64-gpu");
    assertThat(found.files())
        .extracting(LibraryFile::fileName)
        .containsExactly(
            "libonnxruntime.so",
            "libonnxruntime4j_jni.so",
            "libonnxruntime_providers_shared.so",
            "libonnxruntime_providers_cuda.so");
  }

  private NativeLibraries find(Platform platform) throws IOException {
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {classPath.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
      return NativeLibraries.find(platform, loader);
    }
  }

  private void put(String library) throws IOException {
    Path file = classPath.resolve("org/bytedeco/onnxruntime").resolve(library);
    Files.createDirectories(file.getParent());
    Files.writeString(file, library);
  }
}
