package org.tribuo.distill.loss;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * The sum of several soft losses, {@code Σ weight * loss}. Each is averaged and scaled as its own
 * description says; nothing is divided by the sum of the weights.
 *
 * @param losses at least one
 * @param weights one for each loss, finite, 0 or more
 */
public record WeightedLosses(List<SoftLoss> losses, List<Double> weights) implements SoftLoss {
  public WeightedLosses {
    losses = List.copyOf(losses);
    weights = List.copyOf(weights);
    if (losses.isEmpty() || losses.size() != weights.size()) {
      throw new IllegalArgumentException(
          "There are %d weights for %d losses, expected at least one loss and a weight for each"
              .formatted(weights.size(), losses.size()));
    }
    for (double weight : weights) {
      if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "The weights of the losses are %s, expected finite numbers of 0 or more"
                .formatted(weights));
      }
    }
  }

  @Override
  public Value over(Ops op, Rows rows) {
    return sum(op, losses.stream().map(loss -> loss.over(op, rows)).toList());
  }

  /**
   * Adds up what the losses are.
   *
   * @param values one for each loss, scalars
   */
  Value sum(Ops op, List<Value> values) {
    return IntStream.range(0, losses.size())
        .mapToObj(i -> op.mul(values.get(i), weights.get(i)))
        .reduce(op::add)
        .orElseThrow();
  }

  @Override
  public int fewestRows() {
    return losses.stream().mapToInt(SoftLoss::fewestRows).max().orElseThrow();
  }

  @Override
  public OptionalInt largestOfTeacher() {
    return losses.stream()
        .map(SoftLoss::largestOfTeacher)
        .filter(OptionalInt::isPresent)
        .findFirst()
        .orElse(OptionalInt.empty());
  }
}
