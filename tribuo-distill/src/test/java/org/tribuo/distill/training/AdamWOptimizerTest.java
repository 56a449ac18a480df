package org.tribuo.distill.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.test.Helpers;

class AdamWOptimizerTest {
  private static final String NO_CLIPPING = "<property name=\"clipGradients\" value=\"false\"/>";

  @TempDir Path folder;

  @Test
  void clippingIsThereOrAbsentInJavaAndXmlAlike() throws IOException {
    AdamWOptimizer usual = new AdamWOptimizer();
    assertThat(usual.maxGradientNorm()).hasValue(1);
    assertThat(usual.maxGradientNorm(2.5).maxGradientNorm()).hasValue(2.5);
    assertThat(usual.withoutClipping().maxGradientNorm()).isEmpty();
    assertThat(usual.withoutClipping().maxGradientNorm(2.5).maxGradientNorm()).hasValue(2.5);
    assertThat(usual.maxGradientNorm(2.5).withoutClipping().maxGradientNorm()).isEmpty();

    assertThat(normOf("")).hasValue(1);
    assertThat(normOf(norm("2.5"))).hasValue(2.5);
    assertThat(normOf(NO_CLIPPING)).isEmpty();
  }

  @Test
  void whatIsStatedOfItIsInTheProvenance() {
    for (AdamWOptimizer optimizer :
        new AdamWOptimizer[] {
          new AdamWOptimizer(),
          new AdamWOptimizer().maxGradientNorm(2.5),
          new AdamWOptimizer().withoutClipping()
        }) {
      Helpers.testProvenanceMarshalling(optimizer.getProvenance());
      try (ConfigurationManager configuration = new ConfigurationManager()) {
        configuration.addConfiguration(
            ProvenanceUtil.extractConfiguration(optimizer.getProvenance()));
        AdamWOptimizer same = configuration.lookupAll(AdamWOptimizer.class).get(0);
        assertThat(same.maxGradientNorm()).isEqualTo(optimizer.maxGradientNorm());
        assertThat(same.getProvenance()).isEqualTo(optimizer.getProvenance());
      }
    }
    assertThat(new AdamWOptimizer().withoutClipping().getProvenance().getConfiguredParameters())
        .containsKey("clipGradients")
        .doesNotContainKey("maxGradientNorm");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 1e-50, 1e39, Double.NaN, Double.MAX_VALUE})
  void noNumberStandsForItsAbsence(double norm) {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> new AdamWOptimizer().maxGradientNorm(norm))
        .withMessageContaining("Property: maxGradientNorm, is %s, expected a number that", norm)
        .withMessageContaining("to clip nothing, set clipGradients to false");
  }

  @Test
  void anUnusedNormIsRefused() {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> normOf(NO_CLIPPING + norm("2.5")))
        .withMessageContaining(
            "Property: maxGradientNorm, is 2.5, but clipGradients is false; state one of them");
  }

  private static String norm(String value) {
    return "<property name=\"maxGradientNorm\" value=\"%s\"/>".formatted(value);
  }

  private OptionalDouble normOf(String properties) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("optimizer.xml"),
            "<config><component name=\"optimizer\" type=\"%s\">%s</component></config>"
                .formatted(AdamWOptimizer.class.getName(), properties));
    try (ConfigurationManager manager = new ConfigurationManager(file.toString())) {
      return ((AdamWOptimizer) manager.lookup("optimizer")).maxGradientNorm();
    }
  }
}
