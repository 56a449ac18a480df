package org.tribuo.distill.teacher;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.output.LabelOrder;
import org.tribuo.distill.teacher.SoftTargetStoreException.Reason;

/**
 * Says what is wrong with a store in words that a user can act on.
 *
 * @param store how messages name the store
 */
record StoreErrors(String store) {
  /** Does something with MVStore; what it throws is put into words. */
  <T> T translating(Supplier<T> action) {
    try {
      return action.get();
    } catch (MVStoreException e) {
      throw translated(e);
    }
  }

  void translating(Runnable action) {
    translating(
        () -> {
          action.run();
          return true;
        });
  }

  SoftTargetStoreException damagedHeader(String keySha256) {
    return new SoftTargetStoreException(
        Reason.CORRUPT,
        "%s has a damaged header under %s; delete the file and run again"
            .formatted(store, keySha256));
  }

  SoftTargetStoreException damagedBlock(SoftTargetHeader header, int block) {
    BlockLayout layout = header.layout();
    int from = layout.firstRow(block);
    return new SoftTargetStoreException(
        Reason.CORRUPT,
        "%s has a damaged block, rows %d to %d of %s; remove these soft targets, or delete the file,"
                .formatted(store, from, from + layout.rowsIn(block) - 1, header.key().sha256())
            + " and run again");
  }

  SoftTargetStoreException missingBlock(SoftTargetHeader header, int block) {
    return new SoftTargetStoreException(
        Reason.GONE,
        "%s no longer has the rows from %d on of the soft targets %s; run the teacher again"
            .formatted(store, header.layout().firstRow(block), header.key().sha256()));
  }

  /**
   * Checks that what is kept under a key is what is wanted under it.
   *
   * @throws SoftTargetStoreException if it has other labels or another number of rows
   */
  void checkAgrees(SoftTargetHeader kept, LabelOrder labels, int rows) {
    if (kept.layout().rows() != rows) {
      throw disagrees(
          "%d rows with the same digest of inputs, now there are %d"
              .formatted(kept.layout().rows(), rows));
    }
    if (!kept.labels().equals(labels)) {
      throw disagrees(
          "the label order %s, now it is %s"
              .formatted(
                  LabelOrder.listed(kept.labels().names()), LabelOrder.listed(labels.names())));
    }
  }

  /** Why there are no complete soft targets under a key. */
  SoftTargetStoreException notFound(SoftTargetKey key, List<StoredSoftTargets> contents) {
    List<StoredSoftTargets> sameInputs =
        contents.stream()
            .filter(entry -> entry.key().inputsSha256().equals(key.inputsSha256()))
            .toList();
    String why =
        sameInputs.isEmpty()
            ? "has no soft targets for these inputs (SHA-256 %s); run the teacher"
                .formatted(key.inputsSha256())
            : sameInputs.stream()
                .filter(entry -> entry.key().equals(key))
                .findAny()
                .map(StoreErrors::incomplete)
                .orElseGet(() -> ofAnotherTeacher(key, sameInputs));
    return new SoftTargetStoreException(Reason.DISAGREES, store + " " + why);
  }

  private static String incomplete(StoredSoftTargets entry) {
    return "has only %d of %d rows of these soft targets; run the teacher to go on"
        .formatted(entry.rowsKept(), entry.rows());
  }

  private static String ofAnotherTeacher(SoftTargetKey key, List<StoredSoftTargets> others) {
    return "was made for another teacher: for these inputs it has %s, wanted is %s; run that teacher"
        .formatted(others.stream().map(entry -> origin(entry.key())).toList(), origin(key));
  }

  private static String origin(SoftTargetKey key) {
    return "'%s' of teacher %s on %s"
        .formatted(key.output(), key.teacherSha256(), key.arithmetic());
  }

  private SoftTargetStoreException disagrees(String difference) {
    return new SoftTargetStoreException(
        Reason.DISAGREES,
        "%s holds these soft targets with %s; if what is kept is wrong, remove it and run again"
            .formatted(store, difference));
  }

  private SoftTargetStoreException translated(MVStoreException e) {
    return switch (e.getErrorCode()) {
      case DataUtils.ERROR_FILE_LOCKED ->
          new SoftTargetStoreException(
              Reason.LOCKED,
              store
                  + " is open elsewhere, in this program or another; wait until it is closed, or use"
                  + " another file",
              e);
      case DataUtils.ERROR_UNSUPPORTED_FORMAT ->
          new SoftTargetStoreException(
              Reason.TOO_NEW,
              store
                  + " was written by a later version of H2's MVStore; use that version, or another"
                  + " file",
              e);
      case DataUtils.ERROR_CLOSED -> closed(e);
      case DataUtils.ERROR_WRITING_FAILED -> notWritten(e);
      default -> isOfInputOutput(e) ? notRead(e) : corrupt(e);
    };
  }

  /** An MVStore closes itself when it cannot write; what matters then is why. */
  SoftTargetStoreException closed(@Nullable MVStoreException e) {
    return e != null && isOfInputOutput(e)
        ? notWritten(e)
        : new SoftTargetStoreException(Reason.GONE, store + " is closed", e);
  }

  private SoftTargetStoreException notWritten(MVStoreException e) {
    return new SoftTargetStoreException(
        Reason.NOT_WRITABLE,
        "%s cannot be written (%s); what was kept before is safe. Make room or allow writing, and run"
                .formatted(store, rootMessage(e))
            + " again: it goes on from there",
        e);
  }

  private SoftTargetStoreException notRead(MVStoreException e) {
    return new SoftTargetStoreException(
        Reason.NOT_READABLE,
        "%s cannot be read (%s); close it and open it again".formatted(store, rootMessage(e)),
        e);
  }

  private SoftTargetStoreException corrupt(MVStoreException e) {
    return new SoftTargetStoreException(
        Reason.CORRUPT,
        "%s is damaged (%s); delete it and run again, the teacher then runs anew"
            .formatted(store, e.getMessage()),
        e);
  }

  private static boolean isOfInputOutput(Throwable e) {
    return rootOf(e) instanceof IOException;
  }

  private static String rootMessage(Throwable e) {
    String message = rootOf(e).getMessage();
    return message == null ? rootOf(e).toString() : message;
  }

  private static Throwable rootOf(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
