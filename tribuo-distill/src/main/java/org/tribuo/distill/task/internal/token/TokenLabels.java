package org.tribuo.distill.task.internal.token;

import com.google.protobuf.Any;
import java.util.SortedSet;
import java.util.TreeSet;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.classification.Label;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.loss.internal.TokenMask;
import org.tribuo.distill.task.internal.ClassificationTask;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Score;
import org.tribuo.distill.task.internal.SingleLabel;
import org.tribuo.distill.task.internal.TargetCodec;
import org.tribuo.distill.task.token.TagSequence;

/**
 * One label of several for each token that is scored. The hard loss is the mean over those of a
 * batch that have a label, the soft loss that over all of them: each token counts alike, or as much
 * as the weight of its example says, in whichever text it is. Other tokens and padding count in
 * neither.
 */
public record TokenLabels() implements ClassificationTask<TagSequence> {
  private static final SingleLabel OF_TOKENS = new SingleLabel();

  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown
   */
  public static TokenLabels deserializeFromProto(int version, String className, Any message) {
    SavedComponents.checkVersion(version, className);
    return new TokenLabels();
  }

  @Override
  public Class<TagSequence> outputType() {
    return TagSequence.class;
  }

  @Override
  public RowForm unit() {
    return RowForm.tokens(TokenMask.stated());
  }

  @Override
  public Head head(LabelOrder columns) {
    return Head.ofTokens(columns);
  }

  @Override
  public SortedSet<String> names(ImmutableOutputInfo<TagSequence> domain) {
    SortedSet<String> names = new TreeSet<>();
    for (TagSequence text : domain.getDomain()) {
      text.labels().values().forEach(label -> names.add(label.getLabel()));
    }
    // A dataset that was saved and read counts its unlabelled examples as a label of their own.
    names.remove(Label.UNKNOWN);
    return names;
  }

  @Override
  public TargetCodec<TagSequence> codec(LabelOrder columns) {
    return new TagSequenceCodec(OF_TOKENS.codec(columns));
  }

  /** The F1 of entities where the labels are tags of entities, else accuracy. */
  @Override
  public Score score(LabelOrder columns) {
    return columns.names().contains(EntityF1.OUTSIDE)
        ? new EntityF1(columns)
        : OF_TOKENS.score(columns);
  }

  @Override
  public String toString() {
    return "TokenLabels";
  }
}
