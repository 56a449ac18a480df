package org.tribuo.distill.examples;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.tribuo.distill.input.text.KeptVocabulary;

/**
 * The vocabularies among which a search for a student chooses, in a folder of their own until it is
 * closed. Each has the tokens of so many training texts or more.
 *
 * @param folder that has their tokenizers
 * @param leastTexts of each, by its number of tokens
 */
record Vocabularies(Path folder, Map<Integer, Integer> leastTexts) implements AutoCloseable {
  private static final int[] LEAST_TEXTS = {1, 2};

  /**
   * The vocabulary of the tokens that at least a number of training texts have; other tokens are
   * read as the nearest, where the tokenizer lets it.
   *
   * @throws IOException if a file of the teacher cannot be read
   */
  static KeptVocabulary kept(TeacherOptions teacher, Texts texts, int leastTexts)
      throws IOException {
    KeptVocabulary kept =
        KeptVocabulary.ofExamples(teacher.tokenizerFile(), texts.training(), leastTexts);
    return kept.canReadOthersAsNearest() ? kept.readingOthersAsNearest(teacher.file()) : kept;
  }

  /**
   * Writes the tokenizers.
   *
   * @param folder for them alone
   * @throws IOException if a file of the teacher cannot be read, or no file be written
   */
  static Vocabularies write(TeacherOptions teacher, Texts texts, Path folder) throws IOException {
    Vocabularies written = new Vocabularies(Files.createDirectories(folder), new TreeMap<>());
    for (int leastTexts : LEAST_TEXTS) {
      KeptVocabulary kept = kept(teacher, texts, leastTexts);
      if (written.leastTexts.putIfAbsent(kept.size(), leastTexts) == null) {
        kept.writeTokenizer(written.file(leastTexts));
      }
    }
    return written;
  }

  private Path file(int least) {
    return folder.resolve("tokens-of-%d-texts.json".formatted(least));
  }

  Path[] files() {
    return leastTexts.values().stream().map(this::file).toArray(Path[]::new);
  }

  /** The least number of texts of the vocabulary with so many tokens. */
  OptionalInt leastTexts(OptionalInt tokens) {
    return tokens.isPresent()
        ? OptionalInt.of(Objects.requireNonNull(leastTexts.get(tokens.getAsInt())))
        : OptionalInt.empty();
  }

  /** Removes the tokenizers, and the folder unless there is something else in it. */
  @Override
  public void close() throws IOException {
    for (Path file : files()) {
      Files.deleteIfExists(file);
    }
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException e) {
      // What an earlier search left, which was ended from outside, may stay.
    }
  }
}
