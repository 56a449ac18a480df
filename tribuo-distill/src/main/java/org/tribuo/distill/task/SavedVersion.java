package org.tribuo.distill.task;

/** The version of what tasks without settings save. */
final class SavedVersion {
  private static final int CURRENT = 0;

  private SavedVersion() {}

  /**
   * @throws IllegalArgumentException if it is another one
   */
  static void check(int version, String className) {
    if (version != CURRENT) {
      throw new IllegalArgumentException(
          "The task %s was saved with version %d, this library reads version %d; use the library that saved it, or a later one"
              .formatted(className, version, CURRENT));
    }
  }
}
