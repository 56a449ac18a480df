package org.tribuo.distill.teacher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.h2.mvstore.MVStore;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.teacher.SoftTargetStoreException.Reason;

/** What is checked of a file before its soft targets are read: first from outside, then within. */
final class StoreFile {
  private static final String FORMAT_MAP = "format";
  private static final String NAME = "name";
  private static final String VERSION = "version";
  private static final String OUR_NAME = "tribuo-distill soft targets";

  /** An MVStore says this at its start, and again a block later in case the first write is torn. */
  private static final byte[] MVSTORE_MAGIC = "H:2".getBytes(StandardCharsets.US_ASCII);

  private static final int MVSTORE_BLOCK_BYTES = 4096;

  private StoreFile() {}

  /**
   * Checks that a file is an MVStore, or makes the folders that a new one needs.
   *
   * @throws SoftTargetStoreException if it is something else, or there can be no file
   */
  static void checkPlace(Path file) {
    if (Files.isDirectory(file)) {
      throw notAStore(file.toString(), "is a folder, expected a file");
    }
    if (isEmpty(file)) {
      makeFolder(file);
    } else if (!isMvStore(file)) {
      throw notAStore(file.toString(), "is no MVStore file");
    }
  }

  /**
   * Checks which format an open store has, or writes it into an empty one.
   *
   * @param name how messages name the store
   * @throws SoftTargetStoreException if the store is of something else, too new or too old
   */
  static void checkFormat(MVStore store, String name) {
    if (store.getMapNames().isEmpty() && !store.isReadOnly()) {
      Map<String, String> format = store.openMap(FORMAT_MAP);
      format.put(NAME, OUR_NAME);
      format.put(VERSION, Integer.toString(StoreFormat.VERSION));
      store.commit();
    }
    Map<String, String> format = store.hasMap(FORMAT_MAP) ? store.openMap(FORMAT_MAP) : Map.of();
    if (!OUR_NAME.equals(format.get(NAME))) {
      throw notAStore(name, "is an MVStore of something else");
    }
    checkVersion(format.getOrDefault(VERSION, "none"), name);
  }

  private static void checkVersion(String text, String name) {
    int version;
    try {
      version = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new SoftTargetStoreException(
          Reason.CORRUPT,
          "%s has the format version '%s', expected a number; delete it and run again"
              .formatted(name, text),
          e);
    }
    if (version > StoreFormat.VERSION) {
      throw new SoftTargetStoreException(
          Reason.TOO_NEW,
          "%s has format version %d, this library reads up to %d; use a later version of it, or another"
                  .formatted(name, version, StoreFormat.VERSION)
              + " file");
    }
    if (version < StoreFormat.OLDEST_VERSION) {
      throw new SoftTargetStoreException(
          Reason.TOO_OLD,
          "%s has format version %d, this library reads from %d on; delete it and run again"
              .formatted(name, version, StoreFormat.OLDEST_VERSION));
    }
  }

  private static boolean isEmpty(Path file) {
    return file.toFile().length() == 0;
  }

  private static boolean isMvStore(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(MVSTORE_BLOCK_BYTES + MVSTORE_MAGIC.length);
      return hasMagic(start, 0) || hasMagic(start, MVSTORE_BLOCK_BYTES);
    } catch (IOException e) {
      throw new SoftTargetStoreException(
          Reason.NOT_READABLE,
          "The store of soft targets %s cannot be read (%s); allow reading it, or use another file"
              .formatted(file, e),
          e);
    }
  }

  private static boolean hasMagic(byte[] bytes, int at) {
    int end = at + MVSTORE_MAGIC.length;
    return bytes.length >= end
        && Arrays.equals(bytes, at, end, MVSTORE_MAGIC, 0, MVSTORE_MAGIC.length);
  }

  private static void makeFolder(Path file) {
    Path folder = file.toAbsolutePath().normalize().getParent();
    if (folder == null) {
      throw notAStore(file.toString(), "is the root of a file system");
    }
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw notWritable(file, e.toString(), e);
    }
    if (!Files.isWritable(folder)) {
      throw notWritable(file, "the folder is read-only", null);
    }
  }

  private static SoftTargetStoreException notAStore(String name, String why) {
    return new SoftTargetStoreException(
        Reason.NOT_A_STORE,
        "%s is not a store of soft targets: it %s. Give the file another name"
            .formatted(name, why));
  }

  private static SoftTargetStoreException notWritable(
      Path file, String why, @Nullable Throwable cause) {
    return new SoftTargetStoreException(
        Reason.NOT_WRITABLE,
        "The store of soft targets %s cannot be made (%s); choose a folder that may be written"
            .formatted(file, why),
        cause);
  }
}
