package org.tribuo.distill.engine;

/**
 * ONNX Runtime, its training API or the execution provider asked for cannot be used in this JVM.
 * The message says what is missing and how to supply it.
 */
public final class RuntimeUnavailableException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** What is missing, and how to supply it. */
  public RuntimeUnavailableException(String message) {
    super(message);
  }

  /** As above, with the failure that showed it. */
  public RuntimeUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
