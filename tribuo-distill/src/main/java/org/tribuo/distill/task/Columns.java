package org.tribuo.distill.task;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The names of the columns of the logits, each found by its name. */
final class Columns {
  private final List<String> names;
  private final Map<String, Integer> columns;

  private Columns(List<String> names) {
    this.names = List.copyOf(names);
    this.columns = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      Integer earlier = columns.putIfAbsent(names.get(i), i);
      if (earlier != null) {
        throw new IllegalArgumentException(
            "The label order has '%s' at columns %d and %d, expected each name once"
                .formatted(names.get(i), earlier, i));
      }
    }
  }

  /** The columns of a fresh head: sorted by name. */
  static Columns sorted(Collection<String> known) {
    return matched(known, new ArrayList<>(new TreeSet<>(known)));
  }

  /** The columns in a stated order, if it has the names that the data has. */
  static Columns matched(Collection<String> known, List<String> order) {
    if (known.isEmpty()) {
      throw new IllegalArgumentException(
          "The dataset has no labelled example, so nothing is known to be predicted; %s"
              .formatted("label at least some of the examples"));
    }
    Set<String> missing = new TreeSet<>(known);
    order.forEach(missing::remove);
    Set<String> unexpected = new TreeSet<>(order);
    unexpected.removeAll(known);
    if (!missing.isEmpty() || !unexpected.isEmpty()) {
      throw new IllegalArgumentException(
          "The label order of %d names does not match the %d of the dataset: missing %s, unexpected %s"
              .formatted(order.size(), known.size(), missing, unexpected));
    }
    return new Columns(order);
  }

  List<String> names() {
    return names;
  }

  int width() {
    return names.size();
  }

  /**
   * The column of a name.
   *
   * @param example which example has it, for the message
   * @throws IllegalArgumentException if no column has that name
   */
  int of(String name, int example) {
    Integer column = columns.get(name);
    if (column == null) {
      throw new IllegalArgumentException(
          "Example %d has the label '%s', expected one of %s".formatted(example, name, names));
    }
    return column;
  }
}
