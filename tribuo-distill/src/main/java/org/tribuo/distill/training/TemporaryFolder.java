package org.tribuo.distill.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A folder for files of this process, without folders in it; deleted with its content. */
public record TemporaryFolder(Path path) implements AutoCloseable {
  /** A new folder. */
  public static TemporaryFolder create() throws IOException {
    return new TemporaryFolder(Files.createTempDirectory("tribuo-distill-training-"));
  }

  @Override
  public void close() throws IOException {
    List<Path> content;
    try (Stream<Path> files = Files.list(path)) {
      content = files.toList();
    }
    for (Path file : content) {
      Files.deleteIfExists(file);
    }
    Files.deleteIfExists(path);
  }
}
