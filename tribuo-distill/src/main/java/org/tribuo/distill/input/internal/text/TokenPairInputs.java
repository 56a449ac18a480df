package org.tribuo.distill.input.internal.text;

import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.Feeder;
import org.tribuo.distill.input.text.TokenSequence;

/**
 * How the inputs [pairs, 2, positions] of one model are fed: as {@link TokenInputs} feeds twice as
 * many texts, the second of each pair behind its first.
 *
 * @param texts feeds the texts
 */
record TokenPairInputs(TokenInputs texts) implements Feeder<TokenPair> {
  /**
   * Matches the inputs of a model.
   *
   * @param padId the token that pads short texts
   * @throws IllegalArgumentException if one is not [pairs, 2, positions], or cannot be fed from
   *     tokens; or none tells the padding of the shorter text
   */
  static TokenPairInputs of(Map<String, TensorType> declared, int padId) {
    Map<String, TensorType> ofTexts = new LinkedHashMap<>();
    declared.forEach((name, type) -> ofTexts.put(name, ofTexts(name, type)));
    TokenInputs texts = TokenInputs.of(ofTexts).withPadId(padId);
    if (!texts.tellsPadding()) {
      throw new IllegalArgumentException(
          "The model has the inputs %s, none of which tells tokens from padding, and the texts of a pair differ in length; export it with an attention_mask"
              .formatted(declared.keySet()));
    }
    return new TokenPairInputs(texts);
  }

  private static TensorType ofTexts(String name, TensorType declared) {
    Shape shape = declared.shape().orElse(Shape.SCALAR);
    if (shape.rank() != 3 || !shape.dimension(1).is(2)) {
      throw new IllegalArgumentException(
          "The model's input '%s' is %s, expected pairs of texts, [pairs, 2, positions]"
              .formatted(name, declared));
    }
    Dimension rows = Dimension.product(shape.dimensions().subList(0, 2));
    return TensorType.of(declared.elementType(), Shape.of(rows, shape.dimension(2)));
  }

  /** Whether inputs are those of pairs. */
  static boolean areOfPairs(Map<String, TensorType> declared) {
    return declared.values().stream()
        .allMatch(
            type ->
                type.shape()
                    .filter(shape -> shape.rank() == 3 && shape.dimension(1).is(2))
                    .isPresent());
  }

  @Override
  public List<String> names() {
    return texts.names();
  }

  @Override
  public Map<String, Tensor> batch(List<TokenPair> rows) {
    List<TokenSequence> each =
        rows.stream().flatMap(pair -> Stream.of(pair.first(), pair.second())).toList();
    Map<String, Tensor> batch = new LinkedHashMap<>();
    texts
        .batch(each)
        .forEach((name, tensor) -> batch.put(name, tensor.reshape(rows.size(), 2, tensor.dim(1))));
    return batch;
  }

  @Override
  public OptionalLong fixedRows() {
    OptionalLong ofTexts = texts.fixedRows();
    return ofTexts.isEmpty() ? ofTexts : OptionalLong.of(ofTexts.getAsLong() / 2);
  }

  @Override
  public OptionalLong fixedLength() {
    return texts.fixedLength();
  }

  @Override
  public boolean tellsPadding() {
    return texts.tellsPadding();
  }

  @Override
  public void digest(MessageDigest into) {
    texts.digest(into);
  }
}
