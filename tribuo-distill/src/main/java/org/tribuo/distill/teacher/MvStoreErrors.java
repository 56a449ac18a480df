package org.tribuo.distill.teacher;

import java.io.IOException;
import java.util.function.Supplier;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.teacher.SoftTargetStoreException.Reason;

/**
 * Turns what MVStore throws into what a user can act on.
 *
 * @param store how messages name the store
 */
record MvStoreErrors(String store) {
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
        Reason.NOT_WRITABLE,
        "%s cannot be opened for reading and writing (%s)".formatted(store, rootMessage(e)),
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
