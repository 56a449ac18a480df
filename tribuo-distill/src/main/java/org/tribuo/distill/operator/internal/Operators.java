package org.tribuo.distill.operator.internal;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.operator.Operator;

/** A table of operators. Immutable: a table with more operators is another table. */
public final class Operators {
  private final Map<String, Operator> byName;

  private Operators(Map<String, Operator> byName) {
    this.byName = Collections.unmodifiableMap(byName);
  }

  /**
   * A table of all operators of some families.
   *
   * @throws IllegalArgumentException if an operator has two entries
   */
  @SafeVarargs
  public static Operators of(List<Operator>... families) {
    Map<String, Operator> byName = new TreeMap<>();
    Arrays.stream(families)
        .flatMap(List::stream)
        .forEach(
            operator -> {
              if (byName.put(operator.name(), operator) != null) {
                throw new IllegalArgumentException(
                    "Operator '%s' has two entries".formatted(operator.name()));
              }
            });
    return new Operators(byName);
  }

  /**
   * This table and further operators; one that it has without a derivative gets that of the further
   * entry.
   *
   * @throws IllegalArgumentException if an operator is in the table already, with a derivative
   */
  public Operators with(List<Operator> more) {
    Map<String, Operator> merged = new TreeMap<>(byName);
    for (Operator operator : more) {
      Operator known = merged.get(operator.name());
      merged.put(operator.name(), known == null ? operator : known.withDerivativeOf(operator));
    }
    return new Operators(merged);
  }

  public Operators with(Operator... more) {
    return with(List.of(more));
  }

  /** The entry of a node's operator; one without any statement if the table has none. */
  public Operator of(Node node) {
    Operator known = byName.get(node.qualifiedOpType());
    return known == null ? Operator.operator(node.qualifiedOpType()) : known;
  }

  /** All operators, sorted by name. */
  public List<Operator> all() {
    return List.copyOf(byName.values());
  }

  /** The names of the operators that pass a test, sorted. */
  public SortedSet<String> names(Predicate<Operator> wanted) {
    SortedSet<String> names = new TreeSet<>();
    byName.values().stream().filter(wanted).map(Operator::name).forEach(names::add);
    return names;
  }
}
