package org.tribuo.distill.generation;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import org.tribuo.distill.file.internal.Sha256;
import org.tribuo.distill.input.internal.text.TokenColumns;
import org.tribuo.distill.input.text.TextTokenizer;

/**
 * The tokens that a language model chooses the next one of, by their ids from 0. The column of a
 * token in the model's logits is its id; the name of the column has the id in six digits and the
 * token, such as {@code 000464 ĠThe}, so that names in order are ids in order, and another
 * vocabulary has other names. Immutable and safe for many threads.
 */
public final class Vocabulary implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The most tokens of a vocabulary. */
  public static final int MAX_SIZE = 1_000_000;

  private final List<String> names;
  private final String sha256;

  private Vocabulary(List<String> names) {
    this.names = List.copyOf(names);
    this.sha256 = Sha256.ofParts(this.names);
  }

  /**
   * The tokens of a tokenizer.
   *
   * @param tokenizer a {@code tokenizer.json}
   * @throws IOException if it cannot be read, or is not a tokenizer
   */
  public static Vocabulary of(Path tokenizer) throws IOException {
    return of(TextTokenizer.vocabulary(tokenizer));
  }

  /**
   * Some tokens.
   *
   * @param tokens in the order of their ids; an empty text where an id has none
   * @throws IllegalArgumentException if there are fewer than two, or more than {@link #MAX_SIZE}
   */
  public static Vocabulary of(List<String> tokens) {
    checkSize(tokens.size());
    List<String> names = new ArrayList<>(tokens.size());
    for (String token : tokens) {
      names.add(TokenColumns.name(names.size(), token));
    }
    return new Vocabulary(names);
  }

  /**
   * Tokens that have ids alone.
   *
   * @param size how many
   * @throws IllegalArgumentException as {@link #of(List)}
   */
  public static Vocabulary ofSize(int size) {
    return of(Collections.nCopies(size, ""));
  }

  /**
   * The vocabulary whose columns have some names.
   *
   * @throws IllegalArgumentException if they are not of the form that {@link #names} has
   */
  public static Vocabulary named(List<String> names) {
    checkSize(names.size());
    for (int id = 0; id < names.size(); id++) {
      String name = names.get(id);
      if (!TokenColumns.isName(name, id)) {
        throw new IllegalArgumentException(
            "Column %d of the logits is named '%s', expected '%s', optionally followed by a token"
                .formatted(id, name, TokenColumns.digits(id)));
      }
    }
    return new Vocabulary(names);
  }

  private static void checkSize(int size) {
    if (size < 2 || size > MAX_SIZE) {
      throw new IllegalArgumentException(
          "A vocabulary has %d tokens, expected 2 to %d".formatted(size, MAX_SIZE));
    }
  }

  /**
   * The same with further ids, as models have them whose tables are larger than their vocabulary.
   *
   * @param size of all
   * @throws IllegalArgumentException if it is smaller than this, or too large
   */
  public Vocabulary enlargedTo(int size) {
    checkSize(size);
    if (size < size()) {
      throw new IllegalArgumentException(
          "The vocabulary is to have %d tokens, expected at least the %d that the tokenizer has"
              .formatted(size, size()));
    }
    List<String> all = new ArrayList<>(names);
    while (all.size() < size) {
      all.add(TokenColumns.digits(all.size()));
    }
    return new Vocabulary(all);
  }

  /** How many ids there are. */
  public int size() {
    return names.size();
  }

  /** The names of the columns of the logits, in the order of the ids. */
  public List<String> names() {
    return names;
  }

  /**
   * A token as its tokenizer has it; empty where the id has none.
   *
   * @throws IndexOutOfBoundsException if there is no such id
   */
  public String token(int id) {
    return TokenColumns.token(names.get(id));
  }

  /** The id of a token; empty if there is none. */
  public OptionalInt id(String token) {
    for (int id = 0; id < names.size(); id++) {
      if (!token.isEmpty() && token(id).equals(token)) {
        return OptionalInt.of(id);
      }
    }
    return OptionalInt.empty();
  }

  /**
   * The id that the name of a column has.
   *
   * @throws IllegalArgumentException if there is no such column
   */
  public int idOfName(String name) {
    int id = Collections.binarySearch(names, name);
    if (id < 0) {
      throw new IllegalArgumentException(
          "'%s' is not a token of the vocabulary of %d, whose first is '%s'"
              .formatted(name, names.size(), names.get(0)));
    }
    return id;
  }

  /** The SHA-256 of all names. */
  public String sha256() {
    return sha256;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Vocabulary vocabulary && names.equals(vocabulary.names);
  }

  @Override
  public int hashCode() {
    return sha256.hashCode();
  }

  @Override
  public String toString() {
    return "Vocabulary(%d, %s)".formatted(names.size(), sha256.substring(0, 8));
  }
}
