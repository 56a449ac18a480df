package org.tribuo.distill.selection;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ListProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import com.oracle.labs.mlrg.olcut.provenance.primitives.StringProvenance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.Dataset;
import org.tribuo.Output;
import org.tribuo.Trainer;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.file.internal.TemporaryFolder;
import org.tribuo.distill.internal.component.Invocations;
import org.tribuo.distill.internal.component.Invocations.Invocation;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.report.SpeedMeter;
import org.tribuo.distill.transformer.ExportPrecision;
import org.tribuo.provenance.TrainerProvenance;
import org.tribuo.provenance.impl.TrainerProvenanceImpl;

/**
 * Trains the best student within a budget: its file has at most so many bytes, and predicts one
 * example in at most such a time. Students of several depths, widths and precisions are cut out of
 * the trainer's own, and measured untrained; where files are too large with the whole table of
 * embeddings, those with a reduced vocabulary or embeddings of a lower rank too. The largest ones
 * within the budget are trained for a short time on the same soft targets, but for some labelled
 * examples on which they are compared; the best of them is trained as the trainer says, on all
 * examples.
 *
 * <p>A student of another width is trained with a learning rate that is greater or less in inverse
 * proportion, as Adam's should be (Yang et al. 2022, arXiv:2203.03466, table 3). The trainer's
 * store of soft targets makes the teacher run once in all; without it, it runs once for the short
 * trainings and once for the last.
 *
 * <p>Times are measured on this machine, so that with a limit of time the choice may differ from
 * run to run; with one of size alone it is deterministic. Safe for many threads.
 *
 * <pre>{@code
 * <component name="within" type="org.tribuo.distill.selection.BudgetedTrainer">
 *   <property name="trainer" value="trainer"/>
 *   <property name="budget" value="10MB, 1ms"/>
 * </component>
 * }</pre>
 *
 * @param <T> Label, MultiLabel, Regressor, or another output whose evaluation has one number to
 *     compare
 */
public final class BudgetedTrainer<T extends Output<T>> implements Trainer<T> {
  /** This trainer, among the instance values of the provenance. */
  public static final String SEARCH = "budget-search";

  /** What was chosen: as {@link StudentCandidate#toString()}. */
  public static final String CHOSEN = "budget-chosen";

  /** The precision in which the student is within the budget, for {@link #precisionOf}. */
  public static final String PRECISION = "budget-precision";

  /** All candidates, each as {@link StudentCandidate#toString()}. */
  public static final String CANDIDATES = "budget-candidates";

  /** More than a candidate takes in a file. */
  private static final int BYTES_OF_CANDIDATE = 300;

  /** More than what a training reports of itself takes there. */
  private static final int BYTES_OF_TRAINING = 10_000;

  @ConfigurableName private String component = "BudgetedTrainer";

  @Config(
      mandatory = true,
      description =
          "Trains the student that is chosen. Its own student is the one out of which others are"
              + " cut.")
  private DistillationTrainer<T> trainer;

  @Config(
      mandatory = true,
      description =
          "The largest size of the file, the longest time of one prediction alone on one thread, or"
              + " both, as in: 10MB, 1ms.")
  private String budget;

  @Config(
      description =
          "The numbers of layers that are looked at; by default 1, 2, 3, 4, 6, 8, 12, 16, 24, as far"
              + " as there are as many, and all.")
  private List<Integer> depths = List.of();

  @Config(
      description =
          "The sizes of a hidden state that are looked at; by default one, two, three quarters of the"
              + " student's own, as far as it can be cut so, and all.")
  private List<Integer> widths = List.of();

  @Config(
      description =
          "The ranks of a table of embeddings that are looked at where the file is too large with the"
              + " whole table; by default a half and a quarter of its width.")
  private List<Integer> ranks = List.of();

  @Config(
      description =
          "The tokenizer.json of the trainer's student; to be stated with reducedTokenizers.")
  private @Nullable Path tokenizer;

  @Config(
      description =
          "What KeptVocabulary wrote of that tokenizer: the vocabularies that are looked at, the"
              + " largest first, where the file is too large; by default the student's own.")
  private List<Path> reducedTokenizers = List.of();

  @Config(
      description =
          "The precisions of the file that are looked at, the most exact first; by default FLOAT32"
              + " and INT8.")
  private List<ExportPrecision> precisions = List.of(ExportPrecision.FLOAT32, ExportPrecision.INT8);

  @Config(
      description =
          "How many of the largest students are trained for a short time, 1 or more; 1 takes the"
              + " largest without comparing.")
  private int trials = 4;

  @Config(description = "The epochs of such a training, 1 or more.")
  private int trialEpochs = 1;

  @Config(
      description =
          "The fraction of the labelled examples on which they are compared, above 0, at most 0.5: the"
              + " nearest of a half, a third, a quarter and so on.")
  private double heldOut = 0.2;

  @Config(description = "The seed of which examples these are.")
  private long seed = DEFAULT_SEED;

