package org.tribuo.distill.file;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Writes a file whole or not at all: into a second file in the same folder, which then takes the
 * name. A reader sees the old file or the new one, even after the process was killed.
 */
public final class AtomicFile {
  /** What a file is called while it is written: for its own name, and a UUID. */
  private static final String PART = ".%s.%s.part";

  private static final Pattern PARTS =
      Pattern.compile(
          PART.replace(".", "\\.")
              .formatted(".+", "\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}"));

  private AtomicFile() {}

  /** What is written to the channel. */
  @FunctionalInterface
  public interface ChannelContent {
    void writeTo(WritableByteChannel channel) throws IOException;
  }

  /** What is written to the stream. */
  @FunctionalInterface
  public interface StreamContent {
    void writeTo(OutputStream stream) throws IOException;
  }

  /**
   * Writes a file whole or not at all.
   *
   * @throws IOException that names the file, if the folder is missing, read-only or full; nothing
   *     is left behind, and a file that was there before is kept
   */
  public static void write(Path file, ChannelContent content) throws IOException {
    Path target = file.toAbsolutePath();
    Path folder = target.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new NoSuchFileException(
          file.toString(), null, "There is no folder '%s' to write into".formatted(folder));
    }
    if (!Files.isWritable(folder)) {
      throw new AccessDeniedException(
          file.toString(), null, "The folder '%s' cannot be written to".formatted(folder));
    }
    // Not Files.createTempFile, whose files only their owner may read.
    Path part = folder.resolve(PART.formatted(target.getFileName(), UUID.randomUUID()));
    try {
      try (FileChannel channel =
          FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      // The error of a full disk does not name the file.
      throw new IOException("'%s' cannot be written: %s".formatted(file, e.getMessage()), e);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /**
   * Removes what processes left in a folder when they were killed while writing. Not to be called
   * while it is being written.
   *
   * @throws IOException if the folder cannot be read, or something cannot be removed
   */
  public static void removeParts(Path folder) throws IOException {
    try (DirectoryStream<Path> parts =
        Files.newDirectoryStream(
            folder, file -> PARTS.matcher(file.getFileName().toString()).matches())) {
      for (Path part : parts) {
        Files.delete(part);
      }
    }
  }

  /** As {@link #write(Path, ChannelContent)}, through a buffered stream. */
  public static void writeStream(Path file, StreamContent content) throws IOException {
    write(
        file,
        channel -> {
          OutputStream stream =
              new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
          content.writeTo(stream);
          stream.flush();
        });
  }
}
