package org.tribuo.distill.generation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tribuo.DataSource;
import org.tribuo.Dataset;
import org.tribuo.Model;
import org.tribuo.Prediction;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.evaluation.Evaluator;
import org.tribuo.evaluation.metrics.EvaluationMetric.Average;
import org.tribuo.evaluation.metrics.MetricID;
import org.tribuo.evaluation.metrics.MetricTarget;
import org.tribuo.provenance.DataProvenance;
import org.tribuo.provenance.EvaluationProvenance;

/**
 * How likely a model thinks the texts that there are: the perplexity is e to the power of the mean
 * negative log-likelihood (natural logarithm) of a token that is to be predicted, the mean over all
 * these tokens of all texts. A text that is longer than the model reads is read in windows that
 * overlap by half, and no token of it is left out. Perplexities can be compared where the tokens
 * are the same. Immutable.
 */
public final class PerplexityEvaluator
    implements Evaluator<GeneratedTokens, PerplexityEvaluator.Evaluation> {
  /** The key of the known tokens, with their log-likelihood, among the scores of a prediction. */
  public static final String KNOWN = "known";

  /** Measures perplexity. */
  public PerplexityEvaluator() {}

  @Override
  public Evaluation evaluate(Model<GeneratedTokens> model, Dataset<GeneratedTokens> dataset) {
    return evaluate(model, model.predict(dataset), dataset.getProvenance());
  }

  @Override
  public Evaluation evaluate(Model<GeneratedTokens> model, DataSource<GeneratedTokens> datasource) {
    return evaluate(model, model.predict(datasource), datasource.getProvenance());
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if there is no prediction, or it is not known what a text goes
   *     on with
   */
  @Override
  public Evaluation evaluate(
      Model<GeneratedTokens> model,
      List<Prediction<GeneratedTokens>> predictions,
      DataProvenance provenance) {
    if (predictions.isEmpty()) {
      throw new IllegalArgumentException("There are no texts to evaluate");
    }
    double logLikelihood = 0;
    long tokens = 0;
    long right = 0;
    for (int text = 0; text < predictions.size(); text++) {
      Prediction<GeneratedTokens> prediction = predictions.get(text);
      GeneratedTokens known = prediction.getOutputScores().get(KNOWN);
      if (known == null) {
        throw new ExampleException(
            text, "does not state how its text continues, so it cannot be evaluated; leave it out");
      }
      logLikelihood += known.logLikelihood();
      tokens += known.length();
      for (int i = 0; i < known.length(); i++) {
        right += prediction.getOutput().token(i) == known.token(i) ? 1 : 0;
      }
    }
    return new Evaluation(
        logLikelihood,
        tokens,
        right,
        predictions,
        new EvaluationProvenance(model.getProvenance(), provenance));
  }

  /** How likely a model thinks some texts. Immutable. */
  public static final class Evaluation
      implements org.tribuo.evaluation.Evaluation<GeneratedTokens> {
    private final double logLikelihood;
    private final long tokens;
    private final long right;
    private final List<Prediction<GeneratedTokens>> predictions;
    private final EvaluationProvenance provenance;

    private Evaluation(
        double logLikelihood,
        long tokens,
        long right,
        List<Prediction<GeneratedTokens>> predictions,
        EvaluationProvenance provenance) {
      this.logLikelihood = logLikelihood;
      this.tokens = tokens;
      this.right = right;
      this.predictions = List.copyOf(predictions);
      this.provenance = provenance;
    }

    /** The number of texts. */
    public int texts() {
      return predictions.size();
    }

    /** The number of tokens that were to be predicted. */
    public long tokens() {
      return tokens;
    }

    /** The mean natural logarithm of the probability of a token, 0 or less. */
    public double meanLogLikelihood() {
      return logLikelihood / tokens;
    }

    /** e to the power of the mean negative log-likelihood of a token, 1 or more. */
    public double perplexity() {
      return Math.exp(-meanLogLikelihood());
    }

    /** The fraction of the tokens that were the likeliest ones. */
    public double accuracy() {
      return (double) right / tokens;
    }

    /** {@code perplexity}, {@code log-likelihood} of a token, and {@code token-accuracy}. */
    @Override
    public Map<MetricID<GeneratedTokens>, Double> asMap() {
      MetricTarget<GeneratedTokens> target = new MetricTarget<>(Average.MICRO);
      Map<MetricID<GeneratedTokens>, Double> metrics = new LinkedHashMap<>();
      metrics.put(new MetricID<>(target, "perplexity"), perplexity());
      metrics.put(new MetricID<>(target, "log-likelihood"), meanLogLikelihood());
      metrics.put(new MetricID<>(target, "token-accuracy"), accuracy());
      return metrics;
    }

    @Override
    public List<Prediction<GeneratedTokens>> getPredictions() {
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
          "%d texts of %d tokens to predict, perplexity %.2f, token accuracy %.4f",
          texts(),
          tokens,
          perplexity(),
          accuracy());
    }
  }
}
