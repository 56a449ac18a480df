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
    return isTerminal() ? new TerminalConsole(out) : new LinesConsole(out, System::nanoTime);
  }

  /** Before JDK 22 there is a console at a terminal only; since then it says itself what it is. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    java.io.Console console = System.console();
    try {
      return console != null
          && (boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
