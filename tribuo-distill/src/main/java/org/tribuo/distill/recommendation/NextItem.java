package org.tribuo.distill.recommendation;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import org.tribuo.Output;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.internal.protos.NextItemProto;
import org.tribuo.protos.core.OutputProto;

/**
 * The item that comes after a history, or that it is not known. Of a prediction the score is the
 * probability of the item among all; of a known item it is 1. Two are equal if their items are,
 * whatever their scores. Immutable.
 */
public final class NextItem implements Output<NextItem> {
  private static final long serialVersionUID = 1L;

  private static final int CURRENT_VERSION = 0;
  private static final String UNKNOWN = "";

  private final String item;
  private final double score;

  private NextItem(String item, double score) {
    this.item = item;
    this.score = score;
  }

  /**
   * An item.
   *
   * @throws IllegalArgumentException if the name is empty
   */
  public static NextItem of(String item) {
    if (item.equals(UNKNOWN)) {
      throw new IllegalArgumentException("The name of an item is empty, expected some characters");
    }
    return new NextItem(item, 1);
  }

  /** The output of a history whose next item is not known. */
  public static NextItem unknown() {
    return new NextItem(UNKNOWN, 1);
  }

  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown
   * @throws InvalidProtocolBufferException if the message is of another kind
   */
  public static NextItem deserializeFromProto(int version, String className, Any message)
      throws InvalidProtocolBufferException {
    SavedComponents.checkVersion(version, className);
    NextItemProto kept = message.unpack(NextItemProto.class);
    return new NextItem(kept.getItem(), kept.getScore());
  }

  @Override
  public OutputProto serialize() {
    return OutputProto.newBuilder()
        .setVersion(CURRENT_VERSION)
        .setClassName(NextItem.class.getName())
        .setSerializedData(
            Any.pack(NextItemProto.newBuilder().setItem(item).setScore(score).build()))
        .build();
  }

  /** Whether it is known what comes next. */
  public boolean isKnown() {
    return !item.equals(UNKNOWN);
  }

  /** The name of the item; empty where it is not known. */
  public String item() {
    return item;
  }

  /** A probability of a prediction; 1 otherwise. */
  public double score() {
    return score;
  }

  /** The same with another score. */
  public NextItem withScore(double other) {
    return new NextItem(item, other);
  }

  @Override
  public NextItem copy() {
    return new NextItem(item, score);
  }

  @Override
  public String getSerializableForm(boolean includeConfidence) {
    return includeConfidence ? item + "/" + score : item;
  }

  @Override
  public boolean fullEquals(NextItem other) {
    return fullEquals(other, 0);
  }

  @Override
  public boolean fullEquals(NextItem other, double tolerance) {
    return equals(other) && Math.abs(score - other.score) <= tolerance;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NextItem next && item.equals(next.item);
  }

  @Override
  public int hashCode() {
    return item.hashCode();
  }

  @Override
  public String toString() {
    return isKnown() ? "NextItem(%s, score=%s)".formatted(item, score) : "NextItem(unknown)";
  }
}
