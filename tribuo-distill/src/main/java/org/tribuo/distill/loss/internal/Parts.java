package org.tribuo.distill.loss.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/** What the parts of a term come to, by the names under which they are reported. */
public final class Parts {
  private final String name;
  private final Map<String, List<Value>> values;
  private final Set<String> ofLabelled;

  private Parts(String name, Map<String, List<Value>> values, Set<String> ofLabelled) {
    this.name = name;
    this.values = values;
    this.ofLabelled = ofLabelled;
  }

  /** Of a term: none yet. */
  static Parts ofTerm(String term) {
    return new Parts(term, new LinkedHashMap<>(), new HashSet<>());
  }

  /** Those of one of the parts, which may have parts of its own. */
  public Parts of(String part) {
    return new Parts("%s.%s".formatted(name, part), values, ofLabelled);
  }

  /** Keeps what a part comes to in one group of rows. */
  public Value report(Value value) {
    values.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
    return value;
  }

  /** States that this part is scaled as a mean over the labelled rows. */
  public void markOfLabelled() {
    ofLabelled.add(name);
  }

  /** The names of the parts that are {@linkplain #markOfLabelled marked}. */
  Set<String> ofLabelled() {
    return Set.copyOf(ofLabelled);
  }

  /** What each part comes to: the mean over the groups of rows. */
  Map<String, Value> means(Ops op) {
    Map<String, Value> means = new LinkedHashMap<>();
    values.forEach((part, ofGroups) -> means.put(part, mean(op, ofGroups)));
    return means;
  }

  /** The mean of scalars. */
  static Value mean(Ops op, List<Value> scalars) {
    return op.div(scalars.stream().reduce(op::add).orElseThrow(), scalars.size());
  }
}
