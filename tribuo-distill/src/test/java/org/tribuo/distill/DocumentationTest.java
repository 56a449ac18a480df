package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.loss.FeatureLoss;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.LossClasses;
import org.tribuo.distill.loss.SoftLoss;

/** What the documentation lists is what the library has. */
class DocumentationTest {
  private static final String BASE = "org.tribuo.distill";
  private static final Path PAGES = Path.of("..", "src", "site", "markdown");
  private static final Path OBJECTIVES = PAGES.resolve("objectives.md");

  @Test
  void theLossesAreListed() throws IOException {
    assertThat(entries("\\| `(\\S+)` \\|", Files.readString(OBJECTIVES)))
        .as("losses in %s", OBJECTIVES)
        .containsExactlyInAnyOrderElementsOf(
            LossClasses.of(SoftLoss.class, HardLoss.class, FeatureLoss.class));
  }

  @Test
  void theSettingsOfTheTrainerAreListed() throws IOException {
    String page = Files.readString(PAGES.resolve("training.md"));
    for (Field field : DistillationTrainer.class.getDeclaredFields()) {
      if (field.isAnnotationPresent(Config.class)) {
        assertThat(page).containsPattern("(?m)^\\|[^|]*`" + field.getName() + "`");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "native-library.md, onnxruntime.native.version",
    "quick-start.md, slf4j.version",
  })
  void aVersionThatAPageStatesIsThatOfTheBuild(String page, String property) throws IOException {
    List<String> version =
        entries(
            " *<%1$s>(.+)</%1$s>".formatted(Pattern.quote(property)),
            Files.readString(Path.of("..", "pom.xml")));

    assertThat(Files.readString(PAGES.resolve(page)))
        .contains("<version>%s</version>".formatted(version.get(0)));
  }

  @Test
  void thePackagesAreListed() throws IOException {
    Set<String> packages =
        new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackagesOf(DistillationTrainer.class)
                .stream()
                .map(type -> type.getPackageName().substring(BASE.length()))
                .filter(name -> name.matches("\\.[a-z]+") && !name.equals(".protos"))
                .map(name -> name.substring(1))
                .collect(Collectors.toSet());

    assertThat(entries("\\| `([a-z]+)` \\|", Files.readString(PAGES.resolve("architecture.md"))))
        .containsExactlyInAnyOrderElementsOf(packages);
  }

  @ParameterizedTest
  @ValueSource(strings = {"training.md", "objectives.md"})
  void theClassesThatExamplesNameAreThere(String page) throws IOException {
    List<String> named =
        Pattern.compile("type=\"(" + BASE + "[.\\w]+)\"")
            .matcher(Files.readString(PAGES.resolve(page)))
            .results()
            .map(found -> found.group(1))
            .toList();

    assertThat(named).isNotEmpty().allSatisfy(name -> assertThat(Class.forName(name)).isNotNull());
  }

  /** What the group of the pattern holds in the lines that start with it. */
  private static List<String> entries(String pattern, String text) {
    return Pattern.compile("^" + pattern, Pattern.MULTILINE)
        .matcher(text)
        .results()
        .map(found -> found.group(1))
        .toList();
  }
}
