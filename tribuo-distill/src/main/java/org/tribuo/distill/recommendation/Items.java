package org.tribuo.distill.recommendation;

import java.io.Serializable;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import org.tribuo.Example;
import org.tribuo.distill.file.internal.Sha256;
import org.tribuo.distill.input.internal.item.ItemHistory;

/**
 * All items that a model ranks. Their numbers are those of their names in the order of {@link
 * String#compareTo}, from 1; 0 is no item. An item has another number among other items, so all
 * examples of a model are made with the same. Immutable and safe for many threads.
 */
public final class Items implements Serializable {
  private static final long serialVersionUID = 1L;

  /** How many hexadecimal digits of a SHA-256 tell items from others in the names of features. */
  private static final int DOMAIN_DIGITS = 8;

  private final List<String> names;
  private final String sha256;

  private Items(Collection<String> names) {
    this.names = List.copyOf(new TreeSet<>(names));
    if (this.names.size() != names.size() || this.names.contains("")) {
      throw new IllegalArgumentException(
          "Of %d names of items %d differ, and %s is empty; expected names that do"
              .formatted(
                  names.size(), this.names.size(), this.names.contains("") ? "one" : "none"));
    }
    this.sha256 = Sha256.ofParts(this.names);
  }

  /**
   * Some items.
   *
   * @param names in any order
   * @throws IllegalArgumentException if a name is empty or occurs twice
   */
  public static Items of(Collection<String> names) {
    return new Items(names);
  }

  /** The names in the order of their numbers: that of number 1 first. */
  public List<String> names() {
    return names;
  }

  /** How many there are. */
  public int size() {
    return names.size();
  }

  /** Whether there is an item of a name. */
  public boolean contains(String name) {
    return Collections.binarySearch(names, name) >= 0;
  }

  /**
   * The number of an item, from 1.
   *
   * @throws IllegalArgumentException if there is no such item
   */
  public int number(String name) {
    int index = Collections.binarySearch(names, name);
    if (index < 0) {
      throw new IllegalArgumentException(
          "There is no item '%s' among the %d that are ranked, such as '%s'"
              .formatted(name, names.size(), names.isEmpty() ? "" : names.get(0)));
    }
    return index + 1;
  }

  /**
   * A history as an example.
   *
   * @param history the names of its items, the oldest first; at least one
   * @param next what comes after it
   * @throws IllegalArgumentException if it has no item, or one that is none of these
   */
  public Example<NextItem> toExample(List<String> history, NextItem next) {
    int[] numbers = history.stream().mapToInt(this::number).toArray();
    return new ItemHistory(domain(), numbers).toExample(next);
  }

  /** What tells these items from others in the names of features: eight hexadecimal digits. */
  public String domain() {
    return sha256.substring(0, DOMAIN_DIGITS);
  }

  /** The SHA-256 of all names. */
  public String sha256() {
    return sha256;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Items items && names.equals(items.names);
  }

  @Override
  public int hashCode() {
    return sha256.hashCode();
  }

  @Override
  public String toString() {
    return "Items(%d, %s)".formatted(names.size(), domain());
  }
}
