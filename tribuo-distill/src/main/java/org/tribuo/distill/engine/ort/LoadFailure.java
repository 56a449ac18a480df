package org.tribuo.distill.engine.ort;

import java.util.regex.Pattern;

/**
 * Why the native library of a platform could not be loaded, and what to do.
 *
 * @param platform that of this JVM
 * @param reason what the operating system's loader says
 */
record LoadFailure(Platform platform, String reason) {
  /** A C library that is too old or another one, an old macOS, a missing runtime of Visual C++. */
  private static final Pattern SYSTEM_LACKS_SOMETHING =
      Pattern.compile(
          "version `?GLIBC(XX)?_[\\d.]+'? not found|Error loading shared library|Error relocating"
              + "|newer than running OS|Symbol not found|dependent libraries");

  /** Sentences that follow the reason. */
  String remedy() {
    String needed =
        "The library for %s needs %s".formatted(platform.classifier(), platform.needs());
    return SYSTEM_LACKS_SOMETHING.matcher(reason).find()
        ? needed + ", and this system does not have that: use a newer one, or " + ownBuild() + "."
        : needed + ". " + OrtRuntime.FITTING;
  }

  private static String ownBuild() {
    return "name a build of your own with -D"
        + OrtRuntime.LIBRARY_FOLDER_PROPERTY
        + "=<folder with the library and its JNI binding>";
  }
}
