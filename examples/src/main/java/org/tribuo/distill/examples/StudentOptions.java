package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.selection.StudentBudget;
import org.tribuo.distill.selection.StudentCandidate;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.FactorizedEmbeddingsStudent;
import org.tribuo.distill.student.FrozenWeights;
import org.tribuo.distill.student.NarrowedStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.ReducedVocabularyStudent;
import org.tribuo.distill.student.ScratchStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.transformer.ExportPrecision;

/**
 * The student: a file, a new encoder, or (without both) some layers of the fine-tuned teacher,
 * which may become narrower.
 */
public final class StudentOptions implements Options, Configurable {
  /** What the weights of a student of another width start as. */
  public enum Weights {
    /** They are drawn: the student is a new encoder. */
    RANDOM,

    /** They are some of the teacher's. */
    TEACHER
  }

  private static final int HEADS_OF_NEW = 12;

  private static final String MODEL =
      "ONNX file of a Transformer that reads the teacher's tokens and gets a fresh head; without it"
          + " the student is cut out of the fine-tuned teacher";
  private static final String LAYERS =
      "layers of a new encoder; or those that are cut out of the teacher, as --student-choice"
          + " chooses them";
  private static final String CHOICE =
      "which of the teacher's layers stay: SPREAD evenly, the first and the last among them, FIRST,"
          + " LAST, or those of most INFLUENCE on the hidden states of 256 texts";
  private static final String WIDTH =
      "width of the student, whose weights are those that --student-weights names; without it that of"
          + " the teacher, of which it is cut out";
  private static final String WEIGHTS =
      "of a student of another width: RANDOM for a new encoder, TEACHER for those weights of the"
          + " teacher that add most on 256 texts";
  private static final String HEADS =
      "attention heads; without it 12 of a new encoder, and as many of the teacher's as its width has"
          + " in proportion";
  private static final String INNER =
      "width inside of a feed-forward block; without it four times the width of a new encoder, and in"
          + " proportion of the teacher's";
  private static final String FROZEN =
      "the first layers, so many, keep their weights, and so do the embeddings; 0 freezes the"
          + " embeddings alone; without it nothing is frozen";

  private static final String VOCABULARY =
      "least number of training texts that have a token of the student's vocabulary, which is cut out"
          + " of the teacher's: rarer ones are read as the nearest, or in pieces where the tokenizer cuts"
          + " words otherwise than WordPiece; without it the whole vocabulary";
  private static final String PRECISION =
      "weights of a second file of the student, which is measured too: FLOAT16 or INT8; FLOAT32 for"
          + " none";

  private static final String BUDGET =
      "the largest size of the student's file, the longest time of one text alone on one thread, or"
          + " both, as in \"10MB, 1ms\": the student's depth, width and precision are searched for, and"
          + " where a size is stated, its vocabulary and the rank of its embeddings";
  private static final String RANK =
      "rank of the embeddings of tokens, which become a product of two matrices; without it they are"
          + " one table";

  @Config(description = MODEL)
  @Option(longName = "student", usage = MODEL)
  public @Nullable Path model;

  @Config(description = LAYERS)
  @Option(longName = "student-layers", usage = LAYERS)
  public int layers = 2;

  @Config(description = CHOICE)
  @Option(longName = "student-choice", usage = CHOICE)
  public PrunedStudent.Choice choice = PrunedStudent.Choice.SPREAD;

  @Config(description = WIDTH)
  @Option(longName = "student-width", usage = WIDTH)
  public @Nullable Integer width;

  @Config(description = WEIGHTS)
  @Option(longName = "student-weights", usage = WEIGHTS)
  public Weights weights = Weights.RANDOM;

  @Config(description = HEADS)
  @Option(longName = "student-heads", usage = HEADS)
  public @Nullable Integer heads;

  @Config(description = INNER)
  @Option(longName = "student-inner", usage = INNER)
  public @Nullable Integer inner;

  @Config(description = FROZEN)
  @Option(longName = "frozen-layers", usage = FROZEN)
  public @Nullable Integer frozenLayers;

  @Config(description = VOCABULARY)
  @Option(longName = "student-vocabulary", usage = VOCABULARY)
  public @Nullable Integer vocabulary;

