package org.tribuo.distill.internal.component;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The provenance of components some of whose numbers may be absent. OLCUT leaves out a text or a
 * path that is {@code null}, but fails at a number, so it is handed a copy in which that is 0, and
 * the 0 is left out of what it makes of it.
 */
public final class ComponentProvenance {
  private static final Map<Class<?>, Number> ZEROS =
      Map.of(Integer.class, 0, Long.class, 0L, Float.class, 0f, Double.class, 0.0);

  private ComponentProvenance() {}

  /**
   * The settings of a component; what is absent is left out.
   *
   * @param hostShortName what it is for, such as "Student"
   */
  public static <C extends Configurable> ConfiguredObjectProvenance of(
      C host, String hostShortName) {
    return new ConfiguredObjectProvenanceImpl(settings(host, hostShortName));
  }

  /** As {@link #of}, by their names, with the name of the class and what it is for. */
  static <C extends Configurable> Map<String, Provenance> settings(C host, String hostShortName) {
    Map<String, Provenance> settings = new HashMap<>();
    try {
      List<Field> absent = absentNumbers(host);
      Configurable whole = absent.isEmpty() ? host : withZeros(host, absent);
      new ConfiguredObjectProvenanceImpl(whole, hostShortName)
          .forEach(setting -> settings.put(setting.getA(), setting.getB()));
      absent.forEach(field -> settings.remove(field.getName()));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("%s is no component of OLCUT".formatted(host), e);
    }
    return settings;
  }

  private static List<Field> absentNumbers(Configurable host) throws IllegalAccessException {
    List<Field> absent = new ArrayList<>();
    for (Field field : fields(host.getClass())) {
      if (ZEROS.containsKey(field.getType()) && field.get(host) == null) {
        absent.add(field);
      }
    }
    return absent;
  }

  private static Configurable withZeros(Configurable host, List<Field> absent)
      throws ReflectiveOperationException {
    Constructor<? extends Configurable> ofOlcut = host.getClass().getDeclaredConstructor();
    ofOlcut.setAccessible(true);
    Configurable copy = ofOlcut.newInstance();
    for (Field field : fields(host.getClass())) {
      field.set(copy, absent.contains(field) ? ZEROS.get(field.getType()) : field.get(host));
    }
    return copy;
  }

  /** Those that are settings, of its superclasses too, made accessible. */
  static List<Field> fields(Class<? extends Configurable> component) {
    List<Field> fields = new ArrayList<>();
    for (Class<?> type = component; type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (field.isAnnotationPresent(Config.class)) {
          field.setAccessible(true);
          fields.add(field);
        }
      }
    }
    return fields;
  }
}
