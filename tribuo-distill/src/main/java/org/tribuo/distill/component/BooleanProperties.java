package org.tribuo.distill.component;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurationData;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.config.PropertySheet;
import com.oracle.labs.mlrg.olcut.config.property.SimpleProperty;
import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;

/**
 * Checks what a configuration states for the booleans of a component: OLCUT takes any text but
 * {@code true} as false.
 */
public final class BooleanProperties {
  private BooleanProperties() {}

  /**
   * Checks a component that OLCUT has just made.
   *
   * @param component whose fields with {@link Config} are checked
   * @param name the component's name in the configuration
   * @param configuration where it comes from; null if it was made in Java
   * @throws PropertyException if a boolean is neither {@code true} nor {@code false}, in upper or
   *     lower case
   */
  public static void check(
      Configurable component, String name, @Nullable ConfigurationManager configuration) {
    if (configuration == null) {
      return;
    }
    for (Field field : PropertySheet.getAllFields(component.getClass())) {
      if (field.isAnnotationPresent(Config.class)
          && (field.getType() == boolean.class || field.getType() == Boolean.class)) {
        configuration
            .getConfigurationData(name)
            .ifPresent(data -> check(data, field.getName(), configuration));
      }
    }
  }

  private static void check(
      ConfigurationData stated, String property, ConfigurationManager configuration) {
    if (stated.get(property).orElse(null) instanceof SimpleProperty value) {
      String text =
          configuration
              .getImmutableGlobalProperties()
              .replaceGlobalProperties(stated.getName(), property, value.getValue());
      if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
        throw new PropertyException(
            stated.getName(), property, "is '%s', expected true or false".formatted(text));
      }
    }
  }
}
