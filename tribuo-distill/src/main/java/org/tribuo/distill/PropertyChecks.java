package org.tribuo.distill;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.function.Supplier;

/**
 * Turns what the values of a component's properties are refused with into OLCUT's exception, which
 * names component and property.
 */
record PropertyChecks(String component) {
  /**
   * @throws PropertyException if making the value throws an {@link IllegalArgumentException}
   */
  <V> V check(String property, Supplier<V> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      throw refused(property, String.valueOf(e.getMessage()));
    }
  }

  /**
   * @throws PropertyException if the value is less
   */
  void checkAtLeast(String property, long least, long value) {
    if (value < least) {
      throw refused(property, "is %d, expected %d or more".formatted(value, least));
    }
  }

  PropertyException refused(String property, String why) {
    return new PropertyException(component, property, why);
  }
}
