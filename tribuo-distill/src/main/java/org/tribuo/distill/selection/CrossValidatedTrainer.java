package org.tribuo.distill.selection;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ListProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.DoubleProvenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.IntProvenance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tribuo.Dataset;
import org.tribuo.Model;
import org.tribuo.Output;
import org.tribuo.Trainer;
import org.tribuo.distill.internal.component.Invocations;
import org.tribuo.distill.internal.component.Invocations.Invocation;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.provenance.TrainerProvenance;
import org.tribuo.provenance.impl.TrainerProvenanceImpl;

/**
 * Chooses one of several trainers by stratified cross-validation over the labelled examples, and
 * trains with it on all: for epochs, learning rates and heads where there are too few labels to
 * hold some out. Each candidate is trained once for each fold, on all examples but the fold's, and
 * its model measured on the fold: accuracy of labels, micro-averaged F1 of several labels, R² of
 * numbers. The best mean wins, the first of equals; one that is no finite number never does.
 * Examples without a label are part of every training, and of no fold.
 *
 * <p>The model's provenance has the number of the candidate, the mean scores of all, and this
 * trainer. Deterministic as far as the candidates are. Safe for many threads if they are.
 *
 * <pre>{@code
 * <component name="choice" type="org.tribuo.distill.selection.CrossValidatedTrainer">
 *   <propertylist name="candidates"><item>linear</item><item>imprinted</item></propertylist>
 *   <property name="folds" value="5"/>
 * </component>
 * }</pre>
 *
 * @param <T> Label, MultiLabel, Regressor, or another output whose evaluation has one number to
 *     compare
 */
public final class CrossValidatedTrainer<T extends Output<T>> implements Trainer<T> {
  /** The number of the chosen candidate, from 0, among the instance values of the provenance. */
  public static final String CHOSEN = "cross-validation-chosen";

  /** The mean score of each candidate, in their order. */
  public static final String SCORES = "cross-validation-scores";

  /** This trainer. */
  public static final String CHOICE = "cross-validation";

  @ConfigurableName private String component = "CrossValidatedTrainer";

  @Config(mandatory = true, description = "The trainers to choose from, at least two.")
  private List<Trainer<T>> candidates;

  @Config(description = "How many parts the labelled examples are divided into, 2 or more.")
  private int folds = 5;

  @Config(description = "The seed of the division into folds.")
  private long seed = DEFAULT_SEED;

  private final Invocations invocations = new Invocations();
  private volatile Listener listener = (candidate, fold, score) -> {};

  /** Is called when a candidate was measured on a fold. */
  @FunctionalInterface
  public interface Listener {
    /**
     * A model was measured.
     *
     * @param candidate its number, from 0
     * @param fold its number, from 0
     * @param score the higher the better
     */
    void onFold(int candidate, int fold, double score);
  }

  /** For OLCUT. */
  private CrossValidatedTrainer() {}

  /**
   * A choice by five folds.
   *
   * @param candidates at least two
   * @throws PropertyException if there are fewer
   */
  public static <T extends Output<T>> CrossValidatedTrainer<T> of(
      List<? extends Trainer<T>> candidates) {
    CrossValidatedTrainer<T> trainer = new CrossValidatedTrainer<>();
    trainer.candidates = List.copyOf(candidates);
    trainer.postConfig();
    return trainer;
  }

  /**
   * The same by another number of folds.
   *
   * @throws PropertyException if it is less than 2
   */
  public CrossValidatedTrainer<T> folds(int folds) {
    return with(folds, seed);
  }

  /** The same with another division into folds. */
  public CrossValidatedTrainer<T> seed(long seed) {
    return with(folds, seed);
  }

  private CrossValidatedTrainer<T> with(int folds, long seed) {
    CrossValidatedTrainer<T> other = new CrossValidatedTrainer<>();
    other.candidates = candidates;
    other.folds = folds;
    other.seed = seed;
    other.listener = listener;
    other.postConfig();
    return other;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    if (candidates.size() < 2) {
      throw properties.refused(
          "candidates", "has %d trainers, expected at least 2".formatted(candidates.size()));
    }
    properties.checkAtLeast("folds", 2, folds);
  }

  /** Sets the listener to the choice; it is not part of the configuration. */
  public void setListener(Listener listener) {
    this.listener = Objects.requireNonNull(listener, "listener");
  }

  @Override
  public Model<T> train(Dataset<T> examples, Map<String, Provenance> runProvenance) {
    return train(examples, runProvenance, INCREMENT_INVOCATION_COUNT);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if there are fewer labelled examples than folds, or the models
   *     cannot be compared: of no candidate is the mean score a finite number
   */
  @Override
  public Model<T> train(
      Dataset<T> examples, Map<String, Provenance> runProvenance, int invocationCount) {
    Invocation invocation = invocations.begin(invocationCount, this::getProvenance);
    StratifiedFolds<T> parts =
        StratifiedFolds.of(examples, folds, new SplittableRandom(seed + invocation.number()));
    int firstInvocation = Math.multiplyExact(invocation.number(), folds + 1);
    double[] scores =
        IntStream.range(0, candidates.size())
            .mapToDouble(candidate -> score(candidate, parts, firstInvocation))
            .toArray();
    int best = best(scores);
    Map<String, Provenance> ofRun = new LinkedHashMap<>(runProvenance);
    ofRun.put(CHOICE, invocation.trainer());
    ofRun.put(CHOSEN, new IntProvenance(CHOSEN, best));
    ofRun.put(SCORES, provenance(scores));
    return candidates.get(best).train(examples, ofRun, firstInvocation + folds);
  }

  private double score(int candidate, StratifiedFolds<T> parts, int firstInvocation) {
    double sum = 0;
    for (int fold = 0; fold < folds; fold++) {
      Model<T> model =
          candidates.get(candidate).train(parts.training(fold), Map.of(), firstInvocation + fold);
      try {
        double score = HeldOutScore.of(model, parts.heldOut(fold));
        listener.onFold(candidate, fold, score);
        sum += score;
      } finally {
        close(model);
      }
    }
    return sum / folds;
  }

  /** Models of this library hold native memory. */
  private static void close(Model<?> model) {
    if (model instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new IllegalStateException("The model %s cannot be closed".formatted(model), e);
      }
    }
  }

  private int best(double[] scores) {
    int best = -1;
    for (int i = 0; i < scores.length; i++) {
      if (Double.isFinite(scores[i]) && (best < 0 || scores[i] > scores[best])) {
        best = i;
      }
    }
    if (best < 0) {
      throw new IllegalArgumentException(
          "The mean scores of the candidates on %d folds are %s, expected one that is a finite number; R² is undefined where a fold has one example, or equal numbers alone: state fewer folds, or label more"
              .formatted(folds, Arrays.toString(scores)));
    }
    return best;
  }

  private static ListProvenance<DoubleProvenance> provenance(double[] scores) {
    List<DoubleProvenance> all = new ArrayList<>();
    Arrays.stream(scores).forEach(score -> all.add(new DoubleProvenance(SCORES, score)));
    return new ListProvenance<>(all);
  }

  @Override
  public int getInvocationCount() {
    return invocations.count();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the count is negative
   */
  @Override
  public void setInvocationCount(int invocationCount) {
    invocations.set(invocationCount);
  }

  @Override
  public TrainerProvenance getProvenance() {
    return new TrainerProvenanceImpl(this);
  }

  @Override
  public String toString() {
    return "CrossValidatedTrainer(candidates=%s, folds=%d)".formatted(candidates, folds);
  }
}
