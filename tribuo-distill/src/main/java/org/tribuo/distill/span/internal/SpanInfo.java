package org.tribuo.distill.span.internal;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.oracle.labs.mlrg.olcut.util.Pair;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.MutableOutputInfo;
import org.tribuo.OutputInfo;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.internal.protos.SpanInfoProto;
import org.tribuo.distill.span.Span;
import org.tribuo.protos.core.OutputDomainProto;

/**
 * How many questions have an answer, how many have none, and of how many it is not known. Answers
 * are places in contexts, of which there is no list: the domain has a single output, that there is
 * no answer, whose number is 0.
 */
public abstract class SpanInfo implements OutputInfo<Span> {
  private static final long serialVersionUID = 1L;

  private static final int CURRENT_VERSION = 0;
  private static final int NO_ANSWER = 0;
  private static final int NO_NUMBER = -1;

  long answers;
  long noAnswers;
  int unknown;

  private SpanInfo(long answers, long noAnswers, int unknown) {
    this.answers = answers;
    this.noAnswers = noAnswers;
    this.unknown = unknown;
  }

  /** Nothing is observed yet. */
  public static Mutable mutable() {
    return new Mutable(0, 0, 0);
  }

  private static SpanInfoProto read(int version, String className, Any message)
      throws InvalidProtocolBufferException {
    SavedComponents.checkVersion(version, className);
    return message.unpack(SpanInfoProto.class);
  }

  @Override
  public OutputDomainProto serialize() {
    SpanInfoProto kept =
        SpanInfoProto.newBuilder()
            .setAnswers(answers)
            .setNoAnswers(noAnswers)
            .setUnknown(unknown)
            .build();
    return OutputDomainProto.newBuilder()
        .setVersion(CURRENT_VERSION)
        .setClassName(getClass().getName())
        .setSerializedData(Any.pack(kept))
        .build();
  }

  @Override
  public Set<Span> getDomain() {
    return Set.of(Span.noAnswer());
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public int getUnknownCount() {
    return unknown;
  }

  @Override
  public Iterable<Pair<String, Long>> outputCountsIterable() {
    return List.of(new Pair<>(Span.ANSWER, answers), new Pair<>(Span.NO_ANSWER, noAnswers));
  }

  @Override
  public Immutable generateImmutableOutputInfo() {
    return new Immutable(answers, noAnswers, unknown);
  }

  @Override
  public Mutable generateMutableOutputInfo() {
    return new Mutable(answers, noAnswers, unknown);
  }

  @Override
  public String toReadableString() {
    return "{%s=%d, %s=%d}".formatted(Span.ANSWER, answers, Span.NO_ANSWER, noAnswers);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SpanInfo info
        && getClass() == other.getClass()
        && answers == info.answers
        && noAnswers == info.noAnswers
        && unknown == info.unknown;
  }

  @Override
  public int hashCode() {
    return Objects.hash(answers, noAnswers, unknown);
  }

  @Override
  public String toString() {
    return toReadableString();
  }

  /** Counts answers. Not safe for several threads. */
  public static final class Mutable extends SpanInfo implements MutableOutputInfo<Span> {
    private static final long serialVersionUID = 1L;

    private Mutable(long answers, long noAnswers, int unknown) {
      super(answers, noAnswers, unknown);
    }

    /** Reads what was saved; Tribuo calls this by name. */
    public static Mutable deserializeFromProto(int version, String className, Any message)
        throws InvalidProtocolBufferException {
      SpanInfoProto kept = read(version, className, message);
      return new Mutable(kept.getAnswers(), kept.getNoAnswers(), kept.getUnknown());
    }

    @Override
    public void observe(Span output) {
      if (!output.isKnown()) {
        unknown++;
      } else if (output.isAnswer()) {
        answers++;
      } else {
        noAnswers++;
      }
    }

    @Override
    public void clear() {
      answers = 0;
      noAnswers = 0;
      unknown = 0;
    }

    @Override
    public Mutable copy() {
      return generateMutableOutputInfo();
    }
  }

  /** What was counted. */
  public static final class Immutable extends SpanInfo implements ImmutableOutputInfo<Span> {
    private static final long serialVersionUID = 1L;

    private Immutable(long answers, long noAnswers, int unknown) {
      super(answers, noAnswers, unknown);
    }

    /** Reads what was saved; Tribuo calls this by name. */
    public static Immutable deserializeFromProto(int version, String className, Any message)
        throws InvalidProtocolBufferException {
      SpanInfoProto kept = read(version, className, message);
      return new Immutable(kept.getAnswers(), kept.getNoAnswers(), kept.getUnknown());
    }

    @Override
    public int getID(Span output) {
      return output.equals(Span.noAnswer()) ? NO_ANSWER : NO_NUMBER;
    }

    @Override
    public @Nullable Span getOutput(int id) {
      return id == NO_ANSWER ? Span.noAnswer() : null;
    }

    @Override
    public long getTotalObservations() {
      return answers + noAnswers;
    }

    @Override
    public Iterator<Pair<Integer, Span>> iterator() {
      return List.of(new Pair<>(NO_ANSWER, Span.noAnswer())).iterator();
    }

    @Override
    public Immutable copy() {
      return generateImmutableOutputInfo();
    }
  }
}
