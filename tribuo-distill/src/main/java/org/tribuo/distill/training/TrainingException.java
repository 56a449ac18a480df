package org.tribuo.distill.training;

/** ONNX Runtime refused artifacts, or failed in a training step; the message says in which. */
public class TrainingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TrainingException(String message) {
    super(message);
  }

  TrainingException(String message, Throwable cause) {
    super(message, cause);
  }
}
