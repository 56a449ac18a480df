package org.tribuo.distill.teacher;

import org.jspecify.annotations.Nullable;

/**
 * Says what is wrong with a store of soft targets and what to do; {@link #reason()} says it to a
 * program.
 */
public final class SoftTargetStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why a store cannot be used. */
  public enum Reason {
    /** The file is something else, or a folder. */
    NOT_A_STORE,
    /** Bytes changed after they were written. */
    CORRUPT,
    /** Written by a later version of this library or of MVStore. */
    TOO_NEW,
    /** Written by a version that is no longer read. */
    TOO_OLD,
    /** Open elsewhere, in this program or another. */
    LOCKED,
    /** The file may not be read, or a read failed or was interrupted. */
    NOT_READABLE,
    /** The folder or the file is read-only, or the disk is full. */
    NOT_WRITABLE,
    /** Kept for other inputs, another teacher, or another order of labels. */
    DISAGREES,
    /** The store was closed, or the soft targets were removed. */
    GONE
  }

  private final Reason reason;

  SoftTargetStoreException(Reason reason, String message) {
    this(reason, message, null);
  }

  SoftTargetStoreException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
