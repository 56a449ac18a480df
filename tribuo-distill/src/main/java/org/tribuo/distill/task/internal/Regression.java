package org.tribuo.distill.task.internal;

import com.google.protobuf.Any;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.OutputFactory;
import org.tribuo.Prediction;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.RegressionSoftTargets;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.loss.internal.SquaredError;
import org.tribuo.evaluation.Evaluation;
import org.tribuo.regression.Regressor;
import org.tribuo.regression.evaluation.RegressionEvaluation;

/** One or several numbers for each example. */
public record Regression() implements Task<Regressor> {
  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown
   */
  public static Regression deserializeFromProto(int version, String className, Any message) {
    SavedComponents.checkVersion(version, className);
    return new Regression();
  }

  @Override
  public Class<Regressor> outputType() {
    return Regressor.class;
  }

  @Override
  public SortedSet<String> names(ImmutableOutputInfo<Regressor> domain) {
    SortedSet<String> names = new TreeSet<>();
    domain.getDomain().forEach(dimension -> names.addAll(List.of(dimension.getNames())));
    return names;
  }

  @Override
  public Regressor output(String name, OutputFactory<Regressor> factory) {
    return factory.generateOutput(name + "=0");
  }

  @Override
  public boolean ignoresFurtherColumns() {
    return true;
  }

  @Override
  public TargetCodec<Regressor> codec(LabelOrder columns) {
    return new RegressorCodec(columns);
  }

  @Override
  public double[] scores(Prediction<Regressor> prediction, LabelOrder columns) {
    return columns.names().stream()
        .mapToDouble(
            name ->
                prediction
                    .getOutput()
                    .getDimension(name)
                    .map(Regressor.DimensionTuple::getValue)
                    .orElse(Double.NaN))
        .toArray();
  }

  @Override
  public HardLoss hardLoss() {
    return new SquaredError();
  }

  @Override
  public SoftLoss softLoss() {
    return new RegressionSoftTargets();
  }

  @Override
  public Optional<HardLoss.AnswerForm> probabilities() {
    return Optional.empty();
  }

  @Override
  public Score score(LabelOrder columns) {
    return new NegativeSquaredError();
  }

  @Override
  public double criterion(Evaluation<Regressor> evaluation) {
    return ((RegressionEvaluation) evaluation).averageR2();
  }
}
