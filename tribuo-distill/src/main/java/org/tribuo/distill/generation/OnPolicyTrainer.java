package org.tribuo.distill.generation;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.Trainer;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.TeacherAssistant;
import org.tribuo.distill.TrainingStage;
import org.tribuo.distill.file.internal.TemporaryFolder;
import org.tribuo.distill.generation.internal.GeneratingModel;
import org.tribuo.distill.input.internal.text.GeneratedPositions;
import org.tribuo.distill.internal.component.Invocations;
import org.tribuo.distill.internal.component.Invocations.Invocation;
import org.tribuo.distill.internal.component.ModelFile;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.schedule.Schedule;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.teacher.TeacherSource;
import org.tribuo.distill.transformer.internal.TransformerFiles;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.provenance.TrainerProvenance;
import org.tribuo.provenance.impl.TrainerProvenanceImpl;

/**
 * On-policy distillation: a student learns what its teacher would say next in texts that the
 * student itself has written, and so to go on from its own mistakes, which texts of others do not
 * have (generalised knowledge distillation, Agarwal et al. 2024, arXiv:2306.13649, algorithm 1).
 *
 * <p>The trainer first trains as it is configured. Then there are rounds: in each, some texts are
 * replaced by what the student now goes on with after the same prompt, or makes of the same source,
 * and the student learns all of them from the teacher alone, with the trainer's soft loss. The
 * paper draws new texts at each step; here they are drawn once a round, and the optimizer starts
 * afresh. Prompts and sources without a text are welcome: theirs is drawn in every round. A text is
 * written no further than each teacher reads.
 *
 * <p>The paper compares the soft losses {@code KlDivergence}, {@code ReverseKl} and {@code
 * JensenShannon}, at a temperature of 1. The last is bounded, and says little to a student that is
 * far from its teacher.
 *
 * <pre>{@code
 * OnPolicyTrainer.of(trainer, 3).fraction(0.5).stopToken("[SEP]").maxTokens(64)
 *
 * <component name="on-policy" type="org.tribuo.distill.generation.OnPolicyTrainer">
 *   <property name="trainer" value="trainer"/>
 *   <property name="rounds" value="3"/>
 *   <property name="stopToken" value="[SEP]"/>
 * </component>
 * }</pre>
 *
 * <p>The same configuration, data and invocation count give the same weights to the last bit on one
 * machine. Safe for many threads.
 */
public final class OnPolicyTrainer implements Trainer<GeneratedTokens> {
  /** This trainer, among the instance values of the provenance. */
  public static final String ON_POLICY = "on-policy";

  /** The provenance of the student as it was before the last round. */
  public static final String BEFORE = "on-policy-before";

  @ConfigurableName private String component = "OnPolicyTrainer";

  @Config(
      mandatory = true,
      description =
          "Trains the student first; its teacher and settings are those of the rounds too.")
  private DistillationTrainer<GeneratedTokens> trainer;

  @Config(mandatory = true, description = "How many times the student writes new texts, 1 or more.")
  private int rounds;

  @Config(description = "The epochs of each round, 1 or more.")
  private int epochsOfRound = 1;

  @Config(
      description =
          "The fraction of the texts that are the student's own, above 0, at most 1: lambda in the"
              + " paper.")
  private double fraction = 0.5;

  @Config(
      description =
          "The token with which a text ends, as in the data; by default none: then each text that the"
              + " student writes has maxTokens.")
  private @Nullable String stopToken;

  @Config(description = "The maximum number of tokens that the student writes, 1 or more.")
  private int maxTokens = 64;

  @Config(
      description =
          "How the student draws tokens; by default as it believes, at a temperature of 1. Its seed is"
              + " not used.")
  private TokenSampling sampling = new TokenSampling();

  @Config(
      description = "The learning rate of each round, over its steps; by default the trainer's.")
  private @Nullable Schedule learningRate;

  @Config(description = "The seed of which texts are the student's own, and of its tokens.")
  private long seed = DEFAULT_SEED;

  private final Invocations invocations = new Invocations();

  /** For OLCUT. */
  private OnPolicyTrainer() {}

