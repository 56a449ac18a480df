package org.tribuo.distill.generation;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * The property of a component that names its {@code tokenizer.json}.
 *
 * @param properties of the component
 * @param name of the property
 * @param file that it names
 */
record TokenizerProperty(PropertyChecks properties, String name, Path file) {
  /**
   * The tokens of the tokenizer.
   *
   * @throws PropertyException if it cannot be read
   */
  Vocabulary vocabulary() {
    try {
      return Vocabulary.of(file);
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /**
   * The tokens of the tokenizer, and further ids.
   *
   * @param vocabularySize the property of that name: how many there are, if that is stated
   * @throws PropertyException if it cannot be read, or has more tokens
   */
  Vocabulary vocabulary(@Nullable Integer vocabularySize) {
    Vocabulary own = vocabulary();
    return vocabularySize == null
        ? own
        : properties.check("vocabularySize", () -> own.enlargedTo(vocabularySize));
  }

  /**
   * The id of a special token that another property names.
   *
   * @param property that names it
   * @param token if it is stated
   * @throws PropertyException if the tokenizer does not have it
   */
  OptionalInt special(String property, @Nullable String token, Vocabulary vocabulary) {
    if (token == null) {
      return OptionalInt.empty();
    }
    OptionalInt id = vocabulary.id(token);
    if (id.isEmpty()) {
      throw properties.refused(property, "is '%s', which %s does not have".formatted(token, file));
    }
    return id;
  }

  /** What is thrown where the file cannot be read. */
  PropertyException unreadable(IOException e) {
    return new PropertyException(
        e, properties.component(), name, "%s cannot be read".formatted(file));
  }
}
