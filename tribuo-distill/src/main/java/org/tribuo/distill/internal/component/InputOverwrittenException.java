package org.tribuo.distill.internal.component;

import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** A file was not written, because it is one that is read. */
public final class InputOverwrittenException extends FileSystemException {
  private static final long serialVersionUID = 1L;

  public InputOverwrittenException(Path output, Path input) {
    super(output.toString(), input.toString(), reason(output, input));
  }

  private static String reason(Path output, Path input) {
    return output.equals(input)
        ? "is read, and would be replaced; name another file to write to"
        : "is the same file as the second, which is read and would be replaced; name another file to"
            + " write to";
  }
}
