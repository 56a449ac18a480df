package org.tribuo.distill.input.internal.text;

import com.google.protobuf.Any;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
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
import org.tribuo.distill.internal.protos.SourceAndTargetReaderProto;
import org.tribuo.distill.transformer.internal.Transformer;

/**
 * How one encoder-decoder reads a source and the beginning of its target.
 *
 * @param source how its encoder reads
 * @param target how its decoder reads
 */
public record SourceAndTargetReader(TokenReader source, TokenReader target)
    implements InputReader<TokenPair> {
  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown, or the numbers are out of range
   */
  public static SourceAndTargetReader deserializeFromProto(
      int version, String className, Any message) {
    SourceAndTargetReaderProto kept =
        SavedComponents.kept(version, className, message, SourceAndTargetReaderProto.class);
    return new SourceAndTargetReader(
        TokenReader.of(kept.getSource()), TokenReader.of(kept.getTarget()));
  }

  @Override
  public ComponentProto serialize() {
    return SavedComponents.write(
        SourceAndTargetReader.class,
        SourceAndTargetReaderProto.newBuilder()
            .setSource(source.proto())
            .setTarget(target.proto())
            .build());
  }

  @Override
  public void check(FeatureMap features) {
    PairFeatures.check(features);
  }

  @Override
  public TokenPair read(Example<?> example) {
    return PairFeatures.of(example).read(source.tokens(), target.tokens());
  }

  /** That of both, as each of them is read once. */
  @Override
  public int length(TokenPair value) {
    return value.first().length() + value.second().length();
  }

  /** The positions of the target. */
  @Override
  public int steps(TokenPair value) {
    return value.second().length();
  }

  @Override
  public void digest(TokenPair value, MessageDigest into) {
    source.digest(value.first(), into);
    target.digest(value.second(), into);
  }

  @Override
  public Feeder<TokenPair> feeder(Map<String, TensorType> inputs) {
    if (!SourceAndTargetInputs.areOfEncoderDecoder(inputs)) {
      throw new IllegalArgumentException(
          "The model has the inputs %s, none of which takes a target, and the examples are sources and targets; take an encoder-decoder, which has decoder_input_ids"
              .formatted(inputs.keySet()));
    }
    return SourceAndTargetInputs.of(inputs).withPadIds(source.padId(), target.padId());
  }

  @Override
  public void check(Transformer model, String whose, boolean own, List<TokenPair> values) {
    SourceAndTargetInputs inputs = SourceAndTargetInputs.of(model.graph().inputs());
    check(
        TokenLimits.ofTeacher(model, inputs.source()),
        whose,
        own,
        values.stream().map(TokenPair::first).toList(),
        "its source");
    check(
        TokenLimits.ofTeacher(model, inputs.target()),
        whose,
        own,
        values.stream().map(TokenPair::second).toList(),
        "its target");
  }

  private void check(
      TokenLimits limits, String whose, boolean own, List<TokenSequence> texts, String part) {
    limits.checkPadding(whose, padId());
    try {
      limits.check(whose, own, texts);
    } catch (ExampleException e) {
      throw e.inPart(e.example(), part);
    }
  }

  @Override
  public Optional<TokenPair> beginning(TokenPair value, int steps) {
    return target
        .beginning(value.second(), steps)
        .map(beginning -> new TokenPair(value.first(), beginning));
  }

  @Override
  public TokenPair random(SplittableRandom random) {
    return new TokenPair(source.random(random), target.random(random));
  }

  @Override
  public ImmutableFeatureMap featureMap(FeatureMap observed) {
    List<VariableInfo> infos = new ArrayList<>(source.tokens().infos(observed, ""));
    infos.addAll(target.tokens().infos(observed, TokenNames.SECOND));
    return new ImmutableFeatureMap(infos);
  }

  /** That of a target. */
  @Override
  public int maxLength() {
    return target.maxLength();
  }

  @Override
  public int padId() {
    return target.padId();
  }

  @Override
  public SourceAndTargetReader withPadId(int other) {
    return new SourceAndTargetReader(source.withPadId(other), target.withPadId(other));
  }
}
