package org.tribuo.distill.engine.internal.ort;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tribuo.distill.engine.RuntimeUnavailableException;

/**
 * The platforms for which a native library with the training API is published, and the names that
 * its publisher, ONNX Runtime and the operating system give to its parts.
 */
enum Platform {
  LINUX_X86_64("linux-x86_64", true, "linux-x64", "libonnxruntime.so.1", "lib", ".so", Needs.LINUX),
  LINUX_ARM64(
      "linux-arm64", false, "linux-aarch64", "libonnxruntime.so.1", "lib", ".so", Needs.LINUX),
  MACOSX_ARM64(
      "macosx-arm64",
      false,
      "osx-aarch64",
      "libonnxruntime.1.dylib",
      "lib",
      ".dylib",
      "macOS 15 or later"),
  WINDOWS_X86_64(
      "windows-x86_64",
      true,
      "win-x64",
      "onnxruntime.dll",
      "",
      ".dll",
      "the Visual C++ runtime (2015 to 2022)");

  /** What several platforms need alike, as their libraries' symbols say. */
  private static final class Needs {
    static final String LINUX =
        "glibc 2.34 and libstdc++ 3.4.30 (of GCC 12) or later, as Ubuntu 22.04 and Debian 12 have";
  }

  private final String classifier;
  private final boolean cudaPublished;
  private final String onnxRuntimeName;
  private final String publishedCore;
  private final String filePrefix;
  private final String fileSuffix;
  private final String needs;

  Platform(
      String classifier,
      boolean cudaPublished,
      String onnxRuntimeName,
      String publishedCore,
      String filePrefix,
      String fileSuffix,
      String needs) {
    this.classifier = classifier;
    this.cudaPublished = cudaPublished;
    this.onnxRuntimeName = onnxRuntimeName;
    this.publishedCore = publishedCore;
    this.filePrefix = filePrefix;
    this.fileSuffix = fileSuffix;
    this.needs = needs;
  }

  /**
   * The platform of this JVM.
   *
   * @throws RuntimeUnavailableException if no library is published for it
   */
  static Platform current() {
    return of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
  }

  /**
   * The platform with these values of the system properties {@code os.name} and {@code os.arch}.
   *
   * @throws RuntimeUnavailableException if no library is published for it
   */
  static Platform of(String osName, String osArch) {
    String wanted = os(osName) + "-" + arch(osArch);
    return Arrays.stream(values())
        .filter(platform -> platform.classifier.equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new RuntimeUnavailableException(
                    "No native library with ONNX Runtime's training API is published for this"
                        + " platform (os.name="
                        + osName
                        + ", os.arch="
                        + osArch
                        + "); it exists for "
                        + Arrays.stream(values())
                            .map(Platform::classifier)
                            .collect(Collectors.joining(", "))
                        + ". If you have built one yourself, start the JVM with -D"
                        + Coordinates.LIBRARY_FOLDER_PROPERTY
                        + "=<folder with the library and its JNI binding>."));
  }

  private static String os(String osName) {
    String name = osName.toLowerCase(Locale.ROOT);
    if (name.startsWith("linux")) {
      return "linux";
    }
    if (name.startsWith("mac")) {
      return "macosx";
    }
    return name.startsWith("windows") ? "windows" : name;
  }

  private static String arch(String osArch) {
    return switch (osArch.toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64" -> "x86_64";
      case "aarch64", "arm64" -> "arm64";
      default -> osArch;
    };
  }

  /** The Maven classifier of the library for the processor. */
  String classifier() {
    return classifier;
  }

  /** The Maven classifier of the build that can use CUDA too; empty where none is published. */
  Optional<String> cudaClassifier() {
    return cudaPublished ? Optional.of(classifier + "-gpu") : Optional.empty();
  }

  /** The Maven classifiers of all builds for this platform, the most capable one first. */
  List<String> classifiers() {
    return Stream.concat(cudaClassifier().stream(), Stream.of(classifier)).toList();
  }

  /** What the library needs of the operating system. */
  String needs() {
    return needs;
  }

  /** The folder of ONNX Runtime's own natives for this platform. */
  String onnxRuntimeName() {
    return onnxRuntimeName;
  }

  /** The published file name of the core library. */
  String publishedCore() {
    return publishedCore;
  }

  /** The file name under which ONNX Runtime's Java API looks for a library. */
  String fileName(String library) {
    return filePrefix + library + fileSuffix;
  }
}
