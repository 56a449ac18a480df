package org.tribuo.distill.input.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.tribuo.Example;
import org.tribuo.distill.component.InputFiles;
import org.tribuo.distill.file.AtomicFile;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.internal.text.RawText;
import org.tribuo.distill.input.internal.text.TokenColumns;
import org.tribuo.distill.input.internal.text.TokenInputs;
import org.tribuo.distill.internal.component.OnnxMetadata;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.cut.VocabularyCut;
import org.tribuo.distill.transformer.internal.layer.EmbeddingTables;

/**
 * The tokens that a model keeps of its vocabulary: those of some texts, all special and added
 * tokens, and the single characters, of the scripts that the texts have, or bytes, out of which any
 * other word is put together. It writes a tokenizer and models that belong together: the rows of
 * other tokens are gone from their embedding tables, and tokens are renumbered.
 *
 * <p>A text of which all tokens were kept has the same tokens, under other numbers, and a model the
 * same outputs. Any other text has shorter tokens for some words, or the unknown token for
 * characters of other scripts. A model that was trained with the whole vocabulary has hardly learnt
 * these shorter tokens; one that is trained with the reduced one has, if words that are rare in the
 * texts are read in pieces too, as a least number of texts makes them.
 *
 * <pre>{@code
 * KeptVocabulary kept = KeptVocabulary.of(tokenizer, texts);
 * kept.writeTokenizer(Path.of("small-tokenizer.json"));
 * kept.writeModel(Path.of("student.onnx"), Path.of("small-student.onnx"));
 * }</pre>
 *
 * <p>To train a student with them: {@code student.ReducedVocabularyStudent}. Immutable and safe for
 * many threads.
 */
public final class KeptVocabulary {
  private final TokenizerFile tokenizer;
  private final JsonNode reduced;
  private final int[] kept;

  private KeptVocabulary(TokenizerFile tokenizer, JsonNode reduced, int[] kept) {
    this.tokenizer = tokenizer;
    this.reduced = reduced;
    this.kept = kept;
  }

  /**
   * The tokens of texts.
   *
   * @param tokenizer the {@code tokenizer.json} of the model: WordPiece, byte-pair encoding (of
   *     characters or bytes), unigram or whole words
   * @param texts at least those that the model is trained on
   * @throws MalformedTextException if a text is no Unicode; the message names it
   * @throws IOException if the tokenizer cannot be read
   */
  public static KeptVocabulary of(Path tokenizer, List<String> texts) throws IOException {
    return of(tokenizer, texts, 1);
  }

  /**
   * The tokens that at least a number of texts have. A word whose token fewer texts have is read in
   * pieces instead, of which frequent ones are kept too, down to single characters or bytes: a
   * student that is trained so learns the pieces, by which it reads words that no text has.
   *
   * @param tokenizer as above
   * @param texts at least those that the model is trained on
   * @param leastTexts 1 for all tokens of the texts
   * @throws IllegalArgumentException if the number is less than 1
   * @throws MalformedTextException if a text is no Unicode; the message names it
   * @throws IOException if the tokenizer cannot be read
   */
  public static KeptVocabulary of(Path tokenizer, List<String> texts, int leastTexts)
      throws IOException {
    if (leastTexts < 1) {
      throw new IllegalArgumentException(
          "A token is to be kept that %d texts have, expected 1 or more".formatted(leastTexts));
    }
    TokenizerFile file = TokenizerFile.read(tokenizer);
    ReducedTokenizer reduced =
        new ReducedTokenizer(file.json(), RareTokens.takenOut(file, texts, leastTexts));
    return new KeptVocabulary(file, reduced.reduced(), reduced.kept());
  }

  /**
   * The tokens of the texts that examples keep, as those of {@code CsvTextDataSource} do on
   * request; both texts of a pair.
   *
   * @param tokenizer as above
   * @param examples at least those that the model is trained on
   * @param leastTexts as above
   * @throws IllegalArgumentException if an example keeps no text, or the number is less than 1
   * @throws IOException if the tokenizer cannot be read
   */
  public static KeptVocabulary ofExamples(
      Path tokenizer, Iterable<? extends Example<?>> examples, int leastTexts) throws IOException {
    List<String> texts = new ArrayList<>();
    int row = 0;
    for (Example<?> example : examples) {
      RawText text = RawText.kept(example, row++, "of which a vocabulary is made");
      texts.add(text.text());
      text.pair().ifPresent(texts::add);
    }
    return of(tokenizer, texts, leastTexts);
  }

