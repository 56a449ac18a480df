package org.tribuo.distill.examples.console;

import com.oracle.labs.mlrg.olcut.config.ArgumentException;
import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import java.lang.reflect.Field;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks the values of options that take true or false: to OLCUT every other text is false. */
final class BooleanOptions {
  private BooleanOptions() {}

  /**
   * @param arguments as {@code main} has them
   * @throws ArgumentException that names the option and its value
   */
  static void check(List<String> arguments, Options options) {
    Set<String> names = names(options.getClass());
    for (int i = 0; i + 1 < arguments.size(); i++) {
      String value = arguments.get(i + 1);
      if (names.contains(arguments.get(i))
          && !value.equalsIgnoreCase("true")
          && !value.equalsIgnoreCase("false")) {
        throw new ArgumentException(
            arguments.get(i), "is '%s', expected true or false".formatted(value));
      }
    }
  }

  private static Set<String> names(Class<?> options) {
    Set<String> names = new HashSet<>();
    for (Field field : options.getFields()) {
      Option option = field.getAnnotation(Option.class);
      if (Options.class.isAssignableFrom(field.getType())) {
        names.addAll(names(field.getType()));
      } else if (option != null && field.getType() == boolean.class) {
        names.add("--" + option.longName());
      }
    }
    return names;
  }
}
