package org.tribuo.distill.zoo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tribuo.distill.graph.FiniteDifferences.Distance;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.transformer.BlockNormalization;
import org.tribuo.distill.transformer.PositionEncoding;
import org.tribuo.distill.transformer.internal.create.NewDecoder;
import org.tribuo.distill.transformer.internal.create.NewEncoderDecoder;
import org.tribuo.distill.transformer.internal.create.SequenceForm;

/** Gradients of Transformers that are made here, of each form, are those of differences. */
class NewTransformersTest {
  private static final double STEP = 1e-2;
  private static final double TOLERANCE = 2e-2;
  private static final int ENTRIES = 3;

  static Stream<OnnxModel> models(PositionEncoding positions, BlockNormalization normalization) {
    boolean tied = normalization == BlockNormalization.AFTER;
    SequenceForm form = new SequenceForm(normalization, positions, tied);
    return Stream.of(
        new NewDecoder(NewDecoder.Kind.TOKENS, 10, 8, 1, 8, 2, 8, form).make(1),
        new NewEncoderDecoder(10, 8, 1, 1, 8, 2, 8, form).make(1));
  }

  @ParameterizedTest
  @EnumSource(PositionEncoding.class)
  void gradientsAreThoseOfDifferences(PositionEncoding positions) throws Exception {
    for (BlockNormalization normalization : BlockNormalization.values()) {
      for (OnnxModel model : models(positions, normalization).toList()) {
        assertRight(drawn(model));
      }
    }
  }

  private static void assertRight(OnnxModel model) throws Exception {
    try (CheckedModel checked = CheckedModel.of(model, StandardOperators.TABLE, any -> true)) {
      assertThat(checked.gradients().keySet())
          .contains("embeddings.tokens")
          .noneMatch(name -> name.endsWith("frequencies"));
      Distance distance = checked.differences(STEP).of(checked.gradients(), ENTRIES, 1e-1, 1);
      assertThat(distance.error()).as(distance.worst()).isLessThan(TOLERANCE);
    }
  }

  /** Larger weights, whose attention is not even. */
  private static OnnxModel drawn(OnnxModel model) {
    SplittableRandom random = new SplittableRandom(3);
    Map<String, Tensor> drawn = new LinkedHashMap<>();
    model
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (name.endsWith("weight") || name.startsWith("embeddings")) {
                drawn.put(name, CheckedModel.noise(tensor.dims(), random));
              }
            });
    return model.withInitializers(drawn);
  }
}
