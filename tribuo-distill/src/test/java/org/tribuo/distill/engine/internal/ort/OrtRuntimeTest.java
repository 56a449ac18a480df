package org.tribuo.distill.engine.internal.ort;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.engine.RuntimeUnavailableException;
import org.tribuo.distill.engine.internal.Engines;

class OrtRuntimeTest {
  @TempDir Path temporary;

  @Test
  void theEnvironmentCanTrain() {
    assertThat(OrtRuntime.loaded().environment().isTrainingEnabled()).isTrue();
    assertThat(OrtRuntime.loaded()).isSameAs(OrtRuntime.loaded());
    assertThat(OrtRuntime.loaded().version()).matches("\\d+\\.\\d+\\.\\d+");
  }

  @Test
  void theSystemPropertyIsSetOnlyWhileTheLibraryIsLoaded() {
    OrtRuntime.loaded();
    assertThat(System.getProperty("onnxruntime.native.path")).isNull();
  }

  @Test
  void severalJvmsMayStartAtOnceWithAnEmptyCache() throws Exception {
    List<ChildJvm> children = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      children.add(ChildJvm.start(LoadFromFourThreads.class, cacheIn(temporary)));
    }
    for (ChildJvm child : children) {
      assertThat(child.output()).isEqualTo(OrtRuntime.loaded().version());
    }
    try (Stream<Path> files = Files.walk(temporary).filter(Files::isRegularFile)) {
      assertThat(files)
          .extracting(file -> file.getFileName().toString())
          .noneMatch(name -> name.endsWith(".part"))
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void anEarlierInitialisationWithoutTrainingIsExplained() throws Exception {
    assertThat(ChildJvm.start(UseOnnxRuntimeFirst.class).output())
        .contains("ONNX Runtime was already initialised in this JVM with its plain native library,")
        .contains("Call DistillationTrainer.loadRuntime() at the start of the program")
        .contains("or start the JVM with -Donnxruntime.native.path=" + NativeFolder.root());
  }

  @Test
  void aBuildOfOnesOwnIsUsedAsItIs() throws Exception {
    Path own =
        NativeFolder.provide(
            NativeLibraries.find(Platform.current(), getClass().getClassLoader()), temporary);
    Path untouched = temporary.resolve("untouched");

    String output =
        ChildJvm.start(
                UseOnnxRuntimeFirst.class, "-Donnxruntime.native.path=" + own, cacheIn(untouched))
            .output();

    assertThat(output).contains(OrtRuntime.loaded().version());
    assertThat(untouched).doesNotExist();
  }

  @Test
  void aBuildOfOnesOwnWithoutTrainingIsExplained() throws Exception {
    Path plain = temporary.resolve("plain");
    Platform platform = Platform.current();
    try (InputStream in =
        OrtEnvironment.class.getResourceAsStream(
            "/ai/onnxruntime/native/"
                + platform.onnxRuntimeName()
                + "/"
                + platform.fileName("onnxruntime"))) {
      Files.copy(in, plain);
    }

    assertThat(
            ChildJvm.start(
                    LoadFromFourThreads.class, "-Donnxruntime.native.onnxruntime.path=" + plain)
                .output())
        .startsWith("ONNX Runtime was loaded from " + plain)
        .contains("(system property onnxruntime.native.onnxruntime.path)")
        .contains("built without the training API");
  }

  @Test
  void aLibraryThatCannotBeLoadedIsNamed() throws Exception {
    Path broken = Files.writeString(temporary.resolve("broken.so"), "not a library");

    assertThat(
            ChildJvm.start(
                    LoadFromFourThreads.class, "-Donnxruntime.native.onnxruntime.path=" + broken)
                .output())
        .contains("ONNX Runtime's native library from " + broken + " cannot be loaded: ")
        .doesNotContain("Could not initialize class")
        .contains("no noexec mount")
        .contains("com.microsoft.onnxruntime:onnxruntime:");
  }

  private static String cacheIn(Path folder) {
    return "-Dtribuo.distill.native.dir=" + folder;
  }

  /** Prints the version, or the first error's message. */
  static final class LoadFromFourThreads {
    public static void main(String[] arguments) {
      Stream.of(1, 2, 3, 4)
          .parallel()
          .map(thread -> versionOrMessage())
          .distinct()
          .forEachOrdered(System.out::println);
    }
  }

  /** Touches ONNX Runtime behind the library's back. */
  static final class UseOnnxRuntimeFirst {
    public static void main(String[] arguments) {
      OrtEnvironment.getEnvironment();
      System.out.println(versionOrMessage());
    }
  }

  private static String versionOrMessage() {
    try {
      return Engines.training().version();
    } catch (RuntimeUnavailableException e) {
      return e.getMessage();
    }
  }
}
