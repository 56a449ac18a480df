package org.tribuo.distill.teacher;

/** Says what a teacher's model file or its answers lack to be distilled from, and what to do. */
public class TeacherException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TeacherException(String message) {
    super(message);
  }

  public TeacherException(String message, Throwable cause) {
    super(message, cause);
  }
}
