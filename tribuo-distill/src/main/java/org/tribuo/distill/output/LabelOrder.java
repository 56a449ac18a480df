package org.tribuo.distill.output;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The names of the columns of a logits matrix, first column first. A model file does not say them,
 * and no two tools number labels alike, so they are stated and then mapped by name.
 *
 * @param names at least one; unique, none blank
 */
public record LabelOrder(List<String> names) {
  /** How many names an error message lists before it only counts. */
  private static final int LISTED = 10;

  /**
   * @throws IllegalArgumentException if there is no name, or one is blank or occurs twice
   */
  public LabelOrder {
    names = List.copyOf(names);
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          "The label order is empty, expected one name for each column of the logits");
    }
    Map<String, Integer> columns = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).isBlank()) {
        throw new IllegalArgumentException(
            "The label order has a blank name at column %d, expected a name for each column"
                .formatted(i));
      }
      Integer earlier = columns.put(names.get(i), i);
      if (earlier != null) {
        throw new IllegalArgumentException(
            "The label order names '%s' twice, at columns %d and %d; each column needs its own name"
                .formatted(names.get(i), earlier, i));
      }
    }
  }

  public static LabelOrder of(String... names) {
    return new LabelOrder(List.of(names));
  }

  /** The number of columns. */
  public int size() {
    return names.size();
  }

  /**
   * Where a student finds its columns in the logits of this teacher: {@code student.names().get(i)}
   * is column {@code columnsFor(student)[i]} here.
   *
   * @throws IllegalArgumentException if the two do not have the same set of names; the message
   *     lists those that are missing and those that are not expected
   */
  public int[] columnsFor(LabelOrder student) {
    Set<String> missing = new TreeSet<>(student.names);
    names.forEach(missing::remove);
    Set<String> unexpected = new TreeSet<>(names);
    student.names.forEach(unexpected::remove);
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
   * Where a student finds its columns.
   *
   * @param values whether they are the dimensions of a regression, of which this teacher may have
   *     more
   * @throws IllegalArgumentException as {@link #columnsFor} and {@link #columnsAmong}
   */
  public int[] columnsOf(LabelOrder student, boolean values) {
    return values ? columnsAmong(student) : columnsFor(student);
  }

  /**
   * As {@link #columnsFor}, where this teacher may have columns that the student lacks.
   *
   * @throws IllegalArgumentException if it does not have all of the student's; the message lists
   *     those that are missing
   */
  public int[] columnsAmong(LabelOrder student) {
    Set<String> missing = new TreeSet<>(student.names);
    names.forEach(missing::remove);
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "The teacher's %d columns %s do not have the student's %s; state the label order of the teacher with the names of the data"
              .formatted(size(), listed(names), listed(missing)));
    }
    return indices(student);
  }

  private int[] indices(LabelOrder student) {
    return student.names.stream().mapToInt(names::indexOf).toArray();
  }

  /** A few names in order, and how many more there are. */
  public static String listed(Collection<String> names) {
    List<String> shown = names.stream().limit(LISTED).toList();
    int more = names.size() - shown.size();
    return more == 0 ? shown.toString() : shown + " and %d more".formatted(more);
  }
}
