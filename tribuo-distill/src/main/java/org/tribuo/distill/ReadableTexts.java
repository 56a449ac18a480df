package org.tribuo.distill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.OptionalLong;
import org.tribuo.Dataset;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.TokenFeatures;
import org.tribuo.distill.input.TokenInputs;

/**
 * Finds out which texts a student can read, without training it.
 *
 * @param settings say what the student is
 */
record ReadableTexts(DistillationSettings settings) {
  /** The columns of a head that is made and thrown away: what a student reads is not up to them. */
  private static final List<String> ANY_OUTPUTS = List.of("0", "1");

  /**
   * Checks that the student can read texts.
   *
   * @throws IllegalArgumentException if not; the message says which one it cannot read
   */
  void check(Dataset<?> texts) {
    TokenFeatures.check(texts.getFeatureMap());
    try {
      OnnxModel model = settings.student().make(ANY_OUTPUTS, 0).model();
      TokenLimits limits = TokenLimits.of(model);
      limits.checkPadding("student", settings.padId());
      checkRows(TokenInputs.of(Graph.of(model).inputs()));
      limits.checkSegments("student", TextRows.texts(texts, limits.features(settings.maxLength())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Checks that a student reads batches of any size: the last one of an epoch is smaller.
   *
   * @param inputs those of the student
   * @throws IllegalArgumentException if their number of rows is fixed
   */
  static void checkRows(TokenInputs inputs) {
    OptionalLong rows = inputs.fixedRows();
    if (rows.isPresent()) {
      throw new IllegalArgumentException(
          "The student reads exactly %d texts at a time: the first size of its inputs %s is fixed; export it again with a batch of any size"
              .formatted(rows.getAsLong(), inputs.names()));
    }
  }
}
