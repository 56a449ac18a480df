package org.tribuo.distill.recommendation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tribuo.DataSource;
import org.tribuo.Dataset;
import org.tribuo.Model;
import org.tribuo.Prediction;
import org.tribuo.distill.recommendation.internal.Gain;
import org.tribuo.distill.recommendation.internal.RankedItems;
import org.tribuo.evaluation.Evaluator;
import org.tribuo.evaluation.metrics.EvaluationMetric.Average;
import org.tribuo.evaluation.metrics.MetricID;
import org.tribuo.evaluation.metrics.MetricTarget;
import org.tribuo.provenance.DataProvenance;
import org.tribuo.provenance.EvaluationProvenance;

/**
 * Looks for the item that came next among the first k of a ranking of <em>all</em> items: the hit
 * rate is the fraction of the histories for which it is there, NDCG the mean of {@code 1 / log₂(1 +
 * place)}, where a place after the first k counts 0. Of items with the same score the one whose
 * name comes first has the better place. Items that the history has are ranked too, as in RecBole's
 * evaluation of sequences, or left out. Immutable.
 */
public final class RankingEvaluator implements Evaluator<NextItem, RankingEvaluator.Evaluation> {
  private final int k;
  private final boolean withoutSeen;

  /** Looks at the first ten of all items. */
  public RankingEvaluator() {
    this(Gain.USUAL_PLACES, false);
  }

  private RankingEvaluator(int k, boolean withoutSeen) {
    this.k = k;
    this.withoutSeen = withoutSeen;
    if (k < 1 || k > ItemRanker.MOST) {
      throw new IllegalArgumentException(
          "k is %d, expected 1 to %d, as many as predictions have".formatted(k, ItemRanker.MOST));
    }
  }

  /**
   * Looks at the first k.
   *
   * @param k from 1 to {@link ItemRanker#MOST}
   * @throws IllegalArgumentException if it is out of its range
   */
  public static RankingEvaluator at(int k) {
    return new RankingEvaluator(k, false);
  }

  /**
   * The same, where the items of a history are not ranked; what came next is, if it is one of them.
   */
  public RankingEvaluator withoutSeen() {
    return new RankingEvaluator(k, true);
  }

  @Override
  public Evaluation evaluate(Model<NextItem> model, Dataset<NextItem> dataset) {
    return evaluate(model, model.predict(dataset), dataset.getProvenance());
  }

  @Override
  public Evaluation evaluate(Model<NextItem> model, DataSource<NextItem> datasource) {
    return evaluate(model, model.predict(datasource), datasource.getProvenance());
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if there is no prediction, it is not known what came next, or
   *     items are left out and a history has other items than the model
   */
  @Override
  public Evaluation evaluate(
      Model<NextItem> model, List<Prediction<NextItem>> predictions, DataProvenance provenance) {
    if (predictions.isEmpty()) {
      throw new IllegalArgumentException("There are no histories to evaluate");
    }
    Items items = RankedItems.rankedBy(model);
    List<Integer> places = new ArrayList<>();
    for (Prediction<NextItem> prediction : predictions) {
      places.add(place(prediction, places.size(), items));
    }
    return new Evaluation(
        k, places, predictions, new EvaluationProvenance(model.getProvenance(), provenance));
  }

  /** The place of what came next, from 1; after all others if the prediction does not have it. */
  private int place(Prediction<NextItem> prediction, int number, Items items) {
    NextItem expected = prediction.getExample().getOutput();
    if (!expected.isKnown()) {
      throw new IllegalArgumentException(
          "It is not known what came after history %d, so it cannot be evaluated; leave it out"
              .formatted(number));
    }
    Set<String> leftOut = new TreeSet<>();
    if (withoutSeen) {
      leftOut.addAll(RankedItems.seen(prediction.getExample(), number, items));
      leftOut.remove(expected.item());
    }
    int index = RankedItems.of(prediction, leftOut).indexOf(expected);
    return index < 0 ? Integer.MAX_VALUE : index + 1;
  }

  /** How good a model's rankings are. Immutable. */
  public static final class Evaluation implements org.tribuo.evaluation.Evaluation<NextItem> {
    private final int k;
    private final List<Integer> places;
    private final List<Prediction<NextItem>> predictions;
    private final EvaluationProvenance provenance;

    private Evaluation(
        int k,
        List<Integer> places,
        List<Prediction<NextItem>> predictions,
        EvaluationProvenance provenance) {
      this.k = k;
      this.places = List.copyOf(places);
      this.predictions = List.copyOf(predictions);
      this.provenance = provenance;
    }

    /** How many places of a ranking count. */
    public int k() {
      return k;
    }

    /** The number of histories. */
    public int histories() {
      return places.size();
    }

    /** HR@k: the fraction of the histories for which the next item is among the first k. */
    public double hitRate() {
      return places.stream().mapToInt(place -> place <= k ? 1 : 0).average().orElse(0);
    }

    /** NDCG@k: the mean of what the place of the next item is worth. */
    public double ndcg() {
      return places.stream().mapToDouble(place -> Gain.of(place, k)).average().orElse(0);
    }

    /** {@code hit-rate@k} and {@code ndcg@k}. */
    @Override
    public Map<MetricID<NextItem>, Double> asMap() {
      MetricTarget<NextItem> target = new MetricTarget<>(Average.MICRO);
      Map<MetricID<NextItem>, Double> metrics = new LinkedHashMap<>();
      metrics.put(new MetricID<>(target, "hit-rate@" + k), hitRate());
      metrics.put(new MetricID<>(target, "ndcg@" + k), ndcg());
      return metrics;
    }

    @Override
    public List<Prediction<NextItem>> getPredictions() {
      return predictions;
    }

    @Override
    public EvaluationProvenance getProvenance() {
      return provenance;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d histories, HR@%d %.4f, NDCG@%d %.4f",
          places.size(),
          k,
          hitRate(),
          k,
          ndcg());
    }
  }
}
