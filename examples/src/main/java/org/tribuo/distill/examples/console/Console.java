package org.tribuo.distill.examples.console;

import java.io.PrintStream;

/** Where a program says what it does, while it does it. */
public interface Console {
  /** Says a line. */
  void line(String text);

  /**
   * Shows how far a task has come until it is closed.
   *
   * @param task its name
   * @param total what {@link Progress#to} reaches at the end
   * @param unit what is counted, in the plural
   */
  Progress begin(String task, long total, String unit);

  /** Progress bars if a person sits before a terminal, else lines. */
  static Console of(PrintStream out) {
    return System.console() == null
        ? new LinesConsole(out, System::nanoTime)
        : new TerminalConsole(out);
  }
}
