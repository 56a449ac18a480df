package org.tribuo.distill.task.internal;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.tribuo.distill.internal.component.ExampleException;

/**
 * The names of the columns of a logits matrix, first column first. A model file does not say them,
 * and no two tools number labels alike, so they are stated and then mapped by name. Immutable.
 */
public final class LabelOrder {
  /** How many names an error message lists before it only counts. */
  private static final int LISTED = 10;

  private final List<String> names;
  private final Map<String, Integer> columns;

  /**
   * @param names at least one; unique, none blank
   * @throws IllegalArgumentException if there is no name, or one is blank or occurs twice
   */
  public LabelOrder(Collection<String> names) {
    this.names = List.copyOf(names);
    this.columns = new HashMap<>();
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          "The label order is empty, expected one name for each column of the logits");
    }
    for (int i = 0; i < names.size(); i++) {
      String name = this.names.get(i);
      if (name.isBlank()) {
        throw new IllegalArgumentException(
            "The label order has a blank name at column %d, expected a name for each column"
                .formatted(i));
      }
      Integer earlier = columns.put(name, i);
      if (earlier != null) {
        throw new IllegalArgumentException(
            "The label order names '%s' twice, at columns %d and %d; each column needs its own name"
                .formatted(name, earlier, i));
      }
    }
  }

  public static LabelOrder of(String... names) {
    return new LabelOrder(List.of(names));
  }

  /**
   * Columns that have numbers, from 0: each name has as many digits as the last, so that names in
   * order are numbers in order.
   *
   * @param columns 1 or more
   */
  public static LabelOrder numbered(int columns) {
    int digits = Integer.toString(columns - 1).length();
    String format = "%0" + digits + "d";
    return new LabelOrder(
        IntStream.range(0, columns)
            .mapToObj(column -> String.format(Locale.ROOT, format, column))
            .toList());
  }

  /** The names, first column first. */
  public List<String> names() {
    return names;
  }

  /** The number of columns. */
  public int size() {
    return names.size();
  }

  /**
   * The column of a name.
   *
   * @param example which example has it, for the message
   * @throws IllegalArgumentException if no column has that name
   */
  public int column(String name, int example) {
    Integer column = columns.get(name);
    if (column == null) {
      throw new ExampleException(
          example, "has the label '%s', expected one of %s".formatted(name, names));
    }
    return column;
  }

  /**
   * Where a student finds its columns in the logits of this teacher: {@code student.names().get(i)}
   * is column {@code columnsFor(student)[i]} here.
   *
   * @throws IllegalArgumentException if the two do not have the same set of names; the message
   *     lists those that are missing and those that are not expected
   */
  public int[] columnsFor(LabelOrder student) {
    Set<String> missing = missing(student);
    Set<String> unexpected = student.missing(this);
    if (!missing.isEmpty() || !unexpected.isEmpty()) {
      throw new IllegalArgumentException(
          "The teacher's %d labels do not fit the student's %d: missing in the teacher %s, unknown to"
                  .formatted(size(), student.size(), listed(missing))
              + " the student %s; state the label order of the teacher with the names of the data"
                  .formatted(listed(unexpected)));
    }
    return indices(student);
  }

  /**
   * As {@link #columnsFor}, where this teacher may have columns that the student lacks.
   *
   * @throws IllegalArgumentException if it does not have all of the student's; the message lists
   *     those that are missing
   */
  public int[] columnsAmong(LabelOrder student) {
    Set<String> missing = missing(student);
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "The teacher's %d columns %s do not have the student's %s; state the label order of the teacher with the names of the data"
              .formatted(size(), listed(names), listed(missing)));
    }
    return indices(student);
  }

  /**
   * Checks that a student has the columns of this teacher, in the same order.
   *
   * @param does what the teacher does with how many, such as {@code ranks %d items}
   * @param otherwise why both must have the same, and what to do
   * @throws IllegalArgumentException if they differ; the message lists what one alone has
   */
  public void checkSame(LabelOrder student, String does, String otherwise) {
    if (!names.equals(student.names)) {
      throw new IllegalArgumentException(
          "The teacher %s and the student %d; in the teacher alone are %s, in the student alone %s: %s"
              .formatted(
                  does.formatted(size()),
                  student.size(),
                  listed(student.missing(this)),
                  listed(missing(student)),
                  otherwise));
    }
  }

  /** What another order has and this one lacks, sorted. */
  private Set<String> missing(LabelOrder other) {
    Set<String> missing = new TreeSet<>(other.names);
    missing.removeAll(columns.keySet());
    return missing;
  }

  private int[] indices(LabelOrder student) {
    return student.names.stream().mapToInt(columns::get).toArray();
  }

  /** A few names in order, and how many more there are. */
  public static String listed(Collection<String> names) {
    List<String> shown = names.stream().limit(LISTED).toList();
    int more = names.size() - shown.size();
    return more == 0 ? shown.toString() : shown + " and %d more".formatted(more);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LabelOrder order && names.equals(order.names);
  }

  @Override
  public int hashCode() {
    return names.hashCode();
  }

  /** The first names, and how many more there are. */
  @Override
  public String toString() {
    return listed(names);
  }
}
