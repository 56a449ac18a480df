package org.tribuo.distill;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.input.internal.text.TokenFeatures;
import org.tribuo.distill.input.text.CsvTextDataSource;

/** Texts of banking in 68 words, and classifiers of them as some exporters write them. */
final class Faults {
  /** The columns of the classifiers. */
  static final List<String> LABELS = List.of("card", "pin", "rate");

  static final Path TEXTS = file("softmax-teacher_train.csv");
  static final Path TOKENIZER = file("softmax-teacher_tokenizer.json");

  /** What the classifiers can read. */
  static final TokenFeatures TOKENS = new TokenFeatures(32, 68);

  /** A classifier with logits. */
  static final Path CLASSIFIER = file("softmax-teacher_logits-teacher.onnx");

  private Faults() {}

  static Path file(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(Faults.class.getResource("/faults/text/" + name)).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** The texts with their labels, cut to what the tokenizer's file says. */
  static CsvTextDataSource<Label> source() {
    return CsvTextDataSource.of(TEXTS, TOKENIZER, new LabelFactory()).read();
  }

  /** The texts with their labels, cut to a length. */
  static CsvTextDataSource<Label> source(int maxLength) {
    return CsvTextDataSource.of(TEXTS, TOKENIZER, new LabelFactory()).maxLength(maxLength).read();
  }
}
