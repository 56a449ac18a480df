package org.tribuo.distill.generation.internal;

import com.google.protobuf.Any;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.tribuo.Example;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.OutputFactory;
import org.tribuo.OutputInfo;
import org.tribuo.distill.generation.GeneratedTokens;
import org.tribuo.distill.generation.GeneratedTokensFactory;
import org.tribuo.distill.generation.PerplexityEvaluator;
import org.tribuo.distill.generation.Vocabulary;
import org.tribuo.distill.input.internal.text.PairFeatures;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.loss.internal.TokenMask;
import org.tribuo.distill.task.internal.ClassificationTask;
import org.tribuo.distill.task.internal.FurtherColumns;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Score;
import org.tribuo.distill.task.internal.TargetCodec;
import org.tribuo.evaluation.Evaluation;

/**
 * The token that comes next, at each position of a text whose next token is to be predicted. The
 * hard loss is the mean over all these positions of a batch, and so is the soft loss; where it is
 * not known what a text goes on with, its last position has the soft loss alone. A text that is
 * longer than the model reads is read in windows, and each token is predicted in exactly one of
 * them; for a prediction each window reads half of the one before it again. Where an example has a
 * source, the text is its target, which a model has to read at once.
 */
public final class NextTokens implements ClassificationTask<GeneratedTokens> {
  private final Optional<LabelOrder> columns;

  /** Of a vocabulary that the outputs state; for the service loader. */
  public NextTokens() {
    this(Optional.empty());
  }

  private NextTokens(Optional<LabelOrder> columns) {
    this.columns = columns;
  }

  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown
   */
  public static NextTokens deserializeFromProto(int version, String className, Any message) {
    SavedComponents.checkVersion(version, className);
    return new NextTokens();
  }

  @Override
  public NextTokens forOutputs(OutputInfo<GeneratedTokens> outputs) {
    List<String> names = ((GeneratedTokensInfo) outputs).names();
    return new NextTokens(Optional.of(new LabelOrder(names)));
  }

  @Override
  public boolean isCausal() {
    return true;
  }

  @Override
  public Class<GeneratedTokens> outputType() {
    return GeneratedTokens.class;
  }

  @Override
  public RowForm unit() {
    return RowForm.tokens(TokenMask.stated());
  }

  @Override
  public Head head(LabelOrder order) {
    return Head.ofVocabulary(order);
  }

  @Override
  public Optional<LabelOrder> columns() {
    return columns;
  }

  private int vocabulary() {
    return columns.map(LabelOrder::size).orElse(Vocabulary.MAX_SIZE);
  }

  /** Windows that follow each other, the last of which is full. */
  @Override
  public List<Example<GeneratedTokens>> rows(Example<GeneratedTokens> example, int maxLength) {
    return windows(example, maxLength, 0);
  }

  @Override
  public List<Example<GeneratedTokens>> rowsToPredict(
      Example<GeneratedTokens> example, int maxLength) {
    return windows(example, maxLength, maxLength / 2);
  }

  private List<Example<GeneratedTokens>> windows(
      Example<GeneratedTokens> example, int maxLength, int reread) {
    int[] read = TextWindow.read(example, vocabulary());
    if (!example.getOutput().isKnown()) {
      return List.of(read.length <= maxLength ? example : end(example, read, maxLength));
    }
    if (TextWindow.isRow(example) && read.length <= maxLength) {
      return List.of(example);
    }
    TextWindow whole = TextWindow.of(example, vocabulary());
    if (whole.tokens().length > maxLength + 1) {
      checkHasNoSource(example, whole.tokens().length - 1, maxLength);
    }
    return whole.within(maxLength, reread).stream().map(window -> window.toRow(example)).toList();
  }

  /** The last tokens of a text of which it is not known what it goes on with. */
  private static Example<GeneratedTokens> end(
      Example<GeneratedTokens> example, int[] read, int maxLength) {
    checkHasNoSource(example, read.length, maxLength);
    return TextWindow.reading(
        example,
        Arrays.copyOfRange(read, read.length - maxLength, read.length),
        example.getOutput());
  }

  /** What comes in the middle of a target does not tell where in its source that is. */
  private static void checkHasNoSource(
      Example<GeneratedTokens> example, int length, int maxLength) {
    if (PairFeatures.of(example).isPair()) {
      throw new IllegalArgumentException(
          "The target has %d tokens to be read, and the model reads %d at once; shorten it, or leave the pair out"
              .formatted(length, maxLength));
    }
  }

  @Override
  public SortedSet<String> names(ImmutableOutputInfo<GeneratedTokens> domain) {
    return new TreeSet<>(((GeneratedTokensInfo) domain).names());
  }

  @Override
  public GeneratedTokens output(String name, OutputFactory<GeneratedTokens> factory) {
    Vocabulary vocabulary = ((GeneratedTokensFactory) factory).vocabulary();
    return GeneratedTokens.of(vocabulary.idOfName(name));
  }

  /** Tokens are numbered, so that others are refused where the columns are matched. */
  @Override
  public boolean ignoresFurtherColumns() {
    return true;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Teacher and student read the same ids, so both must have the same vocabulary; but a teacher
   * may have columns behind it that are of no token.
   */
  @Override
  public int[] columnsOf(LabelOrder teacher, LabelOrder student) {
    if (!FurtherColumns.areBehind(student, teacher)) {
      teacher.checkSame(
          student,
          "predicts %d tokens",
          "both must have the same vocabulary, as they read the ids of the same tokenizer; take a teacher and a student of one tokenizer");
    }
    return IntStream.range(0, student.size()).toArray();
  }

  @Override
  public TargetCodec<GeneratedTokens> codec(LabelOrder order) {
    return new NextTokenCodec(order);
  }

  @Override
  public Score score(LabelOrder order) {
    return new MeanLogLikelihood();
  }

  /** The mean log-likelihood of a token. */
  @Override
  public double criterion(Evaluation<GeneratedTokens> evaluation) {
    return ((PerplexityEvaluator.Evaluation) evaluation).meanLogLikelihood();
  }

  @Override
  public String toString() {
    return "NextTokens";
  }
}
