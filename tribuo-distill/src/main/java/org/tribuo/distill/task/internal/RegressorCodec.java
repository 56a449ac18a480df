package org.tribuo.distill.task.internal;

import java.util.List;
import org.tribuo.Example;
import org.tribuo.Prediction;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;

/** One number a column, taken as it is. */
final class RegressorCodec implements TargetCodec<Regressor> {
  private final LabelOrder columns;
  private final String[] names;

  RegressorCodec(LabelOrder columns) {
    this.columns = columns;
    this.names = columns.names().toArray(String[]::new);
  }

  @Override
  public LabelOrder columns() {
    return columns;
  }

  @Override
  public boolean isLabelled(Regressor output) {
    return !(output.equals(RegressionFactory.UNKNOWN_REGRESSOR)
        && Double.isNaN(output.getValues()[0]));
  }

  @Override
  public Targets encode(List<? extends Example<Regressor>> examples) {
    float[] values = new float[Math.multiplyExact(examples.size(), width())];
    float[] labelled = new float[examples.size()];
    for (int row = 0; row < labelled.length; row++) {
      Regressor output = examples.get(row).getOutput();
      if (isLabelled(output)) {
        labelled[row] = 1;
        encode(output, row, values);
      }
    }
    return Targets.of(
        Tensor.of(values, labelled.length, width()), Tensor.of(labelled, labelled.length));
  }

  private void encode(Regressor output, int row, float[] values) {
    if (output.size() != width()) {
      throw new ExampleException(
          row, "has the dimensions %s, expected %s".formatted(List.of(output.getNames()), columns));
    }
    for (Regressor.DimensionTuple dimension : output) {
      int column = columns.column(dimension.getName(), row);
      float value = (float) dimension.getValue();
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException(
            "Dimension '%s' of example %d is %s, expected a finite number in the range of a float"
                .formatted(dimension.getName(), row, dimension.getValue()));
      }
      values[row * width() + column] = value;
    }
  }

  @Override
  public Prediction<Regressor> decode(float[] logits, int used, Example<Regressor> example) {
    Logits.check(logits, columns);
    double[] values = new double[logits.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = logits[i];
    }
    return new Prediction<>(new Regressor(names, values), used, example);
  }

  @Override
  public String toString() {
    return "RegressorCodec" + columns;
  }
}
