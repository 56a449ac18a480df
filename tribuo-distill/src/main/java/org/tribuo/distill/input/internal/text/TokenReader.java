package org.tribuo.distill.input.internal.text;

import com.google.protobuf.Any;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.FeatureMap;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.internal.protos.ComponentProto;
import org.tribuo.distill.internal.protos.TokenReaderProto;
import org.tribuo.distill.transformer.internal.Transformer;

/**
 * How one model reads tokens.
 *
 * @param tokens the limits of what it reads
 * @param padId the token that pads short rows
 */
public record TokenReader(TokenFeatures tokens, int padId) implements InputReader<TokenSequence> {
  /** The longest random text. */
  private static final int LONGEST = 16;

  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown, or the numbers are out of range
   */
  public static TokenReader deserializeFromProto(int version, String className, Any message) {
    return of(SavedComponents.kept(version, className, message, TokenReaderProto.class));
  }

  static TokenReader of(TokenReaderProto kept) {
    return new TokenReader(
        new TokenFeatures(kept.getPositions(), kept.getVocabulary()), kept.getPadId());
  }

  TokenReaderProto proto() {
    return TokenReaderProto.newBuilder()
        .setPositions(tokens.positions())
        .setVocabulary(tokens.vocabulary())
        .setPadId(padId)
        .build();
  }

  @Override
  public ComponentProto serialize() {
    return SavedComponents.write(TokenReader.class, proto());
  }

  @Override
  public void check(FeatureMap features) {
    TokenFeatures.check(features);
  }

  @Override
  public TokenSequence read(Example<?> example) {
    return tokens.read(example);
  }

  @Override
  public int length(TokenSequence value) {
    return value.length();
  }

  @Override
  public void digest(TokenSequence value, MessageDigest into) {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (1 + 2 * value.length()));
    bytes.putInt(value.length());
    for (int i = 0; i < value.length(); i++) {
      bytes.putInt(value.id(i)).putInt(value.typeId(i));
    }
    into.update(bytes.flip());
  }

  @Override
  public Feeder<TokenSequence> feeder(Map<String, TensorType> inputs) {
    return TokenInputs.of(inputs).withPadId(padId);
  }

  @Override
  public void check(Transformer model, String whose, boolean own, List<TokenSequence> values) {
    TokenLimits limits = TokenLimits.ofTeacher(model);
    limits.checkPadding(whose, padId);
    limits.check(whose, own, values);
  }

  @Override
  public List<TokenSequence> reread(
      Dataset<?> examples,
      Path preprocessor,
      Transformer model,
      OptionalInt stated,
      OptionalInt otherwise)
      throws IOException {
    return RetokenizedTexts.of(examples, preprocessor, rereadLength(model, stated, otherwise));
  }

  /** The maximum length of a text that is made again for a model, as {@link #reread} has it. */
  int rereadLength(Transformer model, OptionalInt stated, OptionalInt otherwise) {
    return stated.orElseGet(() -> TokenLimits.ofTeacher(model).orUsual(otherwise));
  }

  @Override
  public Optional<TokenSequence> beginning(TokenSequence value, int steps) {
    return Optional.of(
        new TokenSequence(
            Arrays.copyOf(value.ids(), steps), Arrays.copyOf(value.typeIds(), steps)));
  }

  @Override
  public TokenSequence random(SplittableRandom random) {
    int length = random.nextInt(1, Math.min(tokens.positions(), LONGEST) + 1);
    return TokenSequence.of(random.ints(length, 0, tokens.vocabulary()).toArray());
  }

  @Override
  public ImmutableFeatureMap featureMap(FeatureMap observed) {
    return tokens.featureMap(observed);
  }

  @Override
  public int maxLength() {
    return tokens.positions();
  }

  @Override
  public TokenReader asLongAs(Provenance dataset) {
    int most = CsvTextDataSourceProvenance.maxTokens(dataset).orElse(tokens.positions());
    return new TokenReader(
        new TokenFeatures(Math.min(most, tokens.positions()), tokens.vocabulary()), padId);
  }

  @Override
  public TokenReader withPadId(int other) {
    return new TokenReader(tokens, other);
  }
}
