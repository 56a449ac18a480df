package org.tribuo.distill.examples.console;

import java.io.PrintStream;
import org.tribuo.distill.report.ProgressOutput;

/** Where a program reports what it does. */
public final class Console {
  private Console() {}

  /** Progress bars if a person sits before a terminal, else lines. */
  public static ProgressOutput of(PrintStream out) {
    return isTerminal() ? new TerminalConsole(out) : new ProgressOutput.Lines(out);
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
