package org.tribuo.distill.examples.console;

import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a program's options mean, in the order in which they are declared: OLCUT's own text is a
 * table that is too wide for a terminal.
 */
public final class Help {
  private static final int WIDTH = 96;
  private static final String INDENT = " ".repeat(30);

  private Help() {}

  /** Whether a person asks for help. */
  public static boolean isWanted(String... arguments) {
    return List.of(arguments).contains("--help") || List.of(arguments).contains("--usage");
  }

  /**
   * The lines for some options and for those that are nested in them.
   *
   * @param options with their default values
   */
  public static List<String> of(Options options) {
    List<String> lines = new ArrayList<>();
    addGroup(options, lines);
    return lines;
  }

  private static void addGroup(Options options, List<String> lines) {
    if (!options.getOptionsDescription().isEmpty()) {
      lines.add("");
      lines.addAll(wrapped(options.getOptionsDescription(), ""));
    }
    List<Options> nested = new ArrayList<>();
    for (Field field : options.getClass().getFields()) {
      Object value = valueOf(field, options);
      Option option = field.getAnnotation(Option.class);
      if (value instanceof Options group) {
        nested.add(group);
      } else if (option != null) {
        addOption(option, field, value, lines);
      }
    }
    nested.forEach(group -> addGroup(group, lines));
  }

  private static void addOption(Option option, Field field, Object value, List<String> lines) {
    String name = "  --%s %s".formatted(option.longName(), argument(field));
    String meaning =
        value == null || value.equals("") || value.equals(List.of())
            ? option.usage()
            : "%s [%s]".formatted(option.usage(), value);
    List<String> text = wrapped(meaning, INDENT);
    if (name.length() < INDENT.length()) {
      lines.add(name + text.get(0).substring(name.length()));
      lines.addAll(text.subList(1, text.size()));
    } else {
      lines.add(name);
      lines.addAll(text);
    }
  }

  private static String argument(Field field) {
    Class<?> type = field.getType();
    if (type.isEnum()) {
      return String.join(
          "|", List.of(type.getEnumConstants()).stream().map(Object::toString).toList());
    }
    return type == boolean.class ? "true|false" : type.getSimpleName().toUpperCase(Locale.ROOT);
  }

  private static Object valueOf(Field field, Options options) {
    try {
      return field.get(options);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("%s is public".formatted(field), e);
    }
  }

  private static List<String> wrapped(String text, String indent) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder(indent);
    for (String word : text.split(" ")) {
      if (line.length() > indent.length()) {
        if (line.length() + 1 + word.length() > WIDTH) {
          lines.add(line.toString());
          line = new StringBuilder(indent);
        } else {
          line.append(' ');
        }
      }
      line.append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
