package org.tribuo.distill.examples.console;

import com.oracle.labs.mlrg.olcut.config.ArgumentException;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.Options;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.config.io.ConfigLoaderException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What all programs share: arguments, help, and how an error is reported. */
public final class Program {
  /** Once for the process: a second stream would buffer beside the first. */
  private static final AtomicBoolean PREPARED = new AtomicBoolean();

  /** Held, because the log manager may forget a logger that no field holds. */
  private static final Logger ROOT_LOGGER = Logger.getLogger("");

  /** What Java puts in place of bytes that are no letters in the environment's locale. */
  private static final char REPLACEMENT = '\uFFFD';

  private static final int FAILED = 1;
  private static final int WRONG_ARGUMENTS = 2;

  private Program() {}

  /**
   * What a program does.
   *
   * @param <O> its options
   */
  @FunctionalInterface
  public interface Body<O extends Options> {
    void run(O options, ConfigurationManager configuration) throws Exception;
  }

  /**
   * Runs a program, and ends the JVM with 2 if the arguments are wrong and 1 if something else is.
   * Libraries' logs stay off the screen: what goes wrong comes as an exception. Whatever the user's
   * locale is, it prints UTF-8, and numbers as they are written in programs.
   *
   * @param arguments as {@code main} has them
   * @param options filled from the arguments
   */
  public static <O extends Options> void run(String[] arguments, O options, Body<O> body) {
    prepare();
    if (Help.isWanted(arguments)) {
      Help.of(options).forEach(System.out::println);
      return;
    }
    ROOT_LOGGER.setLevel(Level.SEVERE);
    int status = isReadable(arguments) ? status(arguments, options, body) : WRONG_ARGUMENTS;
    if (status != 0) {
      System.exit(status);
    }
  }

  /**
   * Refuses arguments that are no option and the value of none, for programs that take no others.
   *
   * @throws ArgumentException that names the first
   */
  public static void refuseTexts(ConfigurationManager configuration) {
    String[] texts = configuration.getUnnamedArguments();
    if (texts.length > 0) {
      throw new ArgumentException(texts[0], "is no option and the value of none");
    }
  }

  private static void prepare() {
    if (PREPARED.compareAndSet(false, true)) {
      Locale.setDefault(Locale.ROOT);
      System.setOut(utf8(FileDescriptor.out));
      System.setErr(utf8(FileDescriptor.err));
    }
  }

  private static PrintStream utf8(FileDescriptor file) {
    return new PrintStream(new FileOutputStream(file), true, StandardCharsets.UTF_8);
  }

  /** Without a locale Java replaces what is not ASCII before it can be read. */
  private static boolean isReadable(String... arguments) {
    for (String argument : arguments) {
      if (argument.indexOf(REPLACEMENT) >= 0) {
        System.err.printf(
            Locale.ROOT,
            "Letters of the argument '%s' were lost, since the environment has no locale for them:"
                + " set LC_ALL=C.UTF-8, or put texts into a file.%n",
            argument);
        return false;
      }
    }
    return true;
  }

  private static <O extends Options> int status(String[] arguments, O options, Body<O> body) {
    try (ConfigurationManager configuration = configured(arguments, options)) {
      BooleanOptions.check(List.of(arguments), options);
      body.run(options, configuration);
      return 0;
    } catch (ArgumentException e) {
      // OLCUT appends its own list of options after an empty line.
      System.err.println(message(e).split("\n\n", 2)[0]);
      if (message(e).contains("Parsed a list")) {
        System.err.println(
            "A comma within a value is written " + CommandLine.value(",") + " there.");
      }
      System.err.println("--help lists what there is.");
      return WRONG_ARGUMENTS;
    } catch (PropertyException e) {
      print(e);
      return WRONG_ARGUMENTS;
    } catch (Exception | OutOfMemoryError e) {
      print(e);
      if (isOutOfMemory(e)) {
        System.err.printf(
            Locale.ROOT,
            "Java's objects may take %,d MB: give them more by -Dheap=2g (for java itself -Xmx2g).%n",
            Runtime.getRuntime().maxMemory() >> 20);
      }
      return FAILED;
    }
  }

  /**
   * OLCUT makes the components that options name, and those that these name, without a look back.
   */
  static ConfigurationManager configured(String[] arguments, Options options) {
    try {
      return new ConfigurationManager(arguments, options);
    } catch (ConfigLoaderException e) {
      throw new ArgumentException(
          e, "-c", "names a configuration that cannot be read: " + e.getMessage());
    } catch (NullPointerException e) {
      // OLCUT's reader of XML meets elements and attributes that it does not expect like this.
      throw new ArgumentException(e, "-c", "names a configuration that OLCUT cannot read");
    } catch (StackOverflowError e) {
      throw new ArgumentException(
          e, "-c", "has components that are properties of each other in a circle");
    }
  }

  /** An error in another thread comes as the cause of an exception. */
  private static boolean isOutOfMemory(Throwable exception) {
    Throwable cause = exception;
    while (cause != null && !(cause instanceof OutOfMemoryError)) {
      cause = cause.getCause();
    }
    return cause != null;
  }

  /** The message of an exception, and of each cause that it does not repeat. */
  private static void print(Throwable exception) {
    String printed = "";
    for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
      String message = message(cause);
      if (!printed.contains(message)) {
        System.err.println(printed.isEmpty() ? message : "  because: " + message);
        printed += message;
      }
    }
  }

  private static String message(Throwable exception) {
    String message = exception.getMessage();
    return message == null ? exception.toString() : message;
  }
}
