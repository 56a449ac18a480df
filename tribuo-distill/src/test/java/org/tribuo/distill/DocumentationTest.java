package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.autodiff.RuleTable;
import org.tribuo.distill.autodiff.rules.StandardRules;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.SoftLoss;

/** What the documentation lists is what the library has. */
class DocumentationTest {
  private static final Path PAGES = Path.of("..", "src", "site", "markdown");
  private static final Path OPERATORS = PAGES.resolve("operators.md");
  private static final Path OBJECTIVES = PAGES.resolve("objectives.md");

  @Test
  void theOperatorsWithAGradientAreListed() throws IOException {
    assertThat(entries("`(\\S+)`", section(OPERATORS, "## With a gradient")))
        .as("operators with a gradient in %s", OPERATORS)
        .containsExactlyElementsOf(StandardRules.TABLE.differentiable());
  }

  @Test
  void theFlatOperatorsAreListed() throws IOException {
    assertThat(entries("`(\\S+)`", section(OPERATORS, "## Flat")))
        .as("flat operators in %s", OPERATORS)
        .containsExactlyElementsOf(
            StandardRules.TABLE.entries().stream()
                .filter(RuleTable.Entry.Flat.class::isInstance)
                .map(RuleTable.Entry::operator)
                .toList());
  }

  @Test
  void theLossesAreListed() throws IOException {
    Set<String> losses =
        new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackagesOf(SoftLoss.class)
                .stream()
                .filter(type -> !type.isInterface())
                .filter(
                    type ->
                        type.isAssignableTo(SoftLoss.class) || type.isAssignableTo(HardLoss.class))
                .map(JavaClass::getSimpleName)
                .collect(Collectors.toSet());

    assertThat(entries("\\| `(\\S+)` \\|", Files.readString(OBJECTIVES)))
        .as("losses in %s", OBJECTIVES)
        .containsExactlyInAnyOrderElementsOf(losses);
  }

  /** From this heading to the next one. */
  private static String section(Path file, String heading) throws IOException {
    String page = Files.readString(file);
    assertThat(page).contains(heading);
    String section = page.substring(page.indexOf(heading) + heading.length());
    int next = section.indexOf("\n## ");
    return next < 0 ? section : section.substring(0, next);
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