  @Config(description = RANK)
  @Option(longName = "student-rank", usage = RANK)
  public @Nullable Integer rank;

  @Config(description = PRECISION)
  @Option(longName = "student-precision", usage = PRECISION)
  public ExportPrecision precision = ExportPrecision.FLOAT32;

  @Config(description = BUDGET)
  @Option(longName = "student-budget", usage = BUDGET)
  public List<String> budget = List.of();

  /** The weights that keep their values, if there are any. */
  Optional<FrozenWeights> frozen() {
    return Optional.ofNullable(frozenLayers).map(FrozenWeights::embeddingsAndLayers);
  }

  /**
   * The student before it is trained.
   *
   * @param whole whose layers it keeps, if it is cut out of another
   * @param tokenizer of what it is cut out of
   * @param reduced the tokenizer that the student reads, if that is another
   * @param encoder gives a student with a file of its own a fresh head
   * @throws IOException if the tokenizer cannot be read
   */
  StudentSource source(
      StudentSource whole,
      Path tokenizer,
      Optional<Path> reduced,
      Function<Path, EncoderStudent> encoder)
      throws IOException {
    StudentSource ofOneTable =
        model == null && isNew()
            ? newEncoder(reduced.orElse(tokenizer))
            : cut(model == null ? whole : encoder.apply(model), tokenizer, reduced);
    return rank == null ? ofOneTable : FactorizedEmbeddingsStudent.ofRank(ofOneTable, rank);
  }

  private ScratchStudent newEncoder(Path tokenizer) throws IOException {
    ScratchStudent made =
        ScratchStudent.of(
            vocabularySize(tokenizer),
            layers,
            Objects.requireNonNull(width),
            heads == null ? HEADS_OF_NEW : heads);
    return inner == null ? made : made.withInner(inner);
  }

  private StudentSource cut(StudentSource start, Path tokenizer, Optional<Path> reduced) {
    StudentSource read =
        reduced.isPresent() ? ReducedVocabularyStudent.of(start, tokenizer, reduced.get()) : start;
    if (model != null || hasBudget()) {
      return read;
    }
    StudentSource cut = PrunedStudent.keeping(layers, choice, read);
    return isNarrowed() ? narrowed(cut) : cut;
  }

  private NarrowedStudent narrowed(StudentSource cut) {
    NarrowedStudent narrow =
        width == null ? NarrowedStudent.of(cut) : NarrowedStudent.of(cut, width);
    narrow = heads == null ? narrow : narrow.heads(heads);
    return inner == null ? narrow : narrow.inner(inner);
  }

  private boolean isNew() {
    return width != null && weights == Weights.RANDOM;
  }

  /** Whether depth, width and precision are yet to be found. */
  boolean hasBudget() {
    return !budget.isEmpty();
  }

  /** What the student may cost, if that is stated. */
  Optional<StudentBudget> budget() {
    try {
      return hasBudget()
          ? Optional.of(StudentBudget.parse(String.join(",", budget)))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      throw new PropertyException(e, "student", "budget", e.getMessage());
    }
  }

  /**
   * The student that was found within the budget takes the place of the stated one.
   *
   * @param whole the width of the teacher
   * @param leastTexts of the vocabulary that was found, if some were searched
   */
  void become(StudentCandidate found, int whole, OptionalInt leastTexts) {
    layers = found.layers();
    width = found.width() == whole ? null : found.width();
    weights = Weights.TEACHER;
    rank = found.rank().isPresent() ? found.rank().getAsInt() : null;
    precision = found.precision();
    leastTexts.ifPresent(least -> vocabulary = least);
    budget = List.of();
  }

  /** Whether a vocabulary is to be found too. */
  boolean searchesVocabularies() {
    return vocabulary == null && budget().filter(limit -> limit.bytes().isPresent()).isPresent();
  }

  /** The least number of training texts that have a token, if it has some tokens alone. */
  Optional<Integer> leastTexts() {
    return Optional.ofNullable(vocabulary);
  }

  /** Whether the student is cut out of another: it is neither a file of its own nor new. */
  boolean isCut() {
    return model == null && !isNew();
  }

  /** Whether the student is cut out of another, and narrower. */
  boolean isNarrowed() {
    return isCut() && weights == Weights.TEACHER && isSized();
  }

