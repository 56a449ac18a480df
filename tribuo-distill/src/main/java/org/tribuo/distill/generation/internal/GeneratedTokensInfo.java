package org.tribuo.distill.generation.internal;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Arrays;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.MutableOutputInfo;
import org.tribuo.distill.generation.GeneratedTokens;
import org.tribuo.distill.generation.Vocabulary;
import org.tribuo.distill.task.internal.NamedOutputInfo;

/**
 * How often each token of a vocabulary was to be generated, and how often it is not known what was;
 * an output of the domain is one token.
 */
public abstract class GeneratedTokensInfo extends NamedOutputInfo<GeneratedTokens> {
  private static final long serialVersionUID = 1L;

  private static final int NO_NUMBER = -1;

  private final Vocabulary vocabulary;

  private GeneratedTokensInfo(State state) {
    super(state);
    this.vocabulary = Vocabulary.named(state.names());
  }

  /** Nothing is observed yet. */
  public static Mutable of(Vocabulary vocabulary) {
    return new Mutable(State.of(vocabulary.names()));
  }

  /** The tokens. */
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  protected GeneratedTokens output(String name) {
    return GeneratedTokens.of(vocabulary.idOfName(name));
  }

  @Override
  public Immutable generateImmutableOutputInfo() {
    return new Immutable(state());
  }

  @Override
  public Mutable generateMutableOutputInfo() {
    return new Mutable(state());
  }

  /** Counts tokens. Not safe for several threads. */
  public static final class Mutable extends GeneratedTokensInfo
      implements MutableOutputInfo<GeneratedTokens> {
    private static final long serialVersionUID = 1L;

    private Mutable(State state) {
      super(state);
    }

    /** Reads what was saved; Tribuo calls this by name. */
    public static Mutable deserializeFromProto(int version, String className, Any message)
        throws InvalidProtocolBufferException {
      return new Mutable(State.read(version, className, message));
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if a token is none of the vocabulary
     */
    @Override
    public void observe(GeneratedTokens output) {
      int[] tokens = output.tokens();
      int size = vocabulary().size();
      Arrays.stream(tokens)
          .filter(token -> token >= size)
          .findFirst()
          .ifPresent(
              token -> {
                throw new IllegalArgumentException(
                    "Token %d is outside of the vocabulary of %d; is the tokenizer the one of this dataset?"
                        .formatted(token, size));
              });
      Arrays.stream(tokens).forEach(this::count);
      if (!output.isKnown()) {
        countUnknown();
      }
    }

    @Override
    public Mutable copy() {
      return generateMutableOutputInfo();
    }
  }

  /** What was counted. */
  public static final class Immutable extends GeneratedTokensInfo
      implements ImmutableOutputInfo<GeneratedTokens> {
    private static final long serialVersionUID = 1L;

    private Immutable(State state) {
      super(state);
    }

    /** Reads what was saved; Tribuo calls this by name. */
    public static Immutable deserializeFromProto(int version, String className, Any message)
        throws InvalidProtocolBufferException {
      return new Immutable(State.read(version, className, message));
    }

    /** The id of a single token of the vocabulary; -1 for all others. */
    @Override
    public int getID(GeneratedTokens output) {
      return output.length() == 1 && output.token(0) < vocabulary().size()
          ? output.token(0)
          : NO_NUMBER;
    }

    @Override
    public Immutable copy() {
      return generateImmutableOutputInfo();
    }
  }
}
