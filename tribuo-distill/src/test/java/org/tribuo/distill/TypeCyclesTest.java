package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * No file of the library depends on itself by way of others: each can be read after those that it
 * depends on. A nested class counts as the class around it.
 */
@AnalyzeClasses(
    locations = ArchitectureTest.Library.class,
    importOptions = ArchitectureTest.WrittenByHand.class)
class TypeCyclesTest {
  /** Sets of types that have to know each other; each with its reason beside it. */
  private static final Set<Set<String>> DEFENDED = Set.of();

  @ArchTest
  static void typesHaveNoCycles(JavaClasses classes) {
    assertThat(new Components(dependencies(classes)).ofSeveralTypes())
        .as("types that depend on each other in a circle")
        .filteredOn(component -> !DEFENDED.contains(component))
        .isEmpty();
  }

  private static Map<String, Set<String>> dependencies(JavaClasses classes) {
    Map<String, Set<String>> dependencies = new TreeMap<>();
    for (JavaClass type : classes) {
      Set<String> known = dependencies.computeIfAbsent(file(type), name -> new TreeSet<>());
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (classes.contain(target.getName())) {
          known.add(file(target));
        }
      }
    }
    dependencies.forEach((name, known) -> known.remove(name));
    return dependencies;
  }

  private static String file(JavaClass type) {
    String name = type.getName();
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }

  /** Strongly connected components, by the algorithm of Tarjan (1972). */
  private static final class Components {
    private final Map<String, Set<String>> edges;
    private final Map<String, Integer> order = new HashMap<>();
    private final Map<String, Integer> lowest = new HashMap<>();
    private final Deque<String> open = new ArrayDeque<>();
    private final List<Set<String>> found = new ArrayList<>();

    Components(Map<String, Set<String>> edges) {
      this.edges = edges;
      edges.keySet().stream().filter(node -> !order.containsKey(node)).forEach(this::visit);
    }

    List<Set<String>> ofSeveralTypes() {
      return found.stream().filter(component -> component.size() > 1).toList();
    }

    private void visit(String node) {
      order.put(node, order.size());
      lowest.put(node, order.get(node));
      open.push(node);
      for (String next : edges.getOrDefault(node, Set.of())) {
        if (!order.containsKey(next)) {
          visit(next);
          lowest.merge(node, lowest.get(next), Math::min);
        } else if (open.contains(next)) {
          lowest.merge(node, order.get(next), Math::min);
        }
      }
      if (lowest.get(node).equals(order.get(node))) {
        Set<String> component = new TreeSet<>();
        String member;
        do {
          member = open.pop();
          component.add(member);
        } while (!member.equals(node));
        found.add(component);
      }
    }
  }
}