  /** Whether its embeddings become a product. */
  boolean isFactorized() {
    return rank != null;
  }

  private boolean isSized() {
    return width != null || heads != null || inner != null;
  }

  /** Whether it has some of the teacher's tokens alone. */
  boolean hasOwnVocabulary() {
    return leastTexts().isPresent();
  }

  /** Whether there is a second file of it, with smaller weights. */
  boolean hasSmallFile() {
    return precision != ExportPrecision.FLOAT32;
  }

  private static int vocabularySize(Path tokenizer) throws IOException {
    try (TextTokenizer opened = TextTokenizer.open(tokenizer)) {
      return opened.vocabularySize();
    }
  }

  /**
   * Checks what can be checked before there is a fine-tuned teacher.
   *
   * @throws PropertyException if the teacher does not have as many layers as are to be cut out of
   *     it, there can be no new encoder of this size, a number is out of its range, or a size is
   *     stated that the student does not get
   * @throws org.tribuo.distill.graph.GraphException if the teacher is no Transformer, or quantised
   * @throws IOException if its file cannot be read
   */
  void check(Path teacher, Path tokenizer, Function<Path, EncoderStudent> encoder)
      throws IOException {
    checkAtLeast("vocabulary", vocabulary, 1);
    checkAtLeast("width", width, 1);
    checkAtLeast("heads", heads, 1);
    checkAtLeast("inner", inner, 1);
    checkAtLeast("rank", rank, 1);
    checkAtLeast("frozenLayers", frozenLayers, 0);
    if (budget().isPresent()
        && (model != null
            || choice != PrunedStudent.Choice.SPREAD
            || isSized()
            || isFactorized()
            || hasSmallFile())) {
      throw new PropertyException(
          "student",
          "budget",
          "is stated, so that the student is searched for, but so is a model, a choice of layers, a width, a number of heads, an inner width, a rank or a precision; state one or the other");
    }
    if (isSized() && (model != null || (!isNew() && !isNarrowed()))) {
      throw sizeWithoutUse();
    }
    if (!isCut()) {
      source(OnnxStudent.of(teacher), tokenizer, Optional.empty(), encoder);
    } else {
      int most = PrunedStudent.layersOf(teacher);
      if (layers < 1 || layers > most) {
        throw new PropertyException(
            "student",
            "layers",
            "%d layers are to be cut out of %s, which has %d".formatted(layers, teacher, most));
      }
    }
    int trainable =
        model != null
            ? PrunedStudent.layersOf(model)
            : hasBudget() ? PrunedStudent.layersOf(teacher) : layers;
    if (frozenLayers != null && frozenLayers > trainable) {
      throw new PropertyException(
          "student",
          "frozenLayers",
          "%d layers are to keep their weights, but the student has %d"
              .formatted(frozenLayers, trainable));
    }
  }

  private PropertyException sizeWithoutUse() {
    return new PropertyException(
        "student",
        width != null ? "width" : heads != null ? "heads" : "inner",
        model != null
            ? "is stated, but the student is %s, which has its own; omit it".formatted(model)
            : "is stated, but the student keeps the width of the teacher, of which it is cut out; state TEACHER as its weights, a width of a new encoder, or omit it");
  }

  private static void checkAtLeast(String property, @Nullable Integer stated, int least) {
    if (stated != null && stated < least) {
      throw new PropertyException(
          "student", property, "is %d, expected %d or more; or omit it".formatted(stated, least));
    }
  }

  /** What the student is, in a few words. */
  String described() {
    if (model != null) {
      return "%s with a fresh head".formatted(model);
    }
    if (hasBudget()) {
      return "the best within %s that can be cut out of the teacher"
          .formatted(String.join(",", budget));
    }
    return isNew()
        ? "a new encoder of %d layers and width %d%s".formatted(layers, width, embeddings())
        : "%d of the teacher's layers, with its embeddings and head%s%s"
            .formatted(layers, isNarrowed() ? ", made narrower" : "", embeddings());
  }

  private String embeddings() {
    return rank == null ? "" : ", embeddings of rank %d".formatted(rank);
  }

  @Override
  public String getOptionsDescription() {
    return "Student";
  }
}
