package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import org.tribuo.distill.engine.RuntimeUnavailableException;

/**
 * The native libraries of one platform as the class path holds them: the core library with the
 * training API, ONNX Runtime's own JNI binding, and the CUDA provider where it is present.
 *
 * @param classifier the Maven classifier of the core library
 * @param files the libraries, under the file names that ONNX Runtime's Java API asks for
 */
record NativeLibraries(String classifier, List<LibraryFile> files) {
  static final String CORE = "onnxruntime";
  private static final String JNI = "onnxruntime4j_jni";
  private static final List<String> PROVIDERS =
      List.of("onnxruntime_providers_shared", "onnxruntime_providers_cuda");

  /** A library on the class path, the file name it must get, and its content's checksum. */
  record LibraryFile(String fileName, URL source, Checksum checksum) {}

  NativeLibraries {
    files = List.copyOf(files);
  }

  /**
   * Finds the libraries on a class path. Where both are there, the build with CUDA is preferred.
   *
   * @throws RuntimeUnavailableException if the class path holds none for this platform
   */
  static NativeLibraries find(Platform platform, ClassLoader classPath) {
    for (String classifier : platform.classifiers()) {
      String folder = "org/bytedeco/onnxruntime/" + classifier + "/";
      URL core = classPath.getResource(folder + platform.publishedCore());
      if (core != null) {
        return new NativeLibraries(classifier, collect(platform, classPath, folder, core));
      }
    }
    throw new RuntimeUnavailableException(
        "The native library with ONNX Runtime's training API is not on the class path. Add "
            + Coordinates.nativeLibrary(platform.classifier())
            + "; its transitive dependencies are not needed. A build of this library with"
            + " Maven brings that of the machine on which it runs, or with -Donnxruntime.platform="
            + platform.classifier()
            + " this one.");
  }

  private static List<LibraryFile> collect(
      Platform platform, ClassLoader classPath, String folder, URL core) {
    List<LibraryFile> files = new ArrayList<>();
    files.add(libraryFile(platform.fileName(CORE), core));
    files.add(libraryFile(platform.fileName(JNI), jniBinding(platform)));
    for (String provider : PROVIDERS) {
      String fileName = platform.fileName(provider);
      URL source = classPath.getResource(folder + fileName);
      if (source != null) {
        files.add(libraryFile(fileName, source));
      }
    }
    return files;
  }

  private static URL jniBinding(Platform platform) {
    String resource =
        "/ai/onnxruntime/native/" + platform.onnxRuntimeName() + "/" + platform.fileName(JNI);
    URL source = OrtEnvironment.class.getResource(resource);
    if (source == null) {
      throw new RuntimeUnavailableException(
          "ONNX Runtime's Java API on the class path lacks its JNI binding "
              + resource
              + ". Use "
              + Coordinates.javaApi()
              + " as it is published.");
    }
    return source;
  }

  private static LibraryFile libraryFile(String fileName, URL source) {
    try {
      return new LibraryFile(fileName, source, Checksum.of(source));
    } catch (IOException e) {
      throw new RuntimeUnavailableException("Cannot read " + source + " from the class path", e);
    }
  }
}
