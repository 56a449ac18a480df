package org.tribuo.distill.engine.internal.ort;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What error messages recommend: Maven coordinates in the versions of this build, a property. */
final class Coordinates {
  /** ONNX Runtime's own property: the folder that holds all of its native libraries. */
  static final String LIBRARY_FOLDER_PROPERTY = "onnxruntime.native.path";

  private static final Properties VERSIONS = load();

  private Coordinates() {}

  static String javaApi() {
    return "com.microsoft.onnxruntime:onnxruntime:" + VERSIONS.getProperty("onnxruntime");
  }

  static String nativeLibrary(String classifier) {
    return "org.bytedeco:onnxruntime:"
        + VERSIONS.getProperty("onnxruntime.native")
        + ":"
        + classifier;
  }

  private static Properties load() {
    Properties versions = new Properties();
    try (InputStream in = Coordinates.class.getResourceAsStream("versions.properties")) {
      versions.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return versions;
  }
}
