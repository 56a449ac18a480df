package org.tribuo.distill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.tribuo.Dataset;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.TokenFeatures;

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
      limits.checkSegments("student", TextRows.texts(texts, limits.features(settings.maxLength())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
