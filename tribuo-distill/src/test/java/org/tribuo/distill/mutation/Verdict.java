package org.tribuo.distill.mutation;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.config.io.ConfigLoaderException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.teacher.TeacherException;
import org.tribuo.distill.teacher.store.SoftTargetStoreException;

/**
 * How a damaged input ended.
 *
 * @param kind accepted, refused, or a fault of the program
 * @param told what the program was told
 */
record Verdict(Kind kind, String told) {
  enum Kind {
    ACCEPTED,
    REFUSED,
    FAULT
  }

  static final Verdict ACCEPTED = new Verdict(Kind.ACCEPTED, "");

  /** What may be thrown; its subclasses only where they are listed too. */
  private static final Set<Class<?>> REFUSALS =
      Set.of(
          GraphException.class,
          IllegalArgumentException.class,
          IOException.class,
          ConfigLoaderException.class,
          PropertyException.class,
          SoftTargetStoreException.class,
          TeacherException.class);

  /**
   * @param names of which the message, or that of a cause, must have one
   */
  static Verdict of(Throwable thrown, List<String> names) {
    StringBuilder told = new StringBuilder();
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      told.append(told.isEmpty() ? "" : " <- ").append(cause);
    }
    String line = told.toString().replace('\n', ' ');
    boolean allowed = REFUSALS.contains(thrown.getClass());
    boolean named = names.stream().anyMatch(line::contains);
    if (allowed && named) {
      return new Verdict(Kind.REFUSED, line);
    }
    StringBuilder where = new StringBuilder(line);
    StackTraceElement[] stack = thrown.getStackTrace();
    for (int i = 0; i < Math.min(12, stack.length); i++) {
      where.append(" | ").append(stack[i]);
    }
    return new Verdict(Kind.FAULT, where.toString());
  }

  @Override
  public String toString() {
    return kind + " " + told;
  }
}
