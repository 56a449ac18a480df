package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.input.Batching;
import org.tribuo.test.Helpers;

/** A setting that is not stated is {@code null}: no text or number stands for its absence. */
@AnalyzeClasses(
    locations = ArchitectureTest.Library.class,
    importOptions = ArchitectureTest.WrittenByHand.class)
class AbsentValuesTest {
  private static final Pattern SPECIAL =
      Pattern.compile(
          "(?i)(\\b(empty|zero|0|NaN)|-1)\\b (for|to|if|where|means|is)\\b|by default (empty|zero|0),");

  /** What these mean is a value among others. */
  private static final Set<String> WITH_A_MEANING =
      Set.of(
          "BeamSearch.lengthPenalty", // a power: 0 divides by 1
          "CrossEntropy.labelSmoothing",
          "ExampleRelationLoss.studentLayer", // the embeddings are layer 0, the last one is -1
          "ExampleRelationLoss.teacherLayer",
          "ImageDataSource.preprocessing", // samples from 0 to 1
          "ImagePreprocessing.deviation",
          "ImagePreprocessing.factor", // samples from 0 to 255
          "LayerMap.student",
          "NamedActivation.layer",
          "NarrowedStudent.sample", // a sample of no examples
          "QuestionDataSource.startColumn", // what a cell has
          "TextAugmentation.pieces", // a probability
          "TextAugmentation.replaced", // a probability
          "WarmUpSchedule.warmUp");

  @ArchTest
  static void noTextIsBlankUnlessStated(JavaClasses classes) throws ReflectiveOperationException {
    List<Class<?>> components = components(classes);
    assertThat(components).hasSizeGreaterThan(80);
    Set<String> blank = new TreeSet<>();
    for (Class<?> component : components) {
      Constructor<?> ofOlcut = component.getDeclaredConstructor();
      ofOlcut.setAccessible(true);
      Object unset = ofOlcut.newInstance();
      for (Field field : settings(component).toList()) {
        field.setAccessible(true);
        if (field.get(unset) instanceof String text && text.isBlank()) {
          blank.add(name(field));
        }
      }
    }
    assertThat(blank).isEmpty();
  }

  @ArchTest
  static void noNumberOrTextStandsForAbsence(JavaClasses classes) {
    Set<String> special = new TreeSet<>();
    for (Class<?> component : components(classes)) {
      settings(component)
          .filter(field -> SPECIAL.matcher(field.getAnnotation(Config.class).description()).find())
          .forEach(field -> special.add(name(field)));
    }
    assertThat(special).isEqualTo(new TreeSet<>(WITH_A_MEANING));
  }

  @Test
  void provenanceAndConfigurationHaveWhatIsStated() {
    Batching batching = new Batching().maxLength(64);
    assertThat(batching.getProvenance().getConfiguredParameters())
        .containsOnlyKeys("batchSize", "accumulation", "maxLength", "padId");
    Helpers.testProvenanceMarshalling(batching.getProvenance());

    try (ConfigurationManager configuration = new ConfigurationManager()) {
      configuration.addConfiguration(ProvenanceUtil.extractConfiguration(batching.getProvenance()));
      Batching same = configuration.lookupAll(Batching.class).get(0);
      assertThat(same.maxLength()).hasValue(64);
      assertThat(same.getProvenance()).isEqualTo(batching.getProvenance());
    }
    assertThat(new Batching().maxLength()).isEmpty();
  }

  private static List<Class<?>> components(JavaClasses classes) {
    return classes.stream()
        .filter(type -> !type.isInterface())
        .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
        // Some are components by an interface of Tribuo's, which was not imported.
        .<Class<?>>map(JavaClass::reflect)
        .filter(Configurable.class::isAssignableFrom)
        .filter(type -> settings(type).findAny().isPresent())
        .toList();
  }

  private static Stream<Field> settings(Class<?> component) {
    return Stream.<Class<?>>iterate(component, type -> type != null, Class::getSuperclass)
        .flatMap(type -> Stream.of(type.getDeclaredFields()))
        .filter(field -> field.isAnnotationPresent(Config.class))
        .filter(field -> !Modifier.isStatic(field.getModifiers()));
  }

  private static String name(Field field) {
    return field.getDeclaringClass().getSimpleName() + "." + field.getName();
  }
}
