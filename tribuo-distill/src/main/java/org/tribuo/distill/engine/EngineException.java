package org.tribuo.distill.engine;

/** An engine refused a model, or failed while it ran one; the message says what it reports. */
public final class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public EngineException(String message) {
    super(message);
  }

  public EngineException(String message, Throwable cause) {
    super(message, cause);
  }
}
