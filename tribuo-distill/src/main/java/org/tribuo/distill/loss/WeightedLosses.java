package org.tribuo.distill.loss;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;

/**
 * The sum of several soft losses, {@code Σ weight * loss}. Each is averaged and scaled as its own
 * description says; nothing is divided by the sum of the weights. Each is reported, too, by its
 * number: {@code soft.1}, {@code soft.2}, …
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
    if (losses.stream().map(SoftLoss::largestOfTeacher).distinct().count() > 1) {
      throw new IllegalArgumentException(
          ("%s do not all read as many of the teacher's logits: a loss of the largest ones is added"
                  + " to another such loss of as many, or stands alone")
              .formatted(losses));
    }
  }

  @Override
  public Value over(Ops op, Rows rows) {
    return IntStream.range(0, losses.size())
        .mapToObj(i -> op.mul(part(op, rows, i), weights.get(i)))
        .reduce(op::add)
        .orElseThrow();
  }

  private Value part(Ops op, Rows rows, int i) {
    return rows.part(String.valueOf(i + 1), part -> losses.get(i).over(op, part));
  }

  @Override
  public Set<AnswerForm> answerForms() {
    return losses.stream()
        .flatMap(loss -> loss.answerForms().stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public boolean needsLabels() {
    return losses.stream().anyMatch(SoftLoss::needsLabels);
  }

  @Override
  public boolean weighsRows() {
    return losses.stream().allMatch(SoftLoss::weighsRows);
  }

  @Override
  public int fewestRows() {
    return losses.stream().mapToInt(SoftLoss::fewestRows).max().orElseThrow();
  }

  @Override
  public OptionalInt largestOfTeacher() {
    return losses.get(0).largestOfTeacher();
  }
}
