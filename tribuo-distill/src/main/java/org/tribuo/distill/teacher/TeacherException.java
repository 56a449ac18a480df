package org.tribuo.distill.teacher;

/**
 * A teacher's file or its logits cannot be distilled from; the message says why, and what to do.
 */
public class TeacherException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TeacherException(String message) {
    super(message);
  }

  public TeacherException(String message, Throwable cause) {
    super(message, cause);
  }
}
