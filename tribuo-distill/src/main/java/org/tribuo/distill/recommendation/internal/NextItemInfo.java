package org.tribuo.distill.recommendation.internal;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.MutableOutputInfo;
import org.tribuo.distill.recommendation.Items;
import org.tribuo.distill.recommendation.NextItem;
import org.tribuo.distill.task.internal.NamedOutputInfo;

/** How often each of some items came next, and how often it is not known what did. */
public abstract class NextItemInfo extends NamedOutputInfo<NextItem> {
  private static final long serialVersionUID = 1L;

  private static final int NO_NUMBER = -1;

  private final Items items;

  private NextItemInfo(State state) {
    super(state);
    this.items = Items.of(state.names());
  }

  /** Nothing is observed yet. */
  public static Mutable of(Items items) {
    return new Mutable(State.of(items.names()));
  }

  /** The items. */
  public Items items() {
    return items;
  }

  @Override
  protected NextItem output(String name) {
    return NextItem.of(name);
  }

  @Override
  public Immutable generateImmutableOutputInfo() {
    return new Immutable(state());
  }

  @Override
  public Mutable generateMutableOutputInfo() {
    return new Mutable(state());
  }

  /** Counts what comes next. Not safe for several threads. */
  public static final class Mutable extends NextItemInfo implements MutableOutputInfo<NextItem> {
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
     * @throws IllegalArgumentException if it is none of the items
     */
    @Override
    public void observe(NextItem output) {
      if (output.isKnown()) {
        count(items().number(output.item()) - 1);
      } else {
        countUnknown();
      }
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

    private Immutable(State state) {
      super(state);
    }

    /** Reads what was saved; Tribuo calls this by name. */
    public static Immutable deserializeFromProto(int version, String className, Any message)
        throws InvalidProtocolBufferException {
      return new Immutable(State.read(version, className, message));
    }

    @Override
    public int getID(NextItem output) {
      return items().contains(output.item()) ? items().number(output.item()) - 1 : NO_NUMBER;
    }

    @Override
    public Immutable copy() {
      return generateImmutableOutputInfo();
    }
  }
}
