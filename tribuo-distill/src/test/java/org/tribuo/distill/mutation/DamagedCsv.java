package org.tribuo.distill.mutation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.input.text.CsvTextDataSource;

/** A table of texts and labels. */
final class DamagedCsv implements DamagedInput {
  private static final String[] PIECES = {
    "\"", "\"\"", ",", "\n", "\r", "\r\n", ";", "\t", "\uFEFF", "\0", "\\", "'", " ", "text",
    "label"
  };

  @Override
  public void write(Path folder, SplittableRandom random) throws IOException {
    StringBuilder csv = new StringBuilder("text,label\n");
    for (int row = 0; row < 40; row++) {
      csv.append("\"w%d, w%d\",%s\n".formatted(random.nextInt(90), row, row % 2 == 0 ? "a" : "b"));
    }
    if (random.nextBoolean()) {
      for (int i = 0; i < 3; i++) {
        csv.insert(random.nextInt(csv.length()), PIECES[random.nextInt(PIECES.length)]);
      }
      Files.writeString(folder.resolve("texts.csv"), csv);
    } else {
      byte[] whole = csv.toString().getBytes(StandardCharsets.UTF_8);
      Files.write(folder.resolve("texts.csv"), ByteDamage.damaged(whole, random));
    }
  }

  @Override
  public void use(Path folder) throws IOException {
    CsvTextDataSource.of(folder.resolve("texts.csv"), Resources.tinyTokenizer(), new LabelFactory())
        .read();
  }
}
