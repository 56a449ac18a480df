package org.tribuo.distill.generation;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
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
   * @param vocabularySize the property of that name: how many there are, 0 for as many as tokens
   * @throws PropertyException if it cannot be read, or has more tokens
   */
  Vocabulary vocabulary(int vocabularySize) {
    Vocabulary own = vocabulary();
    return vocabularySize == 0
        ? own
        : properties.check("vocabularySize", () -> own.enlargedTo(vocabularySize));
  }

  /**
   * The id of a special token that another property names.
   *
   * @param property that names it
   * @param token empty for none
   * @throws PropertyException if the tokenizer does not have it
   */
  OptionalInt special(String property, String token, Vocabulary vocabulary) {
    if (token.isEmpty()) {
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
