package org.tribuo.distill.student.internal;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.transformer.internal.cut.ChannelGroup;
import org.tribuo.distill.transformer.internal.cut.ChannelGroup.Kind;
import org.tribuo.distill.transformer.internal.cut.ChannelGroups;

/**
 * A Transformer that becomes narrower.
 *
 * @param groups its channels
 * @param kept how many stay of each group, where not all do
 */
public record Narrowing(ChannelGroups groups, Map<ChannelGroup, Integer> kept) {
  /**
   * The channels of a Transformer and what is to stay of them.
   *
   * @param size of what stays of a group, from 1 to its {@link ChannelGroup#size}, a multiple of
   *     what goes {@link ChannelGroup#together}
   * @throws org.tribuo.distill.graph.GraphException if there are none of a kind, or they cannot be
   *     taken out
   */
  public static Narrowing of(ChannelGroups groups, Map<Kind, ToIntFunction<ChannelGroup>> size) {
    Map<ChannelGroup, Integer> kept = new LinkedHashMap<>();
    size.forEach(
        (kind, ofGroup) -> {
          for (ChannelGroup group : groups.of(kind)) {
            kept.put(group, ofGroup.applyAsInt(group));
          }
        });
    kept.entrySet().removeIf(entry -> entry.getValue() == entry.getKey().size());
    return new Narrowing(groups, kept);
  }

  /**
   * The graph as it was exported, with the most important channels.
   *
   * @param sample decides which those are; empty for the weights alone
   * @throws org.tribuo.distill.graph.GraphException if the graph computes a size in a way that is
   *     not understood
   */
  public Graph apply(Optional<ExampleInputs<?>> sample) {
    ChannelImportance importance =
        ChannelImportance.of(groups.normalized(), List.copyOf(kept.keySet()), sample);
    Set<Integer> removed = new HashSet<>();
    kept.forEach(
        (group, size) -> {
          removed.addAll(group.channels());
          importance.strongest(group, size / group.together()).forEach(removed::remove);
        });
    return groups.without(removed);
  }

  /** What stays, for a person: {@code width 192 of 384, heads 6 of 12, inner width 768 of 1536}. */
  @Override
  public String toString() {
    Map<Kind, Set<String>> sizes = new EnumMap<>(Kind.class);
    kept.forEach(
        (group, size) ->
            sizes
                .computeIfAbsent(group.kind(), kind -> new LinkedHashSet<>())
                .add("%d of %d".formatted(size, group.size())));
    List<String> parts = new ArrayList<>();
    sizes.forEach((kind, ofGroups) -> parts.add(kind + " " + String.join(" and ", ofGroups)));
    return String.join(", ", parts);
  }
}
