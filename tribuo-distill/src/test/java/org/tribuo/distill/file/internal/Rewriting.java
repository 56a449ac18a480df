package org.tribuo.distill.file.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Writes into files as long after they were written as their file system can tell. */
final class Rewriting {
  private Rewriting() {}

  /** Writes until the file has another version: file systems count time in ticks. */
  static void write(Path file, String text) throws IOException {
    Optional<FileVersion> before = FileVersion.of(file);
    do {
      Files.writeString(file, text);
    } while (FileVersion.of(file).equals(before));
  }
}
