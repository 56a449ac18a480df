package org.tribuo.distill.task.token;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.tribuo.Output;
import org.tribuo.classification.Label;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.internal.protos.TagSequenceProto;
import org.tribuo.protos.core.OutputProto;

/**
 * The labels of a text's tokens: one for each token that is scored, such as the first of a word;
 * Tribuo's unknown label where it is not known. Two are equal if tokens and names of labels are.
 * Immutable.
 */
public final class TagSequence implements Output<TagSequence> {
  private static final long serialVersionUID = 1L;

  private static final int CURRENT_VERSION = 0;

  private final int length;
  private final TreeMap<Integer, Label> labels;

  private TagSequence(int length, SortedMap<Integer, Label> labels) {
    this.length = length;
    this.labels = new TreeMap<>(labels);
  }

  /**
   * The labels of a text.
   *
   * @param length the number of its tokens
   * @param labels those of tokens, by their positions
   * @throws IllegalArgumentException if a position is none of the text
   */
  public static TagSequence of(int length, Map<Integer, Label> labels) {
    TreeMap<Integer, Label> sorted = new TreeMap<>(labels);
    if (length < 1
        || (!sorted.isEmpty() && (sorted.firstKey() < 0 || sorted.lastKey() >= length))) {
      throw new IllegalArgumentException(
          "A text of %d tokens has labels at the positions %s, expected some from 0 to %d"
              .formatted(length, sorted.keySet(), length - 1));
    }
    return new TagSequence(length, sorted);
  }

  /** A text of one token. */
  public static TagSequence of(Label label) {
    return of(1, Map.of(0, label));
  }

  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown, or the numbers do not fit
   * @throws InvalidProtocolBufferException if the message is of another kind
   */
  public static TagSequence deserializeFromProto(int version, String className, Any message)
      throws InvalidProtocolBufferException {
    SavedComponents.checkVersion(version, className);
    TagSequenceProto kept = message.unpack(TagSequenceProto.class);
    int count = kept.getPositionsCount();
    if (kept.getLabelsCount() != count || kept.getScoresCount() != count) {
      throw new IllegalArgumentException(
          "A saved TagSequence has %d positions, %d labels and %d scores, expected the same number of each"
              .formatted(count, kept.getLabelsCount(), kept.getScoresCount()));
    }
    Map<Integer, Label> labels = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      labels.put(kept.getPositions(i), new Label(kept.getLabels(i), kept.getScores(i)));
    }
    return of(kept.getLength(), labels);
  }

  @Override
  public OutputProto serialize() {
    TagSequenceProto.Builder kept = TagSequenceProto.newBuilder().setLength(length);
    labels.forEach(
        (position, label) ->
            kept.addPositions(position).addLabels(label.getLabel()).addScores(label.getScore()));
    return OutputProto.newBuilder()
        .setVersion(CURRENT_VERSION)
        .setClassName(TagSequence.class.getName())
        .setSerializedData(Any.pack(kept.build()))
        .build();
  }

  /** The number of tokens, with a label or without. */
  public int length() {
    return length;
  }

  /** The labels of tokens, by their positions, ascending. */
  public SortedMap<Integer, Label> labels() {
    return Collections.unmodifiableSortedMap(labels);
  }

  @Override
  public TagSequence copy() {
    return new TagSequence(length, labels);
  }

  @Override
  public String getSerializableForm(boolean includeConfidence) {
    return labels.entrySet().stream()
        .map(each -> each.getKey() + "=" + each.getValue().getSerializableForm(includeConfidence))
        .collect(Collectors.joining(" "));
  }

  @Override
  public boolean fullEquals(TagSequence other) {
    return fullEquals(other, 0);
  }

  @Override
  public boolean fullEquals(TagSequence other, double tolerance) {
    if (!equals(other)) {
      return false;
    }
    List<Label> own = new ArrayList<>(labels.values());
    List<Label> others = new ArrayList<>(other.labels.values());
    for (int i = 0; i < own.size(); i++) {
      if (!own.get(i).fullEquals(others.get(i), tolerance)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TagSequence sequence
        && length == sequence.length
        && labels.equals(sequence.labels);
  }

  @Override
  public int hashCode() {
    return 31 * length + labels.hashCode();
  }

  @Override
  public String toString() {
    return "TagSequence(%d tokens, %s)".formatted(length, labels);
  }
}
