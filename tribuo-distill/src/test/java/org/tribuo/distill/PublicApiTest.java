package org.tribuo.distill;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is open is what users and authors of extensions need: a package that is named {@code
 * internal}, or is below one, is closed to all other modules, and no open type leads into it.
 */
@AnalyzeClasses(
    locations = ArchitectureTest.Library.class,
    importOptions = ArchitectureTest.WrittenByHand.class)
class PublicApiTest {
  private static final String BASE = "org.tribuo.distill.";

  /**
   * What there may be any number of: one loss more, one student more, one task's output more opens
   * one type, which is known by its interface, and is no new thing to learn.
   */
  private static final Set<String> EXTENSION_POINTS =
      Set.of(
          BASE + "loss.FeatureLoss",
          BASE + "loss.HardLoss",
          BASE + "loss.SoftLoss",
          BASE + "schedule.Schedule",
          BASE + "student.StudentSource",
          BASE + "teacher.TeacherSource",
          "org.tribuo.ConfigurableDataSource",
          "org.tribuo.Output",
          "org.tribuo.OutputFactory",
          "org.tribuo.evaluation.Evaluator",
          "org.tribuo.sequence.SequenceDataSource",
          "org.tribuo.sequence.SequenceEvaluator");

  /**
   * Open types that implement no extension point: these a user has to learn, and a helper is one of
   * them. The number falls when types are closed, and grows for a reason.
   */
  private static final int MOST_CONCEPTS = 102;

  private static final Pattern CLOSED_NAME =
      Pattern.compile(
          "org\\.tribuo\\.distill\\.(?:\\w+\\.)*?internal\\.(?:[a-z]\\w*\\.)*([A-Z]\\w*)");

  private static final String ASKED =
      "the trainer asks its components; methods of interfaces are public";
  private static final String READ = "the trainer reads the settings of its components";
  private static final String OBJECTIVE = "the objective makes what a loss is given";

  /** Members that lead into closed packages, and why; what overrides them does too. */
  private static final Map<String, String> LEADS_INSIDE =
      Map.ofEntries(
          entry("student.StudentSource.make", ASKED),
          entry("teacher.TeacherSource.labels", ASKED),
          entry("teacher.TeacherSource.agreement", ASKED),
          entry("teacher.TeacherSource$Member.network", ASKED),
          entry("teacher.TeacherSource$Member.ready", ASKED),
          entry("teacher.TeacherSource$Member.checkLabels", ASKED),
          entry("teacher.TeacherSource$Member.checkExamples", ASKED),
          entry("teacher.OnnxTeacher.activations", READ),
          entry("teacher.OnnxTeacher.network", READ),
          entry("input.Batching.plan", READ),
          entry("input.image.ImagePreprocessing.settings", READ),
          entry("input.image.ImageAugmentation.views", READ),
          entry("input.sound.SoundPreprocessing.settings", READ),
          entry("loss.DistillationObjective.schedules", READ),
          entry("student.TrainingGraphOptions.rules", READ),
          entry("training.AdamWOptimizer.adamW", READ),
          entry("loss.Activations.<init>", OBJECTIVE),
          entry("loss.Rows.examples", OBJECTIVE),
          entry("loss.Rows.tokens", OBJECTIVE));

  /** What the other modules use of closed packages: the library of kernels is made for this one. */
  private static final Map<String, Set<String>> USED_BY_OTHER_MODULES =
      Map.of(
          "tribuo-distill-onednn/src/main",
          Set.of("DistillDomain", "NativeFiles"),
          "examples/src/main",
          Set.of(),
          "examples/programs",
          Set.of(),
          "examples/serving",
          Set.of(),
          "interop/src",
          Set.of());

  @ArchTest
  static void noMoreConceptsAreOpen(JavaClasses classes) {
    Map<Boolean, Set<String>> open =
        classes.stream()
            .filter(type -> type.isTopLevelClass() && isOpen(type))
            .collect(
                Collectors.partitioningBy(
                    PublicApiTest::implementsAnExtensionPoint,
                    Collectors.mapping(
                        PublicApiTest::name, Collectors.toCollection(TreeSet::new))));

    assertThat(open.get(true))
        .as("implementations of extension points")
        .contains("loss.KlDivergence", "span.Span", "teacher.OnnxTeacher");
    assertThat(open.get(false))
        .as("open types that implement no extension point")
        .contains("DistillationTrainer", "loss.Rows", "loss.SoftLoss", "loss.RowwiseSoftLoss")
        .hasSizeLessThanOrEqualTo(MOST_CONCEPTS);
  }

