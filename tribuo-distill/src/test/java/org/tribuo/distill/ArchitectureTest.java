package org.tribuo.distill;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.LocationProvider;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.NumberFormat;
import java.text.SimpleDateFormat;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Scanner;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.student.ReducedVocabularyStudent;

/** The rooms of the house, and the direction of the arrows between them. */
@AnalyzeClasses(
    locations = ArchitectureTest.Library.class,
    importOptions = ArchitectureTest.WrittenByHand.class)
class ArchitectureTest {
  private static final String BASE = "org.tribuo.distill";

  /** For each room the rooms that it may know; the trainers in the base package may know all. */
  private static final Map<String, Set<String>> MAY_KNOW =
      Map.ofEntries(
          entry("file", Set.of()),
          entry("graph", Set.of("file")),
          entry("component", Set.of("file", "graph")),
          entry("operator", Set.of("graph")),
          entry("graph.internal.shape", Set.of("graph", "operator")),
          entry("graph.internal.pass", Set.of("graph", "graph.internal.shape", "operator")),
          entry("internal.autodiff", Set.of("graph", "operator")),
          entry(
              "engine",
              Set.of(
                  "component",
                  "file",
                  "graph",
                  "graph.internal.pass",
                  "operator",
                  "internal.autodiff")),
          entry("schedule", Set.of("component")),
          entry(
              "selection",
              Set.of(
                  "component",
                  "engine",
                  "file",
                  "graph",
                  "input",
                  "report",
                  "student",
                  "task",
                  "teacher",
                  "trainers",
                  "training",
                  "transformer")),
          entry("transformer", Set.of("component", "graph", "graph.internal.pass", "operator")),
          entry(
              "loss",
              Set.of("component", "graph", "graph.internal.shape", "schedule", "transformer")),
          entry("task", Set.of("component", "graph", "loss")),
          entry(
              "input", Set.of("component", "file", "graph", "graph.internal.pass", "transformer")),
          entry(
              "student",
              Set.of(
                  "file",
                  "internal.autodiff",
                  "component",
                  "engine",
                  "graph",
                  "graph.internal.pass",
                  "operator",
                  "input",
                  "task",
                  "transformer")),
          entry(
              "training",
              Set.of(
                  "internal.autodiff",
                  "component",
                  "engine",
                  "graph",
                  "graph.internal.pass",
                  "input",
                  "loss",
                  "operator",
                  "task",
                  "schedule",
                  "student",
                  "transformer")),
          entry(
              "teacher",
              Set.of(
                  "component",
                  "engine",
                  "file",
                  "graph",
                  "graph.internal.pass",
                  "input",
                  "loss",
                  "task",
                  "student",
                  "training",
                  "transformer")),
          entry(
              "sequence",
              Set.of(
                  "component",
                  "engine",
                  "file",
                  "input",
                  "task",
                  "teacher",
                  "trainers",
                  "transformer")),
          entry("span", Set.of("component", "graph", "input", "loss", "task")),
          entry(
              "generation",
              Set.of(
                  "component",
                  "engine",
                  "file",
                  "graph",
                  "input",
                  "loss",
                  "schedule",
                  "student",
                  "task",
                  "teacher",
                  "trainers",
                  "transformer")),
          entry("recommendation", Set.of("component", "file", "graph", "input", "loss", "task")),
          entry(
              "embedding",
              Set.of("component", "engine", "graph", "input", "student", "task", "transformer")),
          entry(
              "report",
              Set.of("component", "engine", "file", "graph", "teacher", "trainers", "training")));

  /** Where the library's own classes were compiled to, beside those of the tests. */
  static final class Library implements LocationProvider {
    @Override
    public Set<Location> get(Class<?> testClass) {
      return Set.of(Location.of(Engines.class.getProtectionDomain().getCodeSource().getLocation()));
    }
  }

