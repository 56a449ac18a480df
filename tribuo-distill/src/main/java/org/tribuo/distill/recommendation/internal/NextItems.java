package org.tribuo.distill.recommendation.internal;

import com.google.protobuf.Any;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.tribuo.Example;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.distill.input.internal.item.ItemHistory;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.loss.internal.TokenMask;
import org.tribuo.distill.recommendation.NextItem;
import org.tribuo.distill.recommendation.RankingEvaluator;
import org.tribuo.distill.task.internal.ClassificationTask;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Score;
import org.tribuo.distill.task.internal.TargetCodec;
import org.tribuo.evaluation.Evaluation;

/**
 * The item that comes next, at each step of a history: that at position i + 1 for position i, and
 * the example's output for the last. The hard loss is the mean over all steps of a batch of which
 * the next item is known, the soft loss that over all steps. A history that is longer than the
 * model reads is cut into parts of which each goes on where the one before it ends; a prediction is
 * made of the last items alone.
 */
public record NextItems() implements ClassificationTask<NextItem> {
  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown
   */
  public static NextItems deserializeFromProto(int version, String className, Any message) {
    SavedComponents.checkVersion(version, className);
    return new NextItems();
  }

  @Override
  public Class<NextItem> outputType() {
    return NextItem.class;
  }

  @Override
  public boolean isCausal() {
    return true;
  }

  @Override
  public RowForm unit() {
    return RowForm.tokens(TokenMask.stated());
  }

  @Override
  public Head head(LabelOrder columns) {
    return Head.ofSteps(columns);
  }

  /**
   * The parts of a history, the oldest first; the last is full. Each begins with the item with
   * which the one before it ends, so that what comes after an item is known in exactly one of them.
   */
  @Override
  public List<Example<NextItem>> rows(Example<NextItem> example, int maxLength) {
    ItemHistory history = ItemHistory.of(example);
    if (history.length() <= maxLength) {
      return List.of(example);
    }
    List<Example<NextItem>> parts = new ArrayList<>();
    int to = history.length();
    int from = to - maxLength;
    parts.add(part(history.part(from, to), example, example.getOutput()));
    while (from > 0 && maxLength > 1) {
      to = from + 1;
      from = Math.max(0, to - maxLength);
      parts.add(part(history.part(from, to), example, NextItem.unknown()));
    }
    Collections.reverse(parts);
    return parts;
  }

  /** The last items that the model reads. */
  @Override
  public List<Example<NextItem>> rowsToPredict(Example<NextItem> example, int maxLength) {
    ItemHistory history = ItemHistory.of(example);
    int length = history.length();
    return length <= maxLength
        ? List.of(example)
        : List.of(part(history.part(length - maxLength, length), example, example.getOutput()));
  }

  private static Example<NextItem> part(
      ItemHistory history, Example<NextItem> example, NextItem next) {
    Example<NextItem> part = history.toExample(next);
    part.setWeight(example.getWeight());
    example.getMetadata().forEach(part::setMetadataValue);
    return part;
  }

  @Override
  public SortedSet<String> names(ImmutableOutputInfo<NextItem> domain) {
    return new TreeSet<>(((NextItemInfo) domain).items().names());
  }

  /** Items are numbered, so that others are refused where the columns are matched. */
  @Override
  public boolean ignoresFurtherColumns() {
    return true;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Teacher and student read the same numbers, so both must have the same items.
   */
  @Override
  public int[] columnsOf(LabelOrder teacher, LabelOrder student) {
    teacher.checkSame(
        student,
        "ranks %d items",
        "both must have the same items in the same order, as they read their numbers; train both on the same file of ratings");
    return IntStream.range(0, student.size()).toArray();
  }

  @Override
  public TargetCodec<NextItem> codec(LabelOrder columns) {
    return new NextItemCodec(columns);
  }

  @Override
  public Score score(LabelOrder columns) {
    return new GainOfNext();
  }

  /** NDCG at the evaluator's k. */
  @Override
  public double criterion(Evaluation<NextItem> evaluation) {
    return ((RankingEvaluator.Evaluation) evaluation).ndcg();
  }

  @Override
  public String toString() {
    return "NextItems";
  }
}
