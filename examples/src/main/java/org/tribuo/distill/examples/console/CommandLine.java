package org.tribuo.distill.examples.console;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Commands that a person can paste, whatever the words in them contain. */
public final class CommandLine {
  private static final String COMMAND = "./mvnw -q -ntp compile exec:exec";

  /** What neither a shell nor Maven takes for anything else. */
  private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{N}_./:=,@%+-]+");

  /** What a shell changes within double quotes. */
  private static final Pattern SPECIAL = Pattern.compile("[\"$`\\\\!]");

  private CommandLine() {}

  /**
   * The command that runs a program of the examples.
   *
   * @param program its class; empty for the one that runs if none is named
   * @param arguments as its {@code main} gets them
   */
  public static String of(String program, String... arguments) {
    String words =
        Arrays.stream(arguments).map(CommandLine::forMaven).collect(Collectors.joining(" "));
    return COMMAND + (program.isEmpty() ? "" : " -Dmain=" + program) + " -Dargs=" + forShell(words);
  }

  /** The value of an option as OLCUT reads it, for which a bare comma separates values. */
  public static String value(Object value) {
    String escape = String.valueOf(ConfigurationManager.CUR_ESCAPE_CHAR);
    return value.toString().replace(escape, escape + escape).replace(",", escape + ",");
  }

  /** Maven's exec plugin knows both quotes, but no way to write one within itself. */
  private static String forMaven(String word) {
    if (PLAIN.matcher(word).matches()) {
      return word;
    }
    return word.contains("'")
        ? Arrays.stream(word.split("(?<=')|(?=')"))
            .map(part -> part.equals("'") ? "\"'\"" : "'" + part + "'")
            .collect(Collectors.joining())
        : "'" + word + "'";
  }

  private static String forShell(String word) {
    return SPECIAL.matcher(word).find() ? "'" + word.replace("'", "'\\''") + "'" : '"' + word + '"';
  }
}