  /** What can be extended further is a concept of its own. */
  private static boolean implementsAnExtensionPoint(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.FINAL)
        && type.getAllRawInterfaces().stream()
            .map(JavaClass::getName)
            .anyMatch(EXTENSION_POINTS::contains);
  }

  @ArchTest
  static void everyExtensionPointIsUsed(JavaClasses classes) {
    Set<String> used =
        classes.stream()
            .filter(type -> type.isTopLevelClass() && isOpen(type))
            .flatMap(type -> type.getAllRawInterfaces().stream())
            .map(JavaClass::getName)
            .collect(Collectors.toSet());

    assertThat(used).containsAll(EXTENSION_POINTS);
  }

  @ArchTest
  static void openTypesLeadToOpenTypes(JavaClasses classes) {
    Set<String> unused = new TreeSet<>(LEADS_INSIDE.keySet());
    List<String> found = new ArrayList<>();
    for (JavaClass type : classes) {
      if (isOpen(type)) {
        Stream<JavaType> parents =
            Stream.concat(
                Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream()),
                type.getTypeParameters().stream());
        check(type, name(type), parents, unused, found);
        for (JavaMember member : type.getMembers()) {
          if (isVisible(member)) {
            check(type, name(type) + "." + member.getName(), types(member), unused, found);
          }
        }
      }
    }

    assertThat(found).as("open members that lead to closed types").isEmpty();
    assertThat(unused).as("exceptions without a use").isEmpty();
  }

  private static final Pattern DESCRIBED =
      Pattern.compile("(?s)/\\*\\*((?:(?!\\*/).)*)\\*/\\s*([^;{]*)");

  private static final Pattern LINK =
      Pattern.compile("\\{@link(?:plain)?\\s+(?:\\*\\s+)?([\\w.]+)");

  /** Javadoc leaves closed types out, so a reader of what is open cannot follow a link to one. */
  @ArchTest
  static void openTypesAreDescribedByOpenTypes(JavaClasses classes) throws IOException {
    Set<String> closed =
        classes.stream()
            .filter(type -> type.isTopLevelClass() && !isOpen(type))
            .map(JavaClass::getSimpleName)
            .collect(Collectors.toSet());
    Set<String> open =
        classes.stream()
            .filter(type -> type.isTopLevelClass() && isOpen(type))
            .map(JavaClass::getSimpleName)
            .collect(Collectors.toSet());
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        String type = file.getFileName().toString().replace(".java", "");
        boolean isClosed = file.toString().contains("internal");
        if (!isClosed && (open.contains(type) || type.equals("package-info"))) {
          DESCRIBED
              .matcher(Files.readString(file))
              .results()
              .filter(comment -> comment.group(2).matches("(?s).*\\b(public|package)\\b.*"))
              .flatMap(comment -> LINK.matcher(comment.group(1)).results())
              .map(link -> link.group(1))
              .filter(link -> Stream.of(link.split("\\.")).anyMatch(closed::contains))
              .forEach(link -> found.add(type + " links to " + link));
        }
      }
    }
    assertThat(found).isEmpty();
  }

  private static void check(
      JavaClass owner,
      String member,
      Stream<JavaType> types,
      Set<String> unused,
      List<String> found) {
    Set<String> closed =
        types
            .flatMap(type -> type.getAllInvolvedRawTypes().stream())
            .map(JavaClass::getBaseComponentType)
            .filter(PublicApiTest::isClosed)
            .map(PublicApiTest::name)
            .collect(Collectors.toCollection(TreeSet::new));
    if (closed.isEmpty()) {
      return;
    }
    Optional<String> exception =
        Stream.concat(
                Stream.of(owner),
                Stream.concat(
                    owner.getAllRawSuperclasses().stream(), owner.getAllRawInterfaces().stream()))
            .map(type -> member.replace(name(owner), name(type)))
            .filter(LEADS_INSIDE::containsKey)
            .findFirst();
    exception.ifPresentOrElse(unused::remove, () -> found.add(member + " leads to " + closed));
  }

  private static Stream<JavaType> types(JavaMember member) {
    if (member instanceof JavaField field) {
      return Stream.of(field.getType());
    }
    JavaCodeUnit unit = (JavaCodeUnit) member;
    return Stream.of(
            unit.getParameterTypes().stream(),
            Stream.of(unit.getReturnType()),
            unit.getTypeParameters().stream(),
            unit.getExceptionTypes().stream())
        .flatMap(all -> all);
  }

  @ArchTest
  static void otherModulesUseWhatIsOpen(JavaClasses classes) throws IOException {
    for (Map.Entry<String, Set<String>> module : USED_BY_OTHER_MODULES.entrySet()) {
      Set<String> used = new TreeSet<>();
      try (Stream<Path> files = Files.walk(Path.of("..").resolve(module.getKey()))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .flatMap(PublicApiTest::closedNames)
            .forEach(used::add);
      }

      assertThat(used).as("closed types in %s", module.getKey()).isEqualTo(module.getValue());
    }
  }

  private static Stream<String> closedNames(Path file) {
    try {
      List<MatchResult> names = CLOSED_NAME.matcher(Files.readString(file)).results().toList();
      return names.stream().map(name -> name.group(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isVisible(JavaMember member) {
    Set<JavaModifier> modifiers = member.getModifiers();
    return !modifiers.contains(JavaModifier.SYNTHETIC)
        && (modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED));
  }

  private static boolean isOpen(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && !isClosed(type)
        && type.getEnclosingClass().map(PublicApiTest::isOpen).orElse(true);
  }

  private static boolean isClosed(JavaClass type) {
    return (type.getPackageName() + ".").startsWith(BASE)
        && (type.getPackageName() + ".").contains(".internal.");
  }

  private static String name(JavaClass type) {
    return type.getName().startsWith(BASE)
        ? type.getName().substring(BASE.length())
        : type.getName();
  }
}