  /**
   * Rounds in which every second text is the student's own.
   *
   * @param trainer trains the student first, and has a teacher
   * @param rounds 1 or more
   * @throws PropertyException if there is no teacher that can be run, or no round
   */
  public static OnPolicyTrainer of(DistillationTrainer<GeneratedTokens> trainer, int rounds) {
    OnPolicyTrainer onPolicy = new OnPolicyTrainer();
    onPolicy.trainer = trainer;
    onPolicy.rounds = rounds;
    onPolicy.postConfig();
    return onPolicy;
  }

  /** The same with another number of epochs of each round, 1 or more. */
  public OnPolicyTrainer epochsOfRound(int epochs) {
    return with(other -> other.epochsOfRound = epochs);
  }

  /** The same with another fraction of texts that are the student's own, above 0, at most 1. */
  public OnPolicyTrainer fraction(double fraction) {
    return with(other -> other.fraction = fraction);
  }

  /** The same with a token with which a text ends, as in the data. */
  public OnPolicyTrainer stopToken(String token) {
    return with(other -> other.stopToken = token);
  }

  /** The same with another maximum number of tokens that the student writes, 1 or more. */
  public OnPolicyTrainer maxTokens(int tokens) {
    return with(other -> other.maxTokens = tokens);
  }

  /** The same with tokens that are drawn in another way. */
  public OnPolicyTrainer sampling(TokenSampling sampling) {
    return with(other -> other.sampling = sampling);
  }

  /** The same with a learning rate of the rounds, over the steps of each. */
  public OnPolicyTrainer learningRate(Schedule rate) {
    return with(other -> other.learningRate = rate);
  }

  /** The same with another seed. */
  public OnPolicyTrainer seed(long seed) {
    return with(other -> other.seed = seed);
  }

  private OnPolicyTrainer with(Consumer<OnPolicyTrainer> change) {
    OnPolicyTrainer other = new OnPolicyTrainer();
    other.trainer = trainer;
    other.rounds = rounds;
    other.epochsOfRound = epochsOfRound;
    other.fraction = fraction;
    other.stopToken = stopToken;
    other.maxTokens = maxTokens;
    other.sampling = sampling;
    other.learningRate = learningRate;
    other.seed = seed;
    change.accept(other);
    other.postConfig();
    return other;
  }

