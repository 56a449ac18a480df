package org.tribuo.distill.task;

import com.google.protobuf.Any;
import java.util.Optional;
import java.util.SortedSet;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.OutputFactory;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.loss.AnswerForm;
import org.tribuo.distill.loss.CosineDistance;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Score;
import org.tribuo.distill.task.internal.TargetCodec;
import org.tribuo.regression.Regressor;

/**
 * A vector for each text, as a teacher gives it: a regression whose dimensions are the numbers of
 * the vector, {@code 000}, {@code 001} and so on, and which is compared by its direction. Texts need
 * no outputs. As Tribuo's outputs are those of any regression, the trainer states this task.
 */
public record SentenceEmbedding() implements Task<Regressor> {
  private static final Regression NUMBERS = new Regression();

  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown
   */
  public static SentenceEmbedding deserializeFromProto(
      int version, String className, Any message) {
    SavedComponents.checkVersion(version, className);
    return new SentenceEmbedding();
  }

  @Override
  public Class<Regressor> outputType() {
    return NUMBERS.outputType();
  }

  @Override
  public SortedSet<String> names(ImmutableOutputInfo<Regressor> domain) {
    return NUMBERS.names(domain);
  }

  @Override
  public Regressor output(String name, OutputFactory<Regressor> factory) {
    return NUMBERS.output(name, factory);
  }

  @Override
  public TargetCodec<Regressor> codec(LabelOrder columns) {
    return NUMBERS.codec(columns);
  }

  @Override
  public HardLoss hardLoss() {
    return NUMBERS.hardLoss();
  }

  @Override
  public SoftLoss softLoss() {
    return new CosineDistance();
  }

  @Override
  public Optional<AnswerForm> probabilities() {
    return Optional.empty();
  }

  @Override
  public Score score(LabelOrder columns) {
    return NUMBERS.score(columns);
  }
}
