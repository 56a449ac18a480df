package org.tribuo.distill.internal.component;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns what the values of a component's properties are refused with into OLCUT's exception, which
 * names component and property.
 *
 * @param component the name of the component
 */
public record PropertyChecks(String component) {
  /**
   * The checks of a component of whose settings none is {@code null}, but those that may be absent.
   *
   * @param component its name
   * @throws PropertyException if one is, which is so only where Java set it
   */
  public static PropertyChecks of(Configurable host, String component) {
    PropertyChecks properties = new PropertyChecks(component);
    for (Field field : ComponentProvenance.fields(host.getClass())) {
      if (!field.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
        properties.stated(field.getName(), value(field, host));
      }
    }
    return properties;
  }

  private static @Nullable Object value(Field field, Configurable host) {
    try {
      return field.get(host);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * A value that is not {@code null}: what may be absent is so if it is never stated.
   *
   * @throws PropertyException if it is
   */
  public <V> V stated(String property, @Nullable V value) {
    if (value == null) {
      throw refused(property, "is null, expected a value");
    }
    return value;
  }

  /**
   * Values of which none is {@code null}.
   *
   * @throws PropertyException if one is, or the array
   */
  public <V> List<V> allStated(String property, V @Nullable [] values) {
    for (V value : stated(property, values)) {
      stated(property, value);
    }
    return List.of(values);
  }

  /**
   * A value that is made of a property.
   *
   * @throws PropertyException if making the value throws an {@link IllegalArgumentException}, or
   *     the exception of another component, which gets the name of this property
   */
  public <V> V check(String property, Supplier<V> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      throw refused(property, String.valueOf(e.getMessage()));
    } catch (PropertyException e) {
      throw refused(property, String.valueOf(e.getMsg()));
    }
  }

  /**
   * Checks the least that a number may be.
   *
   * @throws PropertyException if the value is less
   */
  public void checkAtLeast(String property, long least, long value) {
    if (value < least) {
      throw refused(property, "is %d, expected %d or more".formatted(value, least));
    }
  }

  /**
   * Checks the least that a number may be, if it is stated.
   *
   * @param value {@code null} if it is not
   * @throws PropertyException if it is stated, and less
   */
  public void checkIfStated(String property, long least, @Nullable Number value) {
    if (value != null && value.longValue() < least) {
      throw refused(
          property, "is %d, expected %d or more; or omit it".formatted(value.longValue(), least));
    }
  }

  /**
   * Checks that a text is not blank, if it is stated.
   *
   * @param value {@code null} if it is not
   * @throws PropertyException if it is stated, and blank
   */
  public void checkIfStated(String property, @Nullable String value) {
    if (value != null && value.isBlank()) {
      throw refused(property, "is '%s', expected a text; or omit it".formatted(value));
    }
  }

  /**
   * Checks that a file is there.
   *
   * @param expected what it should be, with its article
   * @throws PropertyException if it is not, or is no file
   */
  public void checkFile(String property, Path file, String expected) {
    if (!Files.isRegularFile(file)) {
      throw refused(property, "there is no file %s, expected %s".formatted(file, expected));
    }
  }

  /**
   * Checks a weight.
   *
   * @throws PropertyException if it is negative or infinite, or not a number
   */
  public void checkWeight(String property, double weight) {
    if (!(weight >= 0 && Double.isFinite(weight))) {
      throw refused(property, "is %s, expected a finite number of 0 or more".formatted(weight));
    }
  }

  /**
   * Checks a probability.
   *
   * @throws PropertyException if it is not from 0 to 1
   */
  public void checkProbability(String property, double probability) {
    if (!(probability >= 0 && probability <= 1)) {
      throw refused(property, "is %s, expected a probability from 0 to 1".formatted(probability));
    }
  }

  /**
   * Checks the smallest probability that is distinguished from 0.
   *
   * @throws PropertyException if it is not greater than 0 and less than 0.5
   */
  public void checkProbabilityFloor(String property, double floor) {
    if (!(floor > 0 && floor < 0.5)) {
      throw refused(
          property,
          "is %s, expected a probability greater than 0 and less than 0.5".formatted(floor));
    }
  }

  /**
   * Checks two weights of which at most one may be 0.
   *
   * @throws PropertyException if one is negative or infinite, or not a number, or both are 0
   */
  public void checkWeights(String one, double ofOne, String other, double ofOther) {
    checkWeight(one, ofOne);
    checkWeight(other, ofOther);
    if (ofOne == 0 && ofOther == 0) {
      throw refused(one, "is 0, and %s is 0 too; expected at least one above 0".formatted(other));
    }
  }

  /** What to throw if a property is refused. */
  public PropertyException refused(String property, String why) {
    return new PropertyException(component, property, why);
  }
}