  private SpeedMeter speed = SpeedMeter.DEFAULT;
  private final Invocations invocations = new Invocations();
  private volatile SearchListener listener = new SearchListener() {};

  /** For OLCUT. */
  private BudgetedTrainer() {}

  /**
   * A search with the usual candidates.
   *
   * @param trainer its own student is the one out of which others are cut
   */
  public static <T extends Output<T>> BudgetedTrainer<T> of(
      DistillationTrainer<T> trainer, StudentBudget budget) {
    BudgetedTrainer<T> search = new BudgetedTrainer<>();
    search.trainer = trainer;
    search.budget = budget.toString();
    search.postConfig();
    return search;
  }

  /**
   * The same with other numbers of layers.
   *
   * @param depths none for the usual ones
   * @throws PropertyException if one is less than 1
   */
  public BudgetedTrainer<T> depths(Integer... depths) {
    return with(other -> other.depths = List.of(depths));
  }

  /**
   * The same with other sizes of a hidden state.
   *
   * @param widths none for the usual ones
   * @throws PropertyException if one is less than 1
   */
  public BudgetedTrainer<T> widths(Integer... widths) {
    return with(other -> other.widths = List.of(widths));
  }

  /**
   * The same with other ranks of the embeddings ({@code FactorizedEmbeddingsStudent}). They are
   * looked at where a student's file is too large with the whole table.
   *
   * @param ranks none for the usual ones; those of the table's width or more stand for the whole
   *     table
   * @throws PropertyException if one is less than 1
   */
  public BudgetedTrainer<T> ranks(Integer... ranks) {
    return with(other -> other.ranks = List.of(ranks));
  }

  /**
   * The same with other vocabularies than the student's own ({@code ReducedVocabularyStudent}). The
   * examples have the tokens of the whole tokenizer and keep their texts, of which something is
   * predicted as a whole, and the teacher reads a tokenizer of its own; the model that is trained
   * reads that of its vocabulary. Of tokenizers with as many tokens the first is looked at.
   *
   * @param tokenizer the {@code tokenizer.json} of the trainer's student
   * @param reduced what {@code KeptVocabulary} wrote of it, of which the largest is looked at first
   * @throws PropertyException if there is no such file
   */
  public BudgetedTrainer<T> vocabularies(Path tokenizer, Path... reduced) {
    return with(
        other -> {
          other.tokenizer = tokenizer;
          other.reducedTokenizers = List.of(reduced);
        });
  }

  /**
   * The same with other precisions of the file.
   *
   * @param precisions at least one, the most exact first
   * @throws PropertyException if there is none
   */
  public BudgetedTrainer<T> precisions(ExportPrecision... precisions) {
    return with(other -> other.precisions = List.of(precisions));
  }

  /**
   * The same with other short trainings.
   *
   * @param trials how many students are trained, 1 or more
   * @param epochs of each, 1 or more
   * @throws PropertyException if one is less than 1
   */
  public BudgetedTrainer<T> trials(int trials, int epochs) {
    return with(
        other -> {
          other.trials = trials;
          other.trialEpochs = epochs;
        });
  }

  /** The same with a measurement of another length; it is not part of the configuration. */
  public BudgetedTrainer<T> speed(SpeedMeter meter) {
    return with(other -> other.speed = meter);
  }

  private BudgetedTrainer<T> with(Consumer<BudgetedTrainer<T>> change) {
    BudgetedTrainer<T> other = new BudgetedTrainer<>();
    other.trainer = trainer;
    other.budget = budget;
    other.depths = depths;
    other.widths = widths;
    other.ranks = ranks;
    other.tokenizer = tokenizer;
    other.reducedTokenizers = reducedTokenizers;
    other.precisions = precisions;
    other.trials = trials;
    other.trialEpochs = trialEpochs;
    other.heldOut = heldOut;
    other.seed = seed;
    other.speed = speed;
    other.listener = listener;
    change.accept(other);
    other.postConfig();
    return other;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.check("budget", () -> StudentBudget.parse(budget));
    depths.forEach(depth -> properties.checkAtLeast("depths", 1, depth));
    widths.forEach(width -> properties.checkAtLeast("widths", 1, width));
    ranks.forEach(rank -> properties.checkAtLeast("ranks", 1, rank));
    checkVocabularies(properties);
    if (precisions.isEmpty()) {
      throw properties.refused("precisions", "is empty, expected FLOAT32, FLOAT16 or INT8");
    }
    properties.checkAtLeast("trials", 1, trials);
    properties.checkAtLeast("trialEpochs", 1, trialEpochs);
    if (!(heldOut > 0 && heldOut <= 0.5)) {
      throw properties.refused(
          "heldOut", "is %s, expected a fraction above 0 and at most 0.5".formatted(heldOut));
    }
  }

