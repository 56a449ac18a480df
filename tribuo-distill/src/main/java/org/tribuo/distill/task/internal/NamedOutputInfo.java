package org.tribuo.distill.task.internal;

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
import org.tribuo.Output;
import org.tribuo.OutputInfo;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.internal.protos.NamedOutputInfoProto;
import org.tribuo.protos.core.OutputDomainProto;

/**
 * How often each of some outputs was observed that have names, and how often an output is not
 * known. All of them belong to the domain, those that were never observed too; the number of an
 * output is that of its name in order, from 0. What Tribuo wants of a domain that is being counted,
 * and of one that was, is the same but for their types: both extend this.
 *
 * @param <T> the outputs
 */
public abstract class NamedOutputInfo<T extends Output<T>> implements OutputInfo<T> {
  private static final long serialVersionUID = 1L;

  private static final int CURRENT_VERSION = 0;

  private final List<String> names;
  private final long[] counts;
  private int unknown;

  /**
   * What a domain knows.
   *
   * @param names of the outputs, in order
   * @param counts how often each was observed
   * @param unknown how often an output is not known
   */
  public record State(List<String> names, long[] counts, int unknown) {
    /**
     * @throws IllegalArgumentException unless there is a count for each name
     */
    public State {
      if (counts.length != names.size()) {
        throw new IllegalArgumentException(
            "There are %d counts of %d outputs, expected the same number"
                .formatted(counts.length, names.size()));
      }
    }

    /** Nothing is observed yet. */
    public static State of(List<String> names) {
      return new State(names, new long[names.size()], 0);
    }

    /** What was saved. */
    public static State read(int version, String className, Any message)
        throws InvalidProtocolBufferException {
      SavedComponents.checkVersion(version, className);
      NamedOutputInfoProto kept = message.unpack(NamedOutputInfoProto.class);
      return new State(
          kept.getNamesList(),
          kept.getCountsList().stream().mapToLong(Long::longValue).toArray(),
          kept.getUnknown());
    }
  }

  /** A domain that goes on counting its own copy of a state. */
  protected NamedOutputInfo(State state) {
    this.names = List.copyOf(state.names());
    this.counts = state.counts().clone();
    this.unknown = state.unknown();
  }

  /** The output of a name. */
  protected abstract T output(String name);

  /** What is known now. */
  protected final State state() {
    return new State(names, counts, unknown);
  }

  /** Counts an output by its number. */
  protected final void count(int number) {
    counts[number]++;
  }

  /** Counts an output that is not known. */
  protected final void countUnknown() {
    unknown++;
  }

  /** Forgets what was counted. */
  public void clear() {
    Arrays.fill(counts, 0);
    unknown = 0;
  }

  /** The names of all outputs, in order. */
  public List<String> names() {
    return names;
  }

  @Override
  public OutputDomainProto serialize() {
    NamedOutputInfoProto kept =
        NamedOutputInfoProto.newBuilder()
            .addAllNames(names)
            .addAllCounts(LongStream.of(counts).boxed().toList())
            .setUnknown(unknown)
            .build();
    return OutputDomainProto.newBuilder()
        .setVersion(CURRENT_VERSION)
        .setClassName(getClass().getName())
        .setSerializedData(Any.pack(kept))
        .build();
  }

  @Override
  public Set<T> getDomain() {
    return names.stream().map(this::output).collect(Collectors.toCollection(LinkedHashSet::new));
  }

  @Override
  public int size() {
    return names.size();
  }

  @Override
  public int getUnknownCount() {
    return unknown;
  }

  @Override
  public Iterable<Pair<String, Long>> outputCountsIterable() {
    return IntStream.range(0, counts.length)
        .mapToObj(i -> new Pair<>(names.get(i), counts[i]))
        .toList();
  }

  /** The output of a number; null if there is none. */
  public @Nullable T getOutput(int id) {
    return id >= 0 && id < names.size() ? output(names.get(id)) : null;
  }

  /** How often any output was observed. */
  public long getTotalObservations() {
    return LongStream.of(counts).sum();
  }

  /** All outputs with their numbers. */
  public Iterator<Pair<Integer, T>> iterator() {
    List<Pair<Integer, T>> all = new ArrayList<>();
    names.forEach(name -> all.add(new Pair<>(all.size(), output(name))));
    return all.iterator();
  }

  @Override
  public String toReadableString() {
    long observed = LongStream.of(counts).filter(count -> count > 0).count();
    return "{outputs=%d, observed=%d, times=%d}"
        .formatted(names.size(), observed, getTotalObservations());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NamedOutputInfo<?> info
        && getClass() == other.getClass()
        && names.equals(info.names)
        && Arrays.equals(counts, info.counts)
        && unknown == info.unknown;
  }

  @Override
  public int hashCode() {
    return Objects.hash(names, Arrays.hashCode(counts), unknown);
  }

  @Override
  public String toString() {
    return toReadableString();
  }
}
