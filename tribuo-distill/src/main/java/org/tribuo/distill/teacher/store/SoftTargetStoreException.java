package org.tribuo.distill.teacher.store;

import org.jspecify.annotations.Nullable;

/**
 * Says what is wrong with a store of soft targets and what to do; {@link #reason()} says it to a
 * program.
 */
public final class SoftTargetStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why a store cannot be used. */
  public enum Reason {
    /** Not a folder, or a file in it is something else. */
    NOT_A_STORE,
    /** Bytes changed after they were written. */
    CORRUPT,
    /** Written by a later version of this library. */
    TOO_NEW,
    /** Written by a version that is no longer read. */
    TOO_OLD,
    /** Another program writes into it. */
    LOCKED,
    /** The file may not be read, or a read failed. */
    NOT_READABLE,
    /** The folder or the file is read-only, or the disk is full. */
    NOT_WRITABLE,
    /** Kept for another number of rows, other rows, or another order of labels. */
    DISAGREES
  }

  private final Reason reason;

  public SoftTargetStoreException(Reason reason, String message) {
    this(reason, message, null);
  }

  public SoftTargetStoreException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