  private void checkVocabularies(PropertyChecks properties) {
    if ((tokenizer == null) != reducedTokenizers.isEmpty()) {
      throw properties.refused(
          tokenizer == null ? "tokenizer" : "reducedTokenizers",
          "is not stated, but %s; state both, or neither"
              .formatted(
                  tokenizer == null
                      ? "reducedTokenizers are " + reducedTokenizers
                      : "the tokenizer is " + tokenizer));
    }
    if (tokenizer != null) {
      properties.checkFile("tokenizer", tokenizer, "the tokenizer.json of the student");
    }
    for (Path reduced : reducedTokenizers) {
      properties.checkFile(
          "reducedTokenizers", reduced, "what KeptVocabulary wrote of the tokenizer");
    }
  }

  /** Sets the listener to the search; it is not part of the configuration. */
  public void setListener(SearchListener listener) {
    this.listener = Objects.requireNonNull(listener, "listener");
  }

  /**
   * The precision in which a student is to be exported, so that it is within its budget.
   *
   * @throws IllegalArgumentException if it was not trained within one
   */
  public static ExportPrecision precisionOf(DistilledModel<?> model) {
    return Optional.ofNullable(
            model.getProvenance().getInstanceProvenance().getMap().get(PRECISION))
        .map(StringProvenance.class::cast)
        .map(precision -> ExportPrecision.valueOf(precision.getValue()))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The provenance of %s has no '%s': it was not trained within a budget"
                        .formatted(model.getName(), PRECISION)));
  }

  @Override
  public DistilledModel<T> train(Dataset<T> examples) {
    return train(examples, Map.of());
  }

  @Override
  public DistilledModel<T> train(Dataset<T> examples, Map<String, Provenance> runProvenance) {
    return train(examples, runProvenance, INCREMENT_INVOCATION_COUNT);
  }

  /**
   * Searches, and leaves the training to the caller.
   *
   * @throws IllegalArgumentException as {@link #train(Dataset, Map, int)}
   * @throws PropertyException as there
   */
  public StudentChoice<T> choose(Dataset<T> examples) {
    return choose(examples, Map.of(), seed);
  }

  private StudentChoice<T> choose(
      Dataset<T> examples, Map<String, Provenance> ofRun, long seedOfHeldOut) {
    try (TemporaryFolder files = TemporaryFolder.create()) {
      return new StudentSearch<>(
              wholes(examples, files.path().resolve("whole.onnx")),
              StudentBudget.parse(budget),
              new StudentSearch.Space(
                  component,
                  depths,
                  widths,
                  ranks,
                  precisions,
                  trials,
                  trialEpochs,
                  heldOut,
                  seedOfHeldOut),
              candidates -> ofUntrained(ofRun, candidates),
              // A folder that is locked by whoever writes into it, as the other one is by this.
              trainer.softTargetStore().orElse(files.path().resolve("soft-targets")),
              new CandidateMeter.Means(files.path(), speed),
              listener)
          .run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<WholeStudent<T>> wholes(Dataset<T> examples, Path file) throws IOException {
    return tokenizer == null
        ? List.of(WholeStudent.of(trainer, examples, OptionalInt.empty(), component, file))
        : new ReducedVocabularies(component, tokenizer, reducedTokenizers)
            .of(trainer, examples, file);
  }

  /** A trained student's file has its provenance, which is not known yet but for its size. */
  private static Map<String, Provenance> ofUntrained(
      Map<String, Provenance> ofRun, int candidates) {
    int bytes = BYTES_OF_TRAINING + candidates * BYTES_OF_CANDIDATE;
    Map<String, Provenance> ofUntrained = new LinkedHashMap<>(ofRun);
    ofUntrained.put(CANDIDATES, new StringProvenance(CANDIDATES, " ".repeat(bytes)));
    return ofUntrained;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if no student is within the budget, the message says which is
   *     the smallest and which the quickest; if there are too few labelled examples to compare
   *     some, or none of those that were tried has a score; or as the trainer throws it
   * @throws PropertyException if a width or rank that was stated cannot be cut out of the student,
   *     there are fewer layers than were stated, the teacher reads the student's tokens or the
   *     outputs are of single ones where vocabularies are stated, the student is an encoder-decoder
   *     or no Transformer, or its file does not predict the examples, as that of a {@code
   *     BiEncoderStudent} does not
   */
  @Override
  public DistilledModel<T> train(
      Dataset<T> examples, Map<String, Provenance> runProvenance, int invocationCount) {
    Invocation invocation = invocations.begin(invocationCount, this::getProvenance);
    Map<String, Provenance> ofRun = new LinkedHashMap<>(runProvenance);
    ofRun.put(SEARCH, invocation.trainer());
    StudentChoice<T> choice = choose(examples, ofRun, seed + invocation.number());
    ofRun.put(CHOSEN, new StringProvenance(CHOSEN, choice.chosen().toString()));
    ofRun.put(PRECISION, new StringProvenance(PRECISION, choice.chosen().precision().name()));
    ofRun.put(
        CANDIDATES,
        new ListProvenance<>(
            choice.candidates().stream()
                .map(each -> new StringProvenance(CANDIDATES, each.toString()))
                .toList()));
    return choice.trainer().train(choice.examples(), ofRun, invocation.number());
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
    return "BudgetedTrainer(%s, within %s)".formatted(trainer, budget);
  }
}
