package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No file of a module depends on itself by way of others: each can be read after those that it
 * depends on. Read are the sources, as the compiler puts constants of other classes in their place;
 * comments do not count. A nested class counts as the class around it.
 */
class TypeCyclesTest {
  private static final Pattern NO_CODE =
      Pattern.compile(
          "/\\*.*?\\*/|//[^\n]*|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\n])*\"|'(?:\\\\.|[^'\\\\])+'",
          Pattern.DOTALL);

  private static final Pattern IMPORT =
      Pattern.compile("^import (?:static )?(org\\.tribuo\\.distill\\.[\\w.]+);", Pattern.MULTILINE);

  /** A name with a capital letter that is no part of a longer one. */
  private static final Pattern TYPE = Pattern.compile("(?<![.\\w])[A-Z]\\w*");

  private static final String PACKAGE_INFO = "package-info";

  @ParameterizedTest
  @ValueSource(strings = {"tribuo-distill", "tribuo-distill-onednn", "examples"})
  void typesHaveNoCycles(String module) throws IOException {
    Map<String, Set<String>> dependencies =
        dependencies(sources(Path.of("..", module, "src/main/java")));
    assertThat(dependencies).hasSizeGreaterThan(20);
    assertThat(new Components(dependencies).ofSeveralTypes())
        .as("types that depend on each other in a circle")
        .isEmpty();
  }

  /** The code of each file, by the name of its type. */
  private static Map<String, String> sources(Path root) throws IOException {
    Map<String, String> sources = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        String path = root.relativize(file).toString().replace(".java", "");
        if (!path.endsWith(PACKAGE_INFO)) {
          sources.put(
              path.replaceAll("[/\\\\]", "."),
              NO_CODE.matcher(Files.readString(file)).replaceAll(" "));
        }
      }
    }
    return sources;
  }

  private static Map<String, Set<String>> dependencies(Map<String, String> sources) {
    Map<String, Set<String>> dependencies = new TreeMap<>();
    sources.forEach(
        (type, code) -> {
          Set<String> known = new TreeSet<>();
          IMPORT.matcher(code).results().forEach(found -> known.add(found.group(1)));
          String room = type.substring(0, type.lastIndexOf('.') + 1);
          TYPE.matcher(code).results().forEach(found -> known.add(room + found.group()));
          known.retainAll(sources.keySet());
          known.remove(type);
          dependencies.put(type, known);
        });
    return dependencies;
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
