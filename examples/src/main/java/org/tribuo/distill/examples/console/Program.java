package org.tribuo.distill.examples.console;

import com.oracle.labs.mlrg.olcut.config.ArgumentException;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.Options;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What all programs share: arguments, help, and how an error is told. */
public final class Program {
  /** Held, because the log manager may forget a logger that nobody holds. */
  private static final Logger ROOT_LOGGER = Logger.getLogger("");

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
   * Libraries' logs stay off the screen: what goes wrong comes as an exception.
   *
   * @param arguments as {@code main} has them
   * @param options filled from the arguments
   */
  public static <O extends Options> void run(String[] arguments, O options, Body<O> body) {
    if (Help.isWanted(arguments)) {
      Help.of(options).forEach(System.out::println);
      return;
    }
    ROOT_LOGGER.setLevel(Level.SEVERE);
    int status = status(arguments, options, body);
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

  private static <O extends Options> int status(String[] arguments, O options, Body<O> body) {
    try (ConfigurationManager configuration = configured(arguments, options)) {
      BooleanOptions.check(List.of(arguments), options);
      body.run(options, configuration);
      return 0;
    } catch (ArgumentException e) {
      // OLCUT appends its own list of options after an empty line.
      System.err.println(message(e).split("\n\n", 2)[0]);
      System.err.println("--help lists what there is.");
      return WRONG_ARGUMENTS;
    } catch (PropertyException e) {
      tell(e);
      return WRONG_ARGUMENTS;
    } catch (Exception e) {
      tell(e);
      return FAILED;
    }
  }

  /**
   * OLCUT makes the components that options name, and those that these name, without a look back.
   */
  static ConfigurationManager configured(String[] arguments, Options options) {
    try {
      return new ConfigurationManager(arguments, options);
    } catch (StackOverflowError e) {
      throw new ArgumentException(
          e, "-c", "has components that are properties of each other in a circle");
    }
  }

  /** The message of an exception, and of each cause that it does not repeat. */
  private static void tell(Exception exception) {
    String told = "";
    for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
      String message = message(cause);
      if (!told.contains(message)) {
        System.err.println(told.isEmpty() ? message : "  because: " + message);
        told += message;
      }
    }
  }

  private static String message(Throwable exception) {
    String message = exception.getMessage();
    return message == null ? exception.toString() : message;
  }
}
