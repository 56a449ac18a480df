package org.tribuo.distill.engine.internal.ort;

import java.util.regex.Pattern;

/**
 * Why the native library of a platform could not be loaded, and what to do.
 *
 * @param platform that of this JVM
 * @param reason what the operating system's loader says
 */
record LoadFailure(Platform platform, String reason) {
  /** What is needed of any build. */
  static final String FITTING =
      "The folder must allow libraries to be loaded from it (no noexec mount), and the library must"
          + " fit "
          + Coordinates.javaApi()
          + ".";

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
        : needed + ". " + FITTING;
  }

  private static String ownBuild() {
    return "name a build of your own with -D"
        + Coordinates.LIBRARY_FOLDER_PROPERTY
        + "=<folder with the library and its JNI binding>";
  }
}
