package org.tribuo.distill.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.oracle.labs.mlrg.olcut.config.ArgumentException;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.examples.console.Program;

class BooleanOptionsTest {
  @TempDir Path folder;

  @Test
  void anOptionThatIsNeitherTrueNorFalseIsRefused() {
    TrainingOptions options = new TrainingOptions();
    try (ConfigurationManager manager =
        new ConfigurationManager(new String[] {"--early-stopping", "maybe"}, options)) {
      assertThatExceptionOfType(ArgumentException.class)
          .isThrownBy(() -> Program.refuseTexts(manager))
          .withMessageContaining("maybe")
          .withMessageContaining("belongs to no option");
    }
  }

  @Test
  void anOptionMayBeTrueOrFalseOrAlone() {
    for (String[] arguments :
        new String[][] {{"--early-stopping"}, {"--early-stopping", "true"}}) {
      TrainingOptions options = new TrainingOptions();
      try (ConfigurationManager manager = new ConfigurationManager(arguments, options)) {
        Program.refuseTexts(manager);
        assertThat(options.earlyStopping).isTrue();
      }
    }
  }

  @Test
  void aPropertyOfAnExperimentThatIsNeitherIsRefused() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("experiment.xml"),
            """
            <config>
              <component name="how" type="org.tribuo.distill.examples.TrainingOptions">
                <property name="earlyStopping" value="on"/>
              </component>
            </config>
            """);
    try (ConfigurationManager manager = new ConfigurationManager(file.toString())) {
      assertThatExceptionOfType(PropertyException.class)
          .isThrownBy(() -> manager.lookup("how"))
          .withMessage("Component: how, Property: earlyStopping, is 'on', expected true or false");
    }
  }
}
