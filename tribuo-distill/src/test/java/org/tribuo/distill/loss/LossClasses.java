package org.tribuo.distill.loss;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** The losses that the library has, for tests that ask for each of them. */
public final class LossClasses {
  private LossClasses() {}

  /** The simple names of the losses that are of one of some kinds. */
  public static Set<String> of(Class<?>... kinds) {
    return new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackagesOf(SoftLoss.class)
            .stream()
            .filter(
                type -> !type.isInterface() && !type.getModifiers().contains(JavaModifier.ABSTRACT))
            .filter(type -> Arrays.stream(kinds).anyMatch(type::isAssignableTo))
            .map(JavaClass::getSimpleName)
            .collect(Collectors.toSet());
  }
}
