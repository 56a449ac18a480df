package org.tribuo.distill.input.internal.text;

import com.google.protobuf.Any;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.FeatureMap;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.VariableInfo;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.internal.protos.ComponentProto;
import org.tribuo.distill.internal.protos.TokenReaderProto;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.head.TextPairHead;

/**
 * How one model reads pairs of texts.
 *
 * @param texts how it reads each of them
 */
public record TokenPairReader(TokenReader texts) implements InputReader<TokenPair> {
  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown, or the numbers are out of range
   */
  public static TokenPairReader deserializeFromProto(int version, String className, Any message) {
    return new TokenPairReader(
        TokenReader.of(SavedComponents.kept(version, className, message, TokenReaderProto.class)));
  }

  @Override
  public ComponentProto serialize() {
    return SavedComponents.write(TokenPairReader.class, texts.proto());
  }

  /** The texts, the second of each pair behind its first. */
  @Override
  public Parts<TokenSequence> parts(List<TokenPair> values) {
    return new Parts<>(texts, values.stream().flatMap(TokenPairReader::both).toList());
  }

  private static Stream<TokenSequence> both(TokenPair pair) {
    return Stream.of(pair.first(), pair.second());
  }

  @Override
  public void check(FeatureMap features) {
    PairFeatures.check(features);
  }

  @Override
  public TokenPair read(Example<?> example) {
    return PairFeatures.of(example).read(texts.tokens(), texts.tokens());
  }

  /** That of both texts, padded to the longer one. */
  @Override
  public int length(TokenPair value) {
    return 2 * value.longest();
  }

  @Override
  public void digest(TokenPair value, MessageDigest into) {
    texts.digest(value.first(), into);
    texts.digest(value.second(), into);
  }

  @Override
  public Feeder<TokenPair> feeder(Map<String, TensorType> inputs) {
    if (!TokenPairInputs.areOfPairs(inputs)) {
      throw new IllegalArgumentException(
          "The model has the inputs %s, in a row of which there is one text, and the examples are pairs of texts that are read one by one; an encoder is a BiEncoderTeacher, and a model that reads both texts in one row needs its own tokenizer"
              .formatted(inputs));
    }
    return TokenPairInputs.of(inputs, texts.padId());
  }

  @Override
  public void check(Transformer model, String whose, boolean own, List<TokenPair> values) {
    List<TokenSequence> each = values.stream().flatMap(TokenPairReader::both).toList();
    try {
      texts.check(TextPairHead.encoder(model), whose, own, each);
    } catch (ExampleException e) {
      throw e.inPart(e.example() / 2, e.example() % 2 == 0 ? "its first text" : "its second text");
    }
  }

  @Override
  public InputReader<?> rereading(Map<String, TensorType> inputs) {
    return TokenPairInputs.areOfPairs(inputs) ? this : texts;
  }

  @Override
  public List<TokenPair> reread(
      Dataset<?> examples,
      Path preprocessor,
      Transformer model,
      OptionalInt stated,
      OptionalInt otherwise)
      throws IOException {
    int most = texts.rereadLength(TextPairHead.encoder(model), stated, otherwise);
    return RetokenizedTexts.pairs(examples, preprocessor, most);
  }

  @Override
  public TokenPair random(SplittableRandom random) {
    return new TokenPair(texts.random(random), texts.random(random));
  }

  @Override
  public ImmutableFeatureMap featureMap(FeatureMap observed) {
    List<VariableInfo> infos = new ArrayList<>(texts.tokens().infos(observed, ""));
    infos.addAll(texts.tokens().infos(observed, TokenNames.SECOND));
    return new ImmutableFeatureMap(infos);
  }

  /** That of one text. */
  @Override
  public int maxLength() {
    return texts.maxLength();
  }

  @Override
  public TokenPairReader asLongAs(Provenance dataset) {
    return new TokenPairReader(texts.asLongAs(dataset));
  }

  @Override
  public int padId() {
    return texts.padId();
  }

  @Override
  public TokenPairReader withPadId(int other) {
    return new TokenPairReader(texts.withPadId(other));
  }
}
