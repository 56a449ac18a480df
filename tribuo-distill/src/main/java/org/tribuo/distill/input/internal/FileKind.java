package org.tribuo.distill.input.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What files with labels are.
 *
 * @param one for messages, such as {@code image}
 * @param several for messages, such as {@code images}
 * @param suffixes what the names of such files end with, in lower case, without the point
 */
public record FileKind(String one, String several, List<String> suffixes) {
  public FileKind {
    suffixes = List.copyOf(suffixes);
  }

  /** Whether a file is of this kind, by its name. */
  boolean has(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return suffixes.stream().anyMatch(suffix -> name.endsWith("." + suffix));
  }
}