  /**
   * Checks the configuration; OLCUT calls it.
   *
   * @throws PropertyException if a value is out of its range, or the trainer has no teacher whose
   *     file can be run
   */
  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    List<TeacherSource.Member> teachers =
        trainer.teacher().map(TeacherSource::members).orElse(List.of());
    if (teachers.isEmpty()) {
      throw properties.refused(
          "trainer", "has no teacher, of which the student learns in each round; state one");
    }
    properties.checkAtLeast("rounds", 1, rounds);
    properties.checkAtLeast("epochsOfRound", 1, epochsOfRound);
    properties.checkAtLeast("maxTokens", 1, maxTokens);
    if (!(fraction > 0 && fraction <= 1)) {
      throw properties.refused(
          "fraction", "is %s, expected one above 0 and at most 1".formatted(fraction));
    }
    for (TeacherSource.Member teacher : teachers) {
      if (teacher instanceof TeacherAssistant) {
        throw properties.refused(
            "trainer",
            "has the teacher %s, which would be trained again in each round; train it before, and state its file"
                .formatted(teacher));
      }
      teacher.checkDatasets(1 + rounds);
    }
  }

  @Override
  public DistilledModel<GeneratedTokens> train(Dataset<GeneratedTokens> examples) {
    return train(examples, Map.of());
  }

  @Override
  public DistilledModel<GeneratedTokens> train(
      Dataset<GeneratedTokens> examples, Map<String, Provenance> runProvenance) {
    return train(examples, runProvenance, INCREMENT_INVOCATION_COUNT);
  }

  /**
   * {@inheritDoc}
   *
   * @throws PropertyException if the vocabulary does not have the stop token, or the student
   *     generates no texts
   * @throws IllegalArgumentException as {@link DistillationTrainer#train(Dataset, Map, int)}, which
   *     lists the others
   */
  @Override
  public DistilledModel<GeneratedTokens> train(
      Dataset<GeneratedTokens> examples,
      Map<String, Provenance> runProvenance,
      int invocationCount) {
    Vocabulary vocabulary = ((GeneratedTokensFactory) examples.getOutputFactory()).vocabulary();
    OptionalInt stop = stop(vocabulary);
    Invocation invocation = invocations.begin(invocationCount, this::getProvenance);
    Map<String, Provenance> ofRun = new LinkedHashMap<>(runProvenance);
    ofRun.put(ON_POLICY, invocation.trainer());
    SplittableRandom random = new SplittableRandom(seed + invocation.number());
    DistilledModel<GeneratedTokens> student = trainer.train(examples, ofRun, invocation.number());
    try (TemporaryFolder files = TemporaryFolder.create()) {
      for (int round = 1; round <= rounds; round++) {
        ofRun.put(BEFORE, student.getProvenance());
        Path before = files.path().resolve("student-%d.onnx".formatted(round));
        exportAndClose(student, before);
        Dataset<GeneratedTokens> texts = texts(examples, before, vocabulary, stop, round, random);
        student = ofRound(round, before).train(texts, ofRun, invocation.number());
      }
    } catch (IOException e) {
      student.close();
      throw new UncheckedIOException(e);
    }
    return student;
  }

  private static void exportAndClose(DistilledModel<?> student, Path file) throws IOException {
    try (student) {
      student.exportOnnx(file);
    }
  }

  private OptionalInt stop(Vocabulary vocabulary) {
    OptionalInt stop = stopToken == null ? OptionalInt.empty() : vocabulary.id(stopToken);
    if (stop.isEmpty() && stopToken != null) {
      throw new PropertyChecks(component)
          .refused(
              "stopToken",
              "is '%s', which is no token of the data's %s".formatted(stopToken, vocabulary));
    }
    return stop;
  }

  /** The texts of a round, in the order of the data. */
  private Dataset<GeneratedTokens> texts(
      Dataset<GeneratedTokens> examples,
      Path student,
      Vocabulary vocabulary,
      OptionalInt stop,
      int round,
      SplittableRandom random)
      throws IOException {
    List<Example<GeneratedTokens>> texts = new ArrayList<>(examples.getData());
    List<Integer> own = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      if (random.nextDouble() < fraction || !texts.get(i).getOutput().isKnown()) {
        own.add(i);
      }
    }
    LanguageModelFile.Opened model =
        new LanguageModelFile(
                new PropertyChecks(component),
                new ModelFile(component, student),
                "the data",
                vocabulary)
            .open(trainer.device());
    try (GeneratingModel writing = model.model()) {
      Iterator<Example<GeneratedTokens>> sampled =
          new StudentSampler(
                  writing, sampling, stop, maxTokens, model.maxLength(), positionsOfTeachers())
              .sampled(own.stream().map(texts::get).toList(), vocabulary.size(), random)
              .iterator();
      own.forEach(i -> texts.set(i, sampled.next()));
    }
    String source = "texts of the data, and %d of the student's own of round %d";
    return new MutableDataset<>(
        texts,
        new SimpleDataSourceProvenance(
            source.formatted(own.size(), round), examples.getOutputFactory()),
        examples.getOutputFactory());
  }

  /** How many tokens of a text each of the teachers reads, if anything limits that. */
  private OptionalInt positionsOfTeachers() throws IOException {
    TransformerFiles files = new TransformerFiles();
    IntStream.Builder positions = IntStream.builder();
    for (TeacherSource.Member teacher : trainer.teacher().orElseThrow().members()) {
      teacher
          .network(files)
          .map(GeneratedPositions::of)
          .orElse(OptionalInt.empty())
          .ifPresent(positions);
    }
    return positions.build().min();
  }

  /** Learns from the teacher alone, what texts are its student's own being of no matter. */
  private DistillationTrainer<GeneratedTokens> ofRound(int round, Path student) {
    TrainingStage stage =
        TrainingStage.of("round-" + round, epochsOfRound)
            .on(TrainingStage.Rows.ALL)
            .learningFrom(TrainingStage.From.TEACHER);
    return trainer.toBuilder()
        .student(OnnxStudent.of(student))
        .stages(learningRate == null ? stage : stage.learningRate(learningRate))
        .withoutEarlyStopping()
        .withoutSoftTargetStore()
        .build();
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
    return "OnPolicyTrainer(%s, rounds=%d, fraction=%s)".formatted(trainer, rounds, fraction);
  }
}
