package org.tribuo.distill.input.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.tribuo.distill.file.AtomicFile;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.internal.text.TokenInputs;
import org.tribuo.distill.internal.component.OnnxMetadata;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.VocabularyCut;

/**
 * The tokens that a model keeps of its vocabulary: those of some texts, all special and added
 * tokens, and the single characters, of the scripts that the texts have, or bytes, out of which any
 * other word is put together. It writes a tokenizer and models that belong together: the rows of
 * other tokens are gone from their embedding tables, and tokens are renumbered.
 *
 * <p>A text of which all tokens were kept has the same tokens, under other numbers, and a model the
 * same outputs. Any other text has shorter tokens for some words, which the model has hardly
 * learnt, or the unknown token for characters of other scripts.
 *
 * <pre>{@code
 * KeptVocabulary kept = KeptVocabulary.of(tokenizer, texts);
 * kept.writeTokenizer(Path.of("small-tokenizer.json"));
 * kept.writeModel(Path.of("student.onnx"), Path.of("small-student.onnx"));
 * }</pre>
 *
 * <p>Immutable and safe for many threads.
 */
public final class KeptVocabulary {
  private final TokenizerFile tokenizer;
  private final ReducedTokenizer reduced;
  private final int[] kept;

  private KeptVocabulary(TokenizerFile tokenizer, ReducedTokenizer reduced) {
    this.tokenizer = tokenizer;
    this.reduced = reduced;
    this.kept = reduced.kept();
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
    BitSet used = new BitSet();
    try (TextTokenizer open = TextTokenizer.open(tokenizer, TokenSequence.MAX_LENGTH)) {
      for (TokenSequence text : open.encodeAll(texts)) {
        for (int i = 0; i < text.length(); i++) {
          used.set(text.id(i));
        }
      }
    }
    TokenizerFile file = TokenizerFile.read(tokenizer);
    return new KeptVocabulary(file, new ReducedTokenizer(file.json(), used));
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
   * @throws IOException if it cannot be written
   */
  public void writeTokenizer(Path file) throws IOException {
    refuse(file, tokenizer.path());
    byte[] content = TokenizerFile.bytes(reduced.reduced());
    AtomicFile.writeStream(file, stream -> stream.write(content));
  }

  /**
   * Writes a model with the rows of these tokens, whole or not at all. Its metadata, if it is an
   * exported student, has the new number of the token that pads.
   *
   * @param model an ONNX file whose tokens the tokenizer makes
   * @param to another file
   * @throws GraphException if it has no embedding table for tokens, or one that cannot be cut; the
   *     message names it
   * @throws IOException if a file cannot be read or written
   */
  public void writeModel(Path model, Path to) throws IOException {
    refuse(to, model);
    OnnxModel whole = OnnxModel.read(model);
    whole.named(() -> cut(whole)).write(to);
  }

  private OnnxModel cut(OnnxModel whole) {
    Transformer transformer = Transformer.of(whole);
    Graph graph = transformer.graph();
    OnnxModel cut =
        VocabularyCut.keep(transformer, TokenInputs.idsAmong(graph.inputs().keySet()), kept)
            .toModel();
    OptionalInt padId = OnnxMetadata.padId(whole);
    if (padId.isEmpty()) {
      return cut;
    }
    int renumbered =
        newId(padId.getAsInt())
            .orElseThrow(
                () ->
                    new GraphException(
                        "Short texts are padded with token %d, which is none of the %d that are kept; is this the model's own tokenizer?"
                            .formatted(padId.getAsInt(), kept.length)));
    return cut.withMetadata(Map.of(OnnxMetadata.PAD_ID, Integer.toString(renumbered)));
  }

  private static void refuse(Path to, Path from) throws IOException {
    if (to.toAbsolutePath().normalize().equals(from.toAbsolutePath().normalize())) {
      throw new IOException("%s would replace what it is made of; name another file".formatted(to));
    }
  }

  @Override
  public String toString() {
    return "KeptVocabulary(%d of %d tokens of %s)"
        .formatted(kept.length, tokenizer.vocabularySize(), tokenizer.path());
  }
}
