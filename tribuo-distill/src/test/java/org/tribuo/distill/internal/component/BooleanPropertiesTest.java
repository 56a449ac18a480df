package org.tribuo.distill.internal.component;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigManager;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.component.BooleanProperties;

class BooleanPropertiesTest {
  @TempDir Path folder;

  /** A component with booleans. */
  public static final class Lamp implements Configurable {
    @ConfigurableName private String component = "Lamp";
    @ConfigManager private @Nullable ConfigurationManager configuration;
    @Config private boolean on = true;
    @Config private Boolean bright = true;
    @Config private String colour = "yes";

    @Override
    public void postConfig() {
      BooleanProperties.check(this, component, configuration);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "1", "", " true", "tru", "no"})
  void whatIsNeitherTrueNorFalseIsRefused(String text) throws IOException {
    for (String property : new String[] {"on", "bright"}) {
      assertThatExceptionOfType(PropertyException.class)
          .isThrownBy(() -> lamp(property, text))
          .withMessage(
              "Component: lamp, Property: %s, is '%s', expected true or false", property, text);
    }
  }

  @ParameterizedTest
  @CsvSource({"true, true", "True, true", "FALSE, false", "false, false", "${light}, true"})
  void whatIsTrueOrFalseIsThat(String text, boolean expected) throws IOException {
    assertThat(lamp("on", text).on).isEqualTo(expected);
  }

  @Test
  void otherPropertiesMayBeAnything() throws IOException {
    assertThat(lamp("colour", "maybe").colour).isEqualTo("maybe");
  }

  @Test
  void anOverrideOnTheCommandLineIsCheckedToo() throws IOException {
    Path file = write("on", "true");
    try (ConfigurationManager manager =
        new ConfigurationManager(
            new String[] {"-c", file.toString(), "--@lamp.on", "yes"},
            ConfigurationManager.EMPTY_OPTIONS)) {
      assertThatExceptionOfType(PropertyException.class)
          .isThrownBy(() -> manager.lookup("lamp"))
          .withMessage("Component: lamp, Property: on, is 'yes', expected true or false");
    }
  }

  @Test
  void everyComponentWithABooleanCanBeChecked() {
    classes()
        .that(
            DescribedPredicate.describe(
                "have a boolean property", BooleanPropertiesTest::hasBooleanProperty))
        .should(
            com.tngtech.archunit.lang.conditions.ArchConditions.callMethod(
                BooleanProperties.class,
                "check",
                Configurable.class,
                String.class,
                ConfigurationManager.class))
        .check(
            new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("org.tribuo.distill"));
  }

  private static boolean hasBooleanProperty(JavaClass component) {
    return component.getFields().stream()
        .anyMatch(
            field ->
                field.isAnnotatedWith(Config.class)
                    && (field.getRawType().isEquivalentTo(boolean.class)
                        || field.getRawType().isEquivalentTo(Boolean.class)));
  }

  private Lamp lamp(String property, String value) throws IOException {
    try (ConfigurationManager manager =
        new ConfigurationManager(write(property, value).toString())) {
      return (Lamp) manager.lookup("lamp");
    }
  }

  private Path write(String property, String value) throws IOException {
    return Files.writeString(
        folder.resolve("lamp.xml"),
        """
        <config>
          <property name="light" value="true"/>
          <component name="lamp" type="%s">
            <property name="%s" value="%s"/>
          </component>
        </config>
        """
            .formatted(Lamp.class.getName(), property, value));
  }
}
