package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.loss.FeatureLoss;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.LossClasses;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.student.FrozenWeights;
import org.tribuo.distill.training.AdamWOptimizer;

/** What the documentation lists is what the library has. */
class DocumentationTest {
  private static final Path SOURCES = Path.of("src", "main", "java", "org", "tribuo", "distill");
  private static final Path PAGES = Path.of("..", "src", "site", "markdown");
  private static final Path OBJECTIVES = PAGES.resolve("objectives.md");

  private static final Pattern COMPONENT =
      Pattern.compile("(?s)<component name=\"\\w+\" type=\"([.\\w]+)\">(.*?)</component>");

  @Test
  void theLossesAreListed() throws IOException {
    assertThat(entries("\\| `(\\S+)` \\|", Files.readString(OBJECTIVES)))
        .as("losses in %s", OBJECTIVES)
        .containsExactlyInAnyOrderElementsOf(
            LossClasses.of(SoftLoss.class, HardLoss.class, FeatureLoss.class));
  }

  static Stream<Class<?>> componentsOfTheTrainer() {
    Set<Class<?>> components = new LinkedHashSet<>();
    collect(DistillationTrainer.class, components);
    return components.stream();
  }

  @ParameterizedTest
  @MethodSource("componentsOfTheTrainer")
  void theSettingsAreListed(Class<?> component) throws IOException {
    List<String> tables =
        entries(
            "\\| Setting of `%s` \\|.*\n((?:\\|.*\n)+)".formatted(component.getSimpleName()),
            Files.readString(PAGES.resolve("training.md")));

    assertThat(tables).as("tables of the settings of %s", component).hasSize(1);
    assertThat(
            entries("\\| (`[^|]+) \\|", tables.get(0)).stream()
                .flatMap(names -> Stream.of(names.split(", ")))
                .map(name -> name.replace("`", "")))
        .containsExactlyInAnyOrderElementsOf(settings(component).map(Field::getName).toList());
  }

  @Test
  void theSettingsOfTheTrainerAreThoseOfComponents() {
    assertThat(componentsOfTheTrainer())
        .contains(
            DistillationTrainer.class,
            TrainingStage.class,
            AdamWOptimizer.class,
            FrozenWeights.class);
  }

  /** A component, and those that it names by their own class: no interface leads to one. */
  private static void collect(Class<?> component, Set<Class<?>> components) {
    if (!component.isInterface()
        && Configurable.class.isAssignableFrom(component)
        && components.add(component)) {
      settings(component)
          .map(Field::getGenericType)
          .flatMap(
              type ->
                  type instanceof ParameterizedType list
                      ? Stream.of(list.getActualTypeArguments())
                      : Stream.of(type))
          .filter(Class.class::isInstance)
          .forEach(type -> collect((Class<?>) type, components));
    }
  }

  private static Stream<Field> settings(Class<?> component) {
    return Stream.of(component.getDeclaredFields())
        .filter(field -> field.isAnnotationPresent(Config.class));
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
    Set<String> packages;
    try (Stream<Path> folders = Files.list(SOURCES)) {
      packages =
          folders
              .filter(Files::isDirectory)
              .map(folder -> folder.getFileName().toString())
              .filter(name -> !name.equals("internal"))
              .collect(Collectors.toSet());
    }

    assertThat(entries("\\| `([a-z]+)` \\|", Files.readString(PAGES.resolve("architecture.md"))))
        .containsExactlyInAnyOrderElementsOf(packages);
  }

  /** The pages, and what else a reader finds at the root. */
  static Stream<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> files = Files.walk(PAGES)) {
      files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
    }
    for (String page : List.of("README.md", "CHANGELOG.md", "CONTRIBUTING.md")) {
      pages.add(Path.of("..", page));
    }
    assertThat(pages).contains(OBJECTIVES);
    return pages.stream();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void theMembersThatAPageNamesAreThere(Path page) throws IOException {
    Map<String, String> sources = new HashMap<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        String name = file.getFileName().toString();
        sources.put(name.substring(0, name.length() - ".java".length()), Files.readString(file));
      }
    }
    Matcher named = Pattern.compile("`([A-Z]\\w+)\\.(\\w+)`").matcher(Files.readString(page));
    List<String> absent = new ArrayList<>();
    while (named.find()) {
      String source = sources.get(named.group(1));
      if (source != null
          && !Pattern.compile("\\b%s\\b".formatted(named.group(2))).matcher(source).find()) {
        absent.add(named.group());
      }
    }
    assertThat(absent).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void whatAPageLinksToIsThere(Path page) throws IOException {
    Matcher links =
        Pattern.compile("\\]\\((?!https?:)([^)#\\s]*)#?([^)\\s]*)\\)")
            .matcher(Files.readString(page));
    while (links.find()) {
      Path target = links.group(1).isEmpty() ? page : page.resolveSibling(links.group(1));
      assertThat(target).as(links.group()).exists();
      if (!links.group(2).isEmpty()) {
        assertThat(anchors(Files.readString(target))).as(links.group()).contains(links.group(2));
      }
    }
  }

  private static List<String> anchors(String page) {
    List<String> anchors = new ArrayList<>(entries(".*<a id=\"([^\"]+)\"", page));
    entries("#+ (.*)", page)
        .forEach(
            title ->
                anchors.add(
                    title.toLowerCase(Locale.ROOT).replaceAll("[^\\w\\- ]", "").replace(' ', '-')));
    return anchors;
  }

  @ParameterizedTest
  @MethodSource("pages")
  void theComponentsOfExamplesHaveTheSettingsThatTheyState(Path page) throws Exception {
    List<MatchResult> components = COMPONENT.matcher(Files.readString(page)).results().toList();

    for (MatchResult component : components) {
      List<String> known = new ArrayList<>();
      for (Class<?> type = Class.forName(component.group(1));
          type != null;
          type = type.getSuperclass()) {
        settings(type).map(Field::getName).forEach(known::add);
      }
      assertThat(known)
          .as("settings of %s", component.group(1))
          .containsAll(entries(" *<property(?:list)? name=\"(\\w+)\".*", component.group(2)));
    }
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
