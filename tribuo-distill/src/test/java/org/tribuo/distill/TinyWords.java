package org.tribuo.distill;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.input.text.CsvTextDataSource;

/**
 * Texts of two words each, with a colour as their label.
 *
 * @param csv has them
 * @param tokenizer with a token for each of 101 words
 */
record TinyWords(Path csv, Path tokenizer) {
  /** The labels. */
  static final List<String> ORDER = List.of("red", "blue", "green");

  private static final int TEXTS = 24;

  static TinyWords in(Path folder) throws IOException, URISyntaxException {
    Path tokenizer =
        Path.of(Objects.requireNonNull(TinyWords.class.getResource("tiny-tokenizer.json")).toURI());
    SplittableRandom random = new SplittableRandom(5);
    List<String> lines = new ArrayList<>(List.of("text,label"));
    for (int row = 0; row < TEXTS; row++) {
      lines.add(
          "w%d w%d,%s"
              .formatted(random.nextInt(5, 60), 5 + random.nextInt(55), ORDER.get(row % 3)));
    }
    return new TinyWords(Files.write(folder.resolve("texts.csv"), lines), tokenizer);
  }

  /** Examples in the tokens of a tokenizer, in which they keep their texts. */
  MutableDataset<Label> read(Path any) {
    return new MutableDataset<>(
        CsvTextDataSource.of(csv, any, new LabelFactory()).keepText().read());
  }
}