  /** The protobuf compiler knows none of these rules. */
  static final class WrittenByHand implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/protos/");
    }
  }

  @ArchTest
  static void theRulesLookAtTheWholeLibrary(JavaClasses classes) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
      assertThat(classes.stream().filter(JavaClass::isTopLevelClass).map(JavaClass::getSimpleName))
          .as("top-level classes")
          .containsExactlyInAnyOrderElementsOf(
              files
                  .map(file -> file.getFileName().toString())
                  .filter(file -> file.endsWith(".java"))
                  .map(file -> file.substring(0, file.length() - ".java".length()))
                  .toList());
    }
    assertThat(classes)
        .extracting(JavaClass::getPackageName)
        .contains(
            BASE + ".engine.internal.ort",
            BASE + ".graph",
            BASE + ".internal.autodiff",
            BASE + ".input");
  }

  /** What any trainer needs lies in the room that it is about; here is the flow of a training. */
  @ArchTest
  static void theTopPackageIsNoDrawer(JavaClasses classes) {
    assertThat(classes.stream().filter(JavaClass::isTopLevelClass))
        .filteredOn(type -> type.getPackageName().equals(BASE))
        .filteredOn(type -> !type.getSimpleName().equals("package-info"))
        .extracting(JavaClass::getSimpleName)
        .contains("DistillationTrainer")
        .hasSizeLessThanOrEqualTo(12);
  }

  @ArchTest
  static void aLowerRoomNeverKnowsAHigherOne(JavaClasses classes) {
    LayeredArchitecture house =
        layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("trainers")
            .definedBy(BASE);
    for (String room : MAY_KNOW.keySet()) {
      house = house.layer(room).definedBy(packages(room));
    }
    for (Map.Entry<String, Set<String>> arrows : MAY_KNOW.entrySet()) {
      String[] known = arrows.getValue().toArray(String[]::new);
      house =
          known.length == 0
              ? house.whereLayer(arrows.getKey()).mayNotAccessAnyLayer()
              : house.whereLayer(arrows.getKey()).mayOnlyAccessLayers(known);
    }
    house.ensureAllClassesAreContainedInArchitecture().check(classes);
  }

  @Test
  void thePageHasTheSameArrows() throws IOException {
    Pattern row = Pattern.compile("(?m)^\\| `([a-z.]+)` \\| .* \\| ([^|]+) \\|$");
    String page = Files.readString(Path.of("..", "src", "site", "markdown", "architecture.md"));
    Map<String, Set<String>> arrows = new TreeMap<>();
    row.matcher(page.substring(0, page.indexOf("What is open")))
        .results()
        .forEach(found -> arrows.put(found.group(1), rooms(found.group(2))));

    assertThat(arrows).containsExactlyInAnyOrderEntriesOf(new TreeMap<>(MAY_KNOW));
  }

  private static Set<String> rooms(String cell) {
    return cell.equals("nothing")
        ? Set.of()
        : Arrays.stream(cell.split(", "))
            .map(room -> room.equals("`" + BASE + "`") ? "trainers" : room)
            .collect(Collectors.toSet());
  }

  /** A room with its closed package and all below, but for what is a room of its own. */
  private static String[] packages(String room) {
    String name = BASE + "." + room;
    boolean hasRooms = MAY_KNOW.keySet().stream().anyMatch(other -> other.startsWith(room + "."));
    return hasRooms
        ? new String[] {name, name + ".internal"}
        : new String[] {name + "..", BASE + ".internal." + room + ".."};
  }

  /**
   * Whoever adds a modality changes nothing but its own packages, and no modality knows another; a
   * package for texts alone, as those of vectors of texts and of answers in texts are, knows
   * theirs, and so does a student for texts alone.
   */
  @ArchTest
  static void eachModalityIsKnownToItselfAlone(JavaClasses classes) {
    String[] modalities = {
      BASE + ".input.text..",
      BASE + ".input.image..",
      BASE + ".input.sound..",
      BASE + ".input.internal.*.."
    };
    noClasses()
        .that()
        .resideOutsideOfPackages(modalities)
        .and()
        .resideOutsideOfPackages(
            BASE + ".embedding..",
            BASE + ".span..",
            BASE + ".generation..",
            BASE + ".recommendation..")
        .and()
        .doNotHaveFullyQualifiedName(ReducedVocabularyStudent.class.getName())
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(modalities)
        .check(classes);
  }

  @ArchTest
  static void packagesHaveNoCycles(JavaClasses classes) {
    slices().assignedFrom(new Rooms()).should().beFreeOfCycles().check(classes);
  }

  /** A package and the closed one below it are one room. */
  private static final class Rooms implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      String name = type.getPackageName();
      return name.startsWith(BASE + ".")
          ? SliceIdentifier.of(name.substring(BASE.length()).replace(".internal", ""))
          : SliceIdentifier.ignore();
    }

    @Override
    public String getDescription() {
      return "the rooms";
    }
  }

  @ArchTest
  static void oneEngineKnowsOnnxRuntime(JavaClasses classes) {
    noClasses()
        .that()
        .resideOutsideOfPackage(BASE + ".engine.internal.ort..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.onnxruntime..")
        .check(classes);
  }

  @ArchTest
  static void nothingKnowsOneEngine(JavaClasses classes) {
    noClasses()
        .that()
        .resideOutsideOfPackage(BASE + ".engine.internal.ort..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(BASE + ".engine.internal.ort..")
        .because("Engines finds them by ServiceLoader")
        .check(classes);
  }

  @ArchTest
  static void oneOwnerOfTheEnvironment(JavaClasses classes) {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(BASE + ".engine.internal.ort.OrtRuntime")
        .should()
        .callMethod(OrtEnvironment.class, "getEnvironment")
        .orShould()
        .callMethod(OrtEnvironment.class, "getEnvironment", OrtLoggingLevel.class, String.class)
        .because("OrtRuntime loads the native library that can train")
        .check(classes);
  }

  @ArchTest
  static void nothingPrints(JavaClasses classes) {
    noClasses().should(ACCESS_STANDARD_STREAMS).check(classes);
  }

  @ArchTest
  static void everyRandomnessComesFromAGivenSeed(JavaClasses classes) {
    noClasses()
        .should()
        .dependOnClassesThat()
        .areAssignableTo(ThreadLocalRandom.class)
        .orShould()
        .callConstructor(Random.class)
        .orShould()
        .callMethod(Math.class, "random")
        .check(classes);
  }

  /**
   * {@code "...".formatted(...)} is for messages; in names and files its numbers are written by %s,
   * which knows no locale.
   */
  @ArchTest
  static void nothingDependsOnTheLocale(JavaClasses classes) {
    noClasses()
        .should()
        .callMethod(String.class, "toLowerCase")
        .orShould()
        .callMethod(String.class, "toUpperCase")
        .orShould()
        .callMethod(String.class, "format", String.class, Object[].class)
        .orShould()
        .callMethod(PrintStream.class, "printf", String.class, Object[].class)
        .orShould()
        .callMethod(PrintStream.class, "format", String.class, Object[].class)
        .orShould()
        .callConstructor(DecimalFormat.class, String.class)
        .orShould()
        .callConstructor(SimpleDateFormat.class, String.class)
        .orShould()
        .callMethod(NumberFormat.class, "getInstance")
        .orShould()
        .callMethod(Locale.class, "getDefault")
        .orShould()
        .callMethod(Charset.class, "defaultCharset")
        .orShould()
        .callMethod(String.class, "getBytes")
        .orShould()
        .callConstructor(String.class, byte[].class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Scanner.class)
        .check(classes);
  }

  @ArchTest
  static void exceptionsSayWhatIsWrong(JavaClasses classes) {
    NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS.check(classes);
  }

  @ArchTest
  static void everyPackageSaysWhatMayBeNull(JavaClasses classes) {
    classes().should(liveInANullMarkedPackage()).check(classes);
  }

  private static ArchCondition<JavaClass> liveInANullMarkedPackage() {
    return new ArchCondition<>("live in a package that is @NullMarked") {
      @Override
      public void check(JavaClass item, ConditionEvents events) {
        events.add(
            new SimpleConditionEvent(
                item,
                item.getPackage().isAnnotatedWith(NullMarked.class),
                item.getPackageName() + " has no package-info with @NullMarked"));
      }
    };
  }
}
