package org.tribuo.distill.task.internal.token;

import com.google.protobuf.Any;
import java.util.HashMap;
import java.util.Map;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.MutableOutputInfo;
import org.tribuo.OutputFactory;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.MutableLabelInfo;
import org.tribuo.distill.internal.component.PlainFactoryProvenance;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.task.token.TagSequence;
import org.tribuo.evaluation.Evaluation;
import org.tribuo.evaluation.Evaluator;
import org.tribuo.protos.core.OutputFactoryProto;
import org.tribuo.provenance.OutputFactoryProvenance;

/** Makes outputs of texts whose tokens have labels. */
public final class TagSequenceFactory implements OutputFactory<TagSequence> {
  private static final long serialVersionUID = 1L;

  private static final int CURRENT_VERSION = 0;

  private static final LabelFactory LABELS = new LabelFactory();

  /** For OLCUT, and for datasets in Java. */
  public TagSequenceFactory() {}

  /** Reads what was saved; Tribuo calls this by name. */
  public static TagSequenceFactory deserializeFromProto(
      int version, String className, Any message) {
    SavedComponents.checkVersion(version, className);
    return new TagSequenceFactory();
  }

  @Override
  public OutputFactoryProto serialize() {
    return OutputFactoryProto.newBuilder()
        .setVersion(CURRENT_VERSION)
        .setClassName(TagSequenceFactory.class.getName())
        .build();
  }

  /** A text of one token, whose label is what {@code toString} says. */
  @Override
  public <V> TagSequence generateOutput(V label) {
    return TagSequence.of(LABELS.generateOutput(label));
  }

  @Override
  public TagSequence getUnknownOutput() {
    return TagSequence.of(LabelFactory.UNKNOWN_LABEL);
  }

  @Override
  public MutableOutputInfo<TagSequence> generateInfo() {
    return new TagInfo.Mutable((MutableLabelInfo) LABELS.generateInfo());
  }

  @Override
  public ImmutableOutputInfo<TagSequence> constructInfoForExternalModel(
      Map<TagSequence, Integer> mapping) {
    Map<Label, Integer> labels = new HashMap<>();
    mapping.forEach((text, id) -> text.labels().values().forEach(label -> labels.put(label, id)));
    return new TagInfo.Immutable(LABELS.constructInfoForExternalModel(labels));
  }

  @Override
  public Class<TagSequence> getTypeWitness() {
    return TagSequence.class;
  }

  /**
   * There is none: tokens are evaluated as elements of sequences.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public Evaluator<TagSequence, ? extends Evaluation<TagSequence>> getEvaluator() {
    throw new UnsupportedOperationException(
        "The tokens of a text are evaluated as a sequence: use LabelSequenceEvaluator or"
            + " EntityEvaluator with a SequenceModel");
  }

  @Override
  public OutputFactoryProvenance getProvenance() {
    return new PlainFactoryProvenance(this);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TagSequenceFactory;
  }

  @Override
  public int hashCode() {
    return 31;
  }
}