  /**
   * The tokens that a tokenizer has which was written by {@link #writeTokenizer}.
   *
   * @param tokenizer the whole one
   * @param reduced what was written
   * @throws IllegalArgumentException if it does not have tokens of the whole one, in their order;
   *     the message names both
   * @throws IOException if one of them cannot be read
   */
  public static KeptVocabulary read(Path tokenizer, Path reduced) throws IOException {
    TokenizerFile whole = TokenizerFile.read(tokenizer);
    JsonNode few = TokenizerFile.read(reduced).json();
    try {
      return new KeptVocabulary(whole, few, TokenNumbers.kept(whole.json(), few));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s is not made of %s: it %s; expected what KeptVocabulary.writeTokenizer wrote of that tokenizer"
              .formatted(reduced, tokenizer, e.getMessage()),
          e);
    }
  }

  /**
   * The same tokens, and all others are read as those of them whose embeddings in a model are
   * nearest, by the cosine: an unknown <i>moving</i> as <i>move</i>, instead of in pieces. Texts of
   * the kept tokens are read as before. For WordPiece and whole words.
   *
   * @param model an ONNX file whose tokens the tokenizer makes, such as that of the student
   * @throws IllegalArgumentException if the tokenizer is of another kind: see {@link
   *     #canReadOthersAsNearest()}
   * @throws GraphException if the model has no embedding table for tokens that the file holds in
   *     floats, or a token that is kept has no row
   * @throws IOException if the file cannot be read
   */
  public KeptVocabulary readingOthersAsNearest(Path model) throws IOException {
    if (!canReadOthersAsNearest()) {
      throw new IllegalArgumentException(
          "%s is neither WordPiece nor of whole words: only there can a token be read as another"
              .formatted(tokenizer.path()));
    }
    BitSet left = new BitSet();
    IntStream.of(kept).forEach(left::set);
    ReducedTokenizer tokens = new ReducedTokenizer(tokenizer.json(), left);
    OnnxModel whole = OnnxModel.read(model);
    Tensor table = whole.named(() -> table(whole));
    NavigableMap<Integer, String> names = TokenNumbers.names(tokenizer.json());
    int[] gone =
        names.keySet().stream()
            .mapToInt(Integer::intValue)
            .filter(token -> !left.get(token) && token < table.dim(0))
            .toArray();
    Map<Integer, Integer> nearest =
        new NearestTokens(
                table,
                names,
                tokenizer.json().path("model").path("continuing_subword_prefix").asText(""))
            .of(tokens.words(), gone);
    return new KeptVocabulary(tokenizer, tokens.reduced(nearest), kept);
  }

  /**
   * Whether a token that is gone can be read as another. In byte-pair encoding and unigram it
   * cannot, where a word is read in pieces that depend on each other.
   */
  public boolean canReadOthersAsNearest() {
    return ReducedTokenizer.hasNamedTokens(tokenizer.json());
  }

  private Tensor table(OnnxModel model) {
    Transformer transformer = Transformer.of(model);
    Graph graph = transformer.graph();
    String ids = TokenInputs.idsAmong(graph.inputs().keySet()).get(0);
    EmbeddingTables tables = transformer.embeddings();
    VocabularyCut.rows(tables, ids, kept);
    return graph.initializer(tables.largest(graph, ids).initializer());
  }

  /** The number of tokens that are kept. */
  public int size() {
    return kept.length;
  }

  /**
   * The new number of a token.
   *
   * @return empty if it is not kept
   */
  public OptionalInt newId(int oldId) {
    int place = Arrays.binarySearch(kept, oldId);
    return place < 0 ? OptionalInt.empty() : OptionalInt.of(place);
  }

  /**
   * Writes the tokenizer with these tokens, whole or not at all.
   *
   * @param file another one than that which was read
   * @throws IOException if it cannot be written, or is the file that was read
   */
  public void writeTokenizer(Path file) throws IOException {
    inputs().checkOutput(file);
    byte[] content = TokenizerFile.bytes(reduced);
    AtomicFile.writeStream(file, stream -> stream.write(content));
  }

  /**
   * Writes a model with the rows of these tokens, whole or not at all. Its metadata is as {@link
   * #cut} says.
   *
   * @param model an ONNX file whose tokens the tokenizer makes
   * @param to another file
   * @throws GraphException as {@link #cut}; the message names the file
   * @throws IOException if a file cannot be read or written, or the other is one of those that are
   *     read
   */
  public void writeModel(Path model, Path to) throws IOException {
    inputs().withModel(model).checkOutput(to);
    OnnxModel whole = OnnxModel.read(model);
    whole.named(() -> cut(whole)).write(to);
  }

  /**
   * A model with the rows of these tokens. Its metadata, if it is an exported student, has the new
   * number of the token that pads, and of a language model the columns of these tokens.
   *
   * @param whole a model whose tokens the tokenizer makes
   * @throws GraphException if it has no embedding table for tokens, or one that cannot be cut
   */
  public OnnxModel cut(OnnxModel whole) {
    Transformer transformer = Transformer.of(whole);
    Graph graph = transformer.graph();
    OnnxModel cut =
        VocabularyCut.keep(transformer, TokenInputs.idsAmong(graph.inputs().keySet()), kept)
            .toModel();
    OptionalInt padId = OnnxMetadata.padId(whole);
    if (padId.isPresent()) {
      cut = OnnxMetadata.withPadId(cut, renumberedPadding(padId.getAsInt()));
    }
    Optional<List<String>> columns =
        OnnxMetadata.labelOrder(whole).filter(TokenColumns::areNames).map(this::renumbered);
    return columns.isPresent() ? OnnxMetadata.withLabelOrder(cut, columns.get()) : cut;
  }

  private int renumberedPadding(int padId) {
    return newId(padId)
        .orElseThrow(
            () ->
                new GraphException(
                    "Short texts are padded with token %d, which is none of the %d that are kept; is this the model's own tokenizer?"
                        .formatted(padId, kept.length)));
  }

  /** The columns of the kept tokens of a language model. */
  private List<String> renumbered(List<String> columns) {
    return IntStream.range(0, kept.length)
        .mapToObj(id -> TokenColumns.name(id, TokenColumns.token(columns.get(kept[id]))))
        .toList();
  }

  private InputFiles inputs() {
    return InputFiles.of(List.of(tokenizer.path()));
  }

  @Override
  public String toString() {
    return "KeptVocabulary(%d of %d tokens of %s)"
        .formatted(kept.length, tokenizer.vocabularySize(), tokenizer.path());
  }
}
