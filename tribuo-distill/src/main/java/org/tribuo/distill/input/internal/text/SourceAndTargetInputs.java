package org.tribuo.distill.input.internal.text;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.input.internal.GrowingInputs;

/**
 * How the inputs of one encoder-decoder are fed.
 *
 * @param names of all of them, in the order of the model
 * @param source feeds the encoder
 * @param target feeds the decoder
 */
record SourceAndTargetInputs(List<String> names, TokenInputs source, TokenInputs target)
    implements Feeder<TokenPair> {
  /** What the names of a decoder's inputs begin with. */
  private static final String OF_DECODER = "decoder_";

  /**
   * Matches the inputs of a model; padding is token 0.
   *
   * @throws IllegalArgumentException if none takes a target, one of them cannot be fed from tokens,
   *     or none tells the padding of the shorter source
   */
  static SourceAndTargetInputs of(Map<String, TensorType> declared) {
    if (!areOfEncoderDecoder(declared)) {
      throw new IllegalArgumentException(
          "The model has the inputs %s, none of which takes a target, expected decoder_input_ids"
              .formatted(declared.keySet()));
    }
    Map<String, TensorType> ofEncoder = new LinkedHashMap<>(declared);
    ofEncoder.keySet().removeIf(SourceAndTargetInputs::isOfDecoder);
    Map<String, TensorType> ofDecoder = new LinkedHashMap<>(declared);
    ofDecoder.keySet().removeIf(name -> !isOfDecoder(name));
    TokenInputs source = TokenInputs.of(ofEncoder);
    if (!source.tellsPadding()) {
      throw new IllegalArgumentException(
          "The model has the inputs %s, none of which tells the tokens of a source from padding, and sources differ in length; export it with an attention_mask"
              .formatted(declared.keySet()));
    }
    return new SourceAndTargetInputs(
        List.copyOf(declared.keySet()), source, TokenInputs.of(ofDecoder, OF_DECODER));
  }

  /** Whether inputs are those of an encoder-decoder. */
  static boolean areOfEncoderDecoder(Map<String, TensorType> declared) {
    return declared.keySet().stream().anyMatch(SourceAndTargetInputs::isOfDecoder);
  }

  private static boolean isOfDecoder(String input) {
    return input.startsWith(OF_DECODER);
  }

  /** The same with other tokens as padding. */
  SourceAndTargetInputs withPadIds(int ofSource, int ofTarget) {
    return new SourceAndTargetInputs(names, source.withPadId(ofSource), target.withPadId(ofTarget));
  }

  @Override
  public Map<String, Tensor> batch(List<TokenPair> rows) {
    Map<String, Tensor> fed =
        new LinkedHashMap<>(source.batch(rows.stream().map(TokenPair::first).toList()));
    fed.putAll(target.batch(rows.stream().map(TokenPair::second).toList()));
    Map<String, Tensor> batch = new LinkedHashMap<>();
    names.forEach(name -> batch.put(name, fed.get(name)));
    return batch;
  }

  @Override
  public OptionalLong fixedRows() {
    return smaller(source.fixedRows(), target.fixedRows());
  }

  @Override
  public OptionalLong fixedLength() {
    return smaller(source.fixedLength(), target.fixedLength());
  }

  @Override
  public OptionalLong fixedSteps() {
    return target.fixedLength();
  }

  @Override
  public Optional<GrowingInputs> growing() {
    return target
        .growing()
        .map(own -> new GrowingInputs(own.names(), own.ofSteps(), true, own.hasPast()));
  }

  private static OptionalLong smaller(OptionalLong one, OptionalLong other) {
    return LongStream.concat(one.stream(), other.stream()).min();
  }

  /** A decoder does not read what is behind a position, so that its padding need not be told. */
  @Override
  public boolean tellsPadding() {
    return source.tellsPadding();
  }

  @Override
  public void digest(MessageDigest into) {
    source.digest(into);
  }

  /** The inputs of each side, for messages. */
  @Override
  public String toString() {
    return new ArrayList<>(names).toString();
  }
}
