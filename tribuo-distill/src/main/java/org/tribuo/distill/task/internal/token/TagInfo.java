package org.tribuo.distill.task.internal.token;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.oracle.labs.mlrg.olcut.util.Pair;
import java.util.Iterator;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.MutableOutputInfo;
import org.tribuo.OutputInfo;
import org.tribuo.classification.ImmutableLabelInfo;
import org.tribuo.classification.Label;
import org.tribuo.classification.MutableLabelInfo;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.task.token.TagSequence;
import org.tribuo.protos.core.OutputDomainProto;

/**
 * The labels that the tokens of some texts have: what Tribuo knows of labels, where an output of
 * the domain is a text of one token.
 */
public abstract class TagInfo<I extends OutputInfo<Label>> implements OutputInfo<TagSequence> {
  private static final long serialVersionUID = 1L;

  private static final int CURRENT_VERSION = 0;

  final I labels;

  private TagInfo(I labels) {
    this.labels = labels;
  }

  /** The labels of a domain that is being read. */
  static <I extends OutputInfo<Label>> I read(
      int version, String className, Any message, Class<I> type)
      throws InvalidProtocolBufferException {
    SavedComponents.checkVersion(version, className);
    return type.cast(OutputInfo.deserialize(message.unpack(OutputDomainProto.class)));
  }

  @Override
  public OutputDomainProto serialize() {
    return OutputDomainProto.newBuilder()
        .setVersion(CURRENT_VERSION)
        .setClassName(getClass().getName())
        .setSerializedData(Any.pack(labels.serialize()))
        .build();
  }

  @Override
  public Set<TagSequence> getDomain() {
    return labels.getDomain().stream().map(TagSequence::of).collect(Collectors.toSet());
  }

  @Override
  public int size() {
    return labels.size();
  }

  @Override
  public int getUnknownCount() {
    return labels.getUnknownCount();
  }

  @Override
  public String toReadableString() {
    return labels.toReadableString();
  }

  @Override
  public Iterable<Pair<String, Long>> outputCountsIterable() {
    return labels.outputCountsIterable();
  }

  @Override
  public boolean equals(Object other) {
    return other != null
        && getClass() == other.getClass()
        && labels.equals(((TagInfo<?>) other).labels);
  }

  @Override
  public int hashCode() {
    return labels.hashCode();
  }

  @Override
  public String toString() {
    return labels.toString();
  }

  /** Counts the labels of tokens. Not safe for several threads. */
  public static final class Mutable extends TagInfo<MutableLabelInfo>
      implements MutableOutputInfo<TagSequence> {
    private static final long serialVersionUID = 1L;

    Mutable(MutableLabelInfo labels) {
      super(labels);
    }

    /** Reads what was saved; Tribuo calls this by name. */
    public static Mutable deserializeFromProto(int version, String className, Any message)
        throws InvalidProtocolBufferException {
      return new Mutable(read(version, className, message, MutableLabelInfo.class));
    }

    @Override
    public void observe(TagSequence output) {
      output.labels().values().forEach(labels::observe);
    }

    @Override
    public void clear() {
      labels.clear();
    }

    @Override
    public Immutable generateImmutableOutputInfo() {
      return new Immutable(labels);
    }

    @Override
    public Mutable generateMutableOutputInfo() {
      return copy();
    }

    @Override
    public Mutable copy() {
      return new Mutable(labels.copy());
    }
  }

  /** The labels that tokens may have, with their numbers. */
  public static final class Immutable extends TagInfo<ImmutableLabelInfo>
      implements ImmutableOutputInfo<TagSequence> {
    private static final long serialVersionUID = 1L;

    Immutable(OutputInfo<Label> labels) {
      super((ImmutableLabelInfo) labels.generateImmutableOutputInfo());
    }

    /** Reads what was saved; Tribuo calls this by name. */
    public static Immutable deserializeFromProto(int version, String className, Any message)
        throws InvalidProtocolBufferException {
      return new Immutable(read(version, className, message, ImmutableLabelInfo.class));
    }

    /** The labels alone. */
    public ImmutableLabelInfo labels() {
      return labels;
    }

    /**
     * The number of a label.
     *
     * @param output has labels of that name alone
     * @return -1 if there is no such label
     */
    @Override
    public int getID(TagSequence output) {
      return labels.getID(output.labels().get(output.labels().firstKey()));
    }

    @Override
    public TagSequence getOutput(int id) {
      return TagSequence.of(labels.getOutput(id));
    }

    @Override
    public long getTotalObservations() {
      return labels.getTotalObservations();
    }

    @Override
    public Iterator<Pair<Integer, TagSequence>> iterator() {
      return StreamSupport.stream(labels.spliterator(), false)
          .map(each -> new Pair<>(each.getA(), TagSequence.of(each.getB())))
          .iterator();
    }

    @Override
    public Immutable generateImmutableOutputInfo() {
      return copy();
    }

    @Override
    public Mutable generateMutableOutputInfo() {
      return new Mutable((MutableLabelInfo) labels.generateMutableOutputInfo());
    }

    @Override
    public Immutable copy() {
      return new Immutable(labels.copy());
    }
  }
}
