package org.tribuo.distill.teacher.internal.store;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import org.tribuo.distill.teacher.store.SoftTargetStoreException;
import org.tribuo.distill.teacher.store.SoftTargetStoreException.Reason;

/**
 * Says what is wrong with a store in words that a user can act on.
 *
 * @param store how messages name the store
 */
record StoreErrors(String store) {
  /** How many names a message lists before it only counts. */
  private static final int LISTED = 10;

  static StoreErrors of(Path folder) {
    return new StoreErrors("The store of soft targets " + folder);
  }

  SoftTargetStoreException isNoFolder() {
    return new SoftTargetStoreException(
        Reason.NOT_A_STORE,
        store
            + " is a file, expected a folder, in which each teacher and data set has a file; name"
            + " another folder, or delete the file if it is a store of format version 1");
  }

  SoftTargetStoreException isNoSoftTargets(Path file) {
    return new SoftTargetStoreException(
        Reason.NOT_A_STORE,
        "%s has a file '%s' that holds no soft targets; delete it or name another folder"
            .formatted(store, file.getFileName()));
  }

  /**
   * @throws SoftTargetStoreException if this version is not read
   */
  void checkVersion(Path file, int version) {
    if (version > StoreFormat.VERSION) {
      throw new SoftTargetStoreException(
          Reason.TOO_NEW,
          "%s has a file '%s' of format version %d, this library reads up to %d; use a later version of it, or another folder"
              .formatted(store, file.getFileName(), version, StoreFormat.VERSION));
    }
    if (version < StoreFormat.OLDEST_VERSION) {
      throw new SoftTargetStoreException(
          Reason.TOO_OLD,
          "%s has a file '%s' of format version %d, this library reads from %d on; delete it and run again"
              .formatted(store, file.getFileName(), version, StoreFormat.OLDEST_VERSION));
    }
  }

  SoftTargetStoreException damagedHeader(Path file) {
    return new SoftTargetStoreException(
        Reason.CORRUPT,
        "%s has a file '%s' with a damaged header; delete it and run again"
            .formatted(store, file.getFileName()));
  }

  /**
   * @param good the rows before the damaged one
   */
  SoftTargetStoreException damagedRow(Path file, int good, int rows) {
    return new SoftTargetStoreException(
        Reason.CORRUPT,
        "%s has a file '%s' that is damaged behind %d of its %d rows; delete it and run again"
            .formatted(store, file.getFileName(), good, rows));
  }

  SoftTargetStoreException changedRow(Path file, int row) {
    return new SoftTargetStoreException(
        Reason.CORRUPT,
        "%s has a file '%s' whose row %d was damaged after the file was opened; delete it and run again"
            .formatted(store, file.getFileName(), row));
  }

  /**
   * Checks that what is kept under a key is what is wanted under it.
   *
   * @throws SoftTargetStoreException if it has other columns, another number of rows, or rows of
   *     another shape
   */
  void checkAgrees(SoftTargetSpec kept, SoftTargetSpec wanted) {
    if (kept.rows() != wanted.rows()) {
      throw disagrees(
          "%d rows with the same digest of inputs, now there are %d"
              .formatted(kept.rows(), wanted.rows()));
    }
    if (!kept.columns().equals(wanted.columns())) {
      throw disagrees(
          "the label order %s, now it is %s"
              .formatted(listed(kept.columns()), listed(wanted.columns())));
    }
    if (!kept.shape().equals(wanted.shape())) {
      throw disagrees("rows %s, now they are %s".formatted(kept.shape(), wanted.shape()));
    }
  }

  private SoftTargetStoreException disagrees(String difference) {
    return new SoftTargetStoreException(
        Reason.DISAGREES,
        "%s holds these soft targets with %s; if what is kept is wrong, delete its file and run again"
            .formatted(store, difference));
  }

  private static String listed(List<String> names) {
    return names.size() <= LISTED
        ? names.toString()
        : "%s and %d more".formatted(names.subList(0, LISTED), names.size() - LISTED);
  }

  SoftTargetStoreException locked(FileSystemException e) {
    return new SoftTargetStoreException(
        Reason.LOCKED, "%s is in use: %s".formatted(store, e.getReason()), e);
  }

  SoftTargetStoreException notMade(IOException e) {
    return new SoftTargetStoreException(
        Reason.NOT_WRITABLE,
        "%s cannot be made (%s); choose a folder that may be written".formatted(store, e),
        e);
  }

  SoftTargetStoreException notWritten(IOException e) {
    return new SoftTargetStoreException(
        Reason.NOT_WRITABLE,
        "%s cannot be written (%s); what was kept before is safe. Make room or allow writing, and run"
                .formatted(store, message(e))
            + " again: it goes on from there",
        e);
  }

  SoftTargetStoreException notRead(IOException e) {
    return new SoftTargetStoreException(
        Reason.NOT_READABLE,
        "%s cannot be read (%s); allow reading it, or use another folder"
            .formatted(store, message(e)),
        e);
  }

  private static String message(IOException e) {
    String message = e.getMessage();
    return message == null ? e.toString() : message;
  }
}
