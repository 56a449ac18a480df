package org.tribuo.distill.autodiff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tribuo.distill.graph.Node;

/**
 * What is known of the derivative of each operator. An operator has a gradient rule, or is flat by
 * definition, or is not in the table, which is an error as soon as a gradient would have to pass
 * it. Immutable; a table with more rules is another table.
 */
public final class RuleTable {
  /** An operator of the table. */
  public sealed interface Entry {
    /** The operator, with its domain where it is not ONNX's own ({@code com.microsoft::Gelu}). */
    String operator();

    /** What shape the values have that the rule returns. */
    enum Shapes {
      /** Each gradient has the shape of its input. */
      OF_INPUTS,
      /** Each gradient has the shape of the output; the walk sums it to that of its input. */
      OF_OUTPUT,
      /** A gradient may have more or larger axes than its input; the walk sums them. */
      BROADCAST
    }

    /**
     * An operator with a gradient rule.
     *
     * @param quantizes whether the integers of its output stand for floats, whose gradient the rule
     *     is given
     */
    record Rule(String operator, Shapes shapes, GradientRule gradient, boolean quantizes)
        implements Entry {
      public Rule(String operator, Shapes shapes, GradientRule gradient) {
        this(operator, shapes, gradient, false);
      }
    }

    /** An operator whose derivative is zero wherever it exists. */
    record Flat(String operator) implements Entry {}
  }

  private final Map<String, Entry> entries;

  private RuleTable(Map<String, Entry> entries) {
    this.entries = Collections.unmodifiableMap(entries);
  }

  /** A table of all entries of some lists. */
  @SafeVarargs
  public static RuleTable of(List<Entry>... groups) {
    return new RuleTable(Map.of()).with(Arrays.stream(groups).flatMap(List::stream).toList());
  }

  /**
   * This table and further entries.
   *
   * @throws IllegalArgumentException if an operator has an entry already
   */
  public RuleTable with(List<Entry> more) {
    Map<String, Entry> merged = new TreeMap<>(entries);
    for (Entry entry : more) {
      if (merged.put(entry.operator(), entry) != null) {
        throw new IllegalArgumentException(
            "Operator '%s' is in the table already".formatted(entry.operator()));
      }
    }
    return new RuleTable(merged);
  }

  public RuleTable with(Entry... more) {
    return with(List.of(more));
  }

  /** The entry for a node's operator. */
  public Optional<Entry> find(Node node) {
    return Optional.ofNullable(entries.get(node.qualifiedOpType()));
  }

  /** All entries, sorted by operator. */
  public List<Entry> entries() {
    return new ArrayList<>(entries.values());
  }

  /** The operators that have a gradient rule, sorted. */
  public SortedSet<String> differentiable() {
    SortedSet<String> names = new TreeSet<>();
    entries.forEach(
        (name, entry) -> {
          if (entry instanceof Entry.Rule) {
            names.add(name);
          }
        });
    return names;
  }

  /** A rule whose gradients have the shapes of the inputs. */
  public static Entry rule(String operator, GradientRule gradient) {
    return new Entry.Rule(operator, Entry.Shapes.OF_INPUTS, gradient);
  }

  /** A rule of an element-wise operator: gradients in the shape of the output. */
  public static Entry elementwise(String operator, GradientRule gradient) {
    return new Entry.Rule(operator, Entry.Shapes.OF_OUTPUT, gradient);
  }

  /** A rule of an operator that broadcasts some of its axes. */
  public static Entry broadcasting(String operator, GradientRule gradient) {
    return new Entry.Rule(operator, Entry.Shapes.BROADCAST, gradient);
  }

  /**
   * A rule of an operator that rounds floats to integers, which passes a gradient on as if it did
   * not round.
   */
  public static Entry quantizing(String operator, GradientRule gradient) {
    return new Entry.Rule(operator, Entry.Shapes.BROADCAST, gradient, true);
  }

  /** Operators that are flat wherever they have a derivative. */
  public static List<Entry> flat(String... operators) {
    return Arrays.stream(operators).<Entry>map(Entry.Flat::new).toList();
  }
}
