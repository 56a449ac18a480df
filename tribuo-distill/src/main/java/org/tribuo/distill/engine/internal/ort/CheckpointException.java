package org.tribuo.distill.engine.internal.ort;

import java.io.IOException;
import java.nio.file.Path;

/** A file is not a checkpoint that can be read. */
public final class CheckpointException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Path file;

  CheckpointException(Path file, String problem) {
    super("Checkpoint " + file + " " + problem);
    this.file = file;
  }

  CheckpointException(Path file, String problem, Throwable cause) {
    super("Checkpoint " + file + " " + problem, cause);
    this.file = file;
  }

  /** The file that could not be read. */
  public Path file() {
    return file;
  }
}
