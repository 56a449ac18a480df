package org.tribuo.distill.engine.ort;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The Maven coordinates, with the versions of this build, that error messages recommend. */
final class Coordinates {
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
