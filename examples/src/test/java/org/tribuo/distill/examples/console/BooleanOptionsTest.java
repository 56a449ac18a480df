package org.tribuo.distill.examples.console;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import com.oracle.labs.mlrg.olcut.config.ArgumentException;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.examples.DistillText.DistillTextOptions;

class BooleanOptionsTest {
  @TempDir Path folder;

  @Test
  void anOptionThatIsNeitherTrueNorFalseIsRefused() {
    assertThatExceptionOfType(ArgumentException.class)
        .isThrownBy(
            () ->
                BooleanOptions.check(
                    List.of("--seed", "1", "--early-stopping", "maybe"), new DistillTextOptions()))
        .withMessageContaining("--early-stopping")
        .withMessageContaining("is 'maybe', expected true or false");
  }

  @Test
  void anOptionMayBeTrueOrFalse() {
    for (String value : List.of("true", "False")) {
      assertThatNoException()
          .isThrownBy(
              () ->
                  BooleanOptions.check(
                      List.of("--early-stopping", value), new DistillTextOptions()));
    }
  }

  @Test
  void aTextThatBelongsToNoOptionIsRefused() {
    try (ConfigurationManager manager =
        new ConfigurationManager(
            new String[] {"--early-stopping", "true", "maybe"}, new DistillTextOptions())) {
      assertThatExceptionOfType(ArgumentException.class)
          .isThrownBy(() -> Program.refuseTexts(manager))
          .withMessageContaining("maybe")
          .withMessageContaining("is no option and the value of none");
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
