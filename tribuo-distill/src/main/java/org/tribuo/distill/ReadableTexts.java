package org.tribuo.distill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.tribuo.Dataset;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.TokenFeatures;
import org.tribuo.distill.input.TokenSequence;

/**
 * Finds out which texts a student and its teachers can read, without training anybody.
 *
 * @param settings say who they are
 */
record ReadableTexts(DistillationSettings settings) {
  /** The columns of a head that is made and thrown away: what a student reads is not up to them. */
  private static final List<String> ANY_OUTPUTS = List.of("0", "1");

  /**
   * Checks that student and teachers can read texts; a teacher that is yet to be trained is left
   * out.
   *
   * @throws IllegalArgumentException if not; the message says which one cannot be read, and by whom
   */
  void check(Dataset<?> texts) {
    TokenFeatures.check(texts.getFeatureMap());
    try {
      OnnxModel model = settings.student().make(ANY_OUTPUTS, 0).model();
      TokenLimits limits = TokenLimits.of(model);
      limits.checkPadding("student", settings.padId());
      List<TokenSequence> tokens = TextRows.texts(texts, limits.features(settings.maxLength()));
      limits.checkSegments("student", tokens);
      if (settings.teacher().isPresent()) {
        settings.teacher().get().checkTexts(texts, tokens, settings);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
