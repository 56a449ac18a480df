package org.tribuo.distill.recommendation.internal;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.oracle.labs.mlrg.olcut.util.Pair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.MutableOutputInfo;
import org.tribuo.OutputInfo;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.internal.protos.ItemsProto;
import org.tribuo.distill.internal.protos.NextItemInfoProto;
import org.tribuo.distill.recommendation.Items;
import org.tribuo.distill.recommendation.NextItem;
import org.tribuo.protos.core.OutputDomainProto;

/**
 * How often each of some items came next, and how often it is not known what did. All items belong
 * to the domain, those that never came next too; the number of an output is that of its item, from
 * 0.
 */
public abstract class NextItemInfo implements OutputInfo<NextItem> {
  private static final long serialVersionUID = 1L;

  private static final int CURRENT_VERSION = 0;
  private static final int NO_NUMBER = -1;

  final Items items;
  final long[] counts;
  int unknown;

  private NextItemInfo(Items items, long[] counts, int unknown) {
    this.items = items;
    this.counts = counts.clone();
    this.unknown = unknown;
    if (counts.length != items.size()) {
      throw new IllegalArgumentException(
          "There are %d counts of %d items, expected as many"
              .formatted(counts.length, items.size()));
    }
  }

  /** Nothing is observed yet. */
  public static Mutable of(Items items) {
    return new Mutable(items, new long[items.size()], 0);
  }

  private static NextItemInfoProto read(int version, String className, Any message)
      throws InvalidProtocolBufferException {
    SavedComponents.checkVersion(version, className);
    return message.unpack(NextItemInfoProto.class);
  }

  private static Items items(NextItemInfoProto kept) {
    return Items.of(kept.getItems().getNamesList());
  }

  private static long[] counts(NextItemInfoProto kept) {
    return kept.getCountsList().stream().mapToLong(Long::longValue).toArray();
  }

  @Override
  public OutputDomainProto serialize() {
    NextItemInfoProto kept =
        NextItemInfoProto.newBuilder()
            .setItems(ItemsProto.newBuilder().addAllNames(items.names()))
            .addAllCounts(LongStream.of(counts).boxed().toList())
            .setUnknown(unknown)
            .build();
    return OutputDomainProto.newBuilder()
        .setVersion(CURRENT_VERSION)
        .setClassName(getClass().getName())
        .setSerializedData(Any.pack(kept))
        .build();
  }

  /** The items. */
  public Items items() {
    return items;
  }

  @Override
  public Set<NextItem> getDomain() {
    return items.names().stream()
        .map(NextItem::of)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  @Override
  public int size() {
    return items.size();
  }

  @Override
  public int getUnknownCount() {
    return unknown;
  }

  @Override
  public Iterable<Pair<String, Long>> outputCountsIterable() {
    return IntStream.range(0, counts.length)
        .mapToObj(i -> new Pair<>(items.names().get(i), counts[i]))
        .toList();
  }

  @Override
  public Immutable generateImmutableOutputInfo() {
    return new Immutable(items, counts, unknown);
  }

  @Override
  public Mutable generateMutableOutputInfo() {
    return new Mutable(items, counts, unknown);
  }

  @Override
  public String toReadableString() {
    long observed = LongStream.of(counts).filter(count -> count > 0).count();
    return "{items=%d, observed=%d, times=%d}"
        .formatted(items.size(), observed, LongStream.of(counts).sum());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NextItemInfo info
        && getClass() == other.getClass()
        && items.equals(info.items)
        && Arrays.equals(counts, info.counts)
        && unknown == info.unknown;
  }

  @Override
  public int hashCode() {
    return Objects.hash(items, Arrays.hashCode(counts), unknown);
  }

  @Override
  public String toString() {
    return toReadableString();
  }

  /** Counts what comes next. Not safe for several threads. */
  public static final class Mutable extends NextItemInfo implements MutableOutputInfo<NextItem> {
    private static final long serialVersionUID = 1L;

    private Mutable(Items items, long[] counts, int unknown) {
      super(items, counts, unknown);
    }

    /** Reads what was saved; Tribuo calls this by name. */
    public static Mutable deserializeFromProto(int version, String className, Any message)
        throws InvalidProtocolBufferException {
      NextItemInfoProto kept = read(version, className, message);
      return new Mutable(NextItemInfo.items(kept), NextItemInfo.counts(kept), kept.getUnknown());
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if it is none of the items
     */
    @Override
    public void observe(NextItem output) {
      if (output.isKnown()) {
        counts[items.number(output.item()) - 1]++;
      } else {
        unknown++;
      }
    }

    @Override
    public void clear() {
      Arrays.fill(counts, 0);
      unknown = 0;
    }

    @Override
    public Mutable copy() {
      return generateMutableOutputInfo();
    }
  }

  /** What was counted. */
  public static final class Immutable extends NextItemInfo
      implements ImmutableOutputInfo<NextItem> {
    private static final long serialVersionUID = 1L;

    private Immutable(Items items, long[] counts, int unknown) {
      super(items, counts, unknown);
    }

    /** Reads what was saved; Tribuo calls this by name. */
    public static Immutable deserializeFromProto(int version, String className, Any message)
        throws InvalidProtocolBufferException {
      NextItemInfoProto kept = read(version, className, message);
      return new Immutable(NextItemInfo.items(kept), NextItemInfo.counts(kept), kept.getUnknown());
    }

    @Override
    public int getID(NextItem output) {
      return items.contains(output.item()) ? items.number(output.item()) - 1 : NO_NUMBER;
    }

    @Override
    public @Nullable NextItem getOutput(int id) {
      return id >= 0 && id < items.size() ? NextItem.of(items.names().get(id)) : null;
    }

    @Override
    public long getTotalObservations() {
      return LongStream.of(counts).sum();
    }

    @Override
    public Iterator<Pair<Integer, NextItem>> iterator() {
      List<Pair<Integer, NextItem>> all = new ArrayList<>();
      items.names().forEach(name -> all.add(new Pair<>(all.size(), NextItem.of(name))));
      return all.iterator();
    }

    @Override
    public Immutable copy() {
      return generateImmutableOutputInfo();
    }
  }
}
