package org.tribuo.distill.training.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.loss.internal.AttachedObjective;
import org.tribuo.distill.loss.internal.ObjectiveInputs;

/**
 * How much a batch counts among those whose gradients are added up for one update: a mean over rows
 * by its share of the rows that the mean is over, so that the update is that of all rows in one
 * batch. The shares in the hard and the soft loss differ where some rows have no label; then the
 * batch has an alpha of its own, with which both count as they should. So it is with the parts of a
 * soft loss of which some are means over the labelled rows, some over all. Terms that compare
 * activations count alike in each batch.
 *
 * @param hard the share in the hard loss
 * @param soft the share in the soft loss
 * @param even one, divided by the number of batches
 * @param scale the share in the loss
 * @param partsOfLabelled the parts of the soft loss that have the share of the labelled rows
 */
record PartOfUpdate(
    double hard, double soft, double even, double scale, Set<String> partsOfLabelled) {
  private static final String HARD = "hard";
  private static final String SOFT = "soft";

  /**
   * The parts of an update. All are even where it is not known how much their rows count, or all
   * count as much.
   *
   * @param rows of each batch
   * @param softOfLabelled whether the soft loss is a mean over the labelled rows alone
   * @param objective of the training
   * @param scheduled what it is fed with
   */
  static List<PartOfUpdate> of(
      List<Optional<CountedRows>> rows,
      boolean softOfLabelled,
      AttachedObjective objective,
      Map<String, Float> scheduled) {
    double even = 1d / rows.size();
    List<CountedRows> known = rows.stream().flatMap(Optional::stream).toList();
    List<PartOfUpdate> parts = new ArrayList<>();
    if (known.size() < rows.size() || known.stream().distinct().count() == 1) {
      rows.forEach(
          any -> parts.add(new PartOfUpdate(even, even, even, even, objective.partsOfLabelled())));
      return parts;
    }
    double counted = known.stream().mapToDouble(CountedRows::counted).sum();
    double labelled = known.stream().mapToDouble(CountedRows::labelled).sum();
    for (CountedRows part : known) {
      double ofLabelled = labelled > 0 ? part.labelled() / labelled : even;
      double ofAll = counted > 0 ? part.counted() / counted : even;
      double soft = softOfLabelled ? ofLabelled : ofAll;
      double scale = scale(ofLabelled, soft, even, objective, scheduled);
      // Where nothing counts there is nothing to be scaled but the terms that compare activations.
      parts.add(
          new PartOfUpdate(
              ofLabelled, soft, even, scale > 0 ? scale : even, objective.partsOfLabelled()));
    }
    return parts;
  }

  private static double scale(
      double hard,
      double soft,
      double even,
      AttachedObjective objective,
      Map<String, Float> scheduled) {
    Float alpha = scheduled.get(ObjectiveInputs.ALPHA);
    if (alpha != null) {
      return (1 - alpha) * hard + alpha * soft;
    }
    if (objective.terms().containsKey(HARD)) {
      return hard;
    }
    return objective.terms().containsKey(SOFT) ? soft : even;
  }

  private boolean isEven() {
    return hard == even && soft == even && scale == even;
  }

  private int parts() {
    return (int) Math.round(1 / even);
  }

  /** What its batch is fed with, the share among it. */
  Map<String, Float> scheduled(Map<String, Float> ofUpdate) {
    Map<String, Float> own = new LinkedHashMap<>(ofUpdate);
    if (!isEven()) {
      own.replaceAll(
          (name, value) -> {
            if (name.equals(ObjectiveInputs.TEMPERATURE)) {
              return value;
            }
            double share = name.equals(ObjectiveInputs.ALPHA) ? soft : even;
            return (float) (value * share / scale);
          });
    }
    own.put(ObjectiveInputs.LABELLED_SCALE, soft > 0 ? (float) (hard / soft) : 1f);
    own.put(ObjectiveInputs.LOSS_SCALE, isEven() ? 1f / parts() : (float) scale);
    return own;
  }

  /**
   * The share of what is reported of its batch.
   *
   * @param term the name of the loss, of a term or of a part of one
   */
  float share(String term, float value) {
    if (isEven()) {
      return value / parts();
    }
    double share =
        switch (term.split("\\.", 2)[0]) {
          case "loss" -> scale;
          case HARD -> hard;
          case SOFT -> isOfLabelled(term) ? hard : soft;
          default -> even;
        };
    return (float) (value * share);
  }

  private boolean isOfLabelled(String term) {
    return partsOfLabelled.stream()
        .anyMatch(part -> term.equals(part) || term.startsWith(part + "."));
  }
}
