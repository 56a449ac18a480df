package org.tribuo.distill.examples;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * An experiment of seconds: a dozen texts and a tiny Transformer.
 *
 * @param folder where its files lie, and its results go
 */
record TinyExperiment(Path folder) {
  private static final List<String> TEXTS =
      List.of(
          "my card is lost,card",
          "where is my new card,card",
          "block the stolen card,card",
          "when is my card to arrive,card",
          "what is the exchange rate,rate",
          "how much euro for a dollar,rate",
          "convert my currency,rate",
          "what rate for the euro please,rate",
          "i forgot my pin,pin",
          "my pin code is wrong,pin",
          "please reset the pin,pin",
          "i need to change my code,pin");

  static TinyExperiment in(Path folder) throws IOException {
    TinyExperiment experiment = new TinyExperiment(folder);
    experiment.copy("tiny-bert.onnx");
    experiment.copy("tiny-tokenizer.json");
    Files.writeString(folder.resolve("texts.csv"), "text,label\n" + String.join("\n", TEXTS));
    Files.writeString(folder.resolve("labelled.txt"), "0\n1\n2\n4\n5\n8\n9\n10\n");
    return experiment;
  }

  /** The options that run it, and more. */
  String[] options(String... more) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--train",
                "texts.csv",
                "--test",
                "texts.csv",
                "--label-column",
                "label",
                "--labelled-rows",
                "labelled.txt",
                "--max-length",
                "12",
                "--teacher",
                "tiny-bert.onnx",
                "--teacher-tokenizer",
                "tiny-tokenizer.json",
                "--output",
                "out"));
    for (int i = 1; i < options.size(); i += 2) {
      if (!options.get(i).matches("label|12")) {
        options.set(i, folder.resolve(options.get(i)).toString());
      }
    }
    options.addAll(
        List.of(
            "--teacher-epochs",
            "2",
            "--epochs",
            "2",
            "--control-epochs",
            "2",
            "--batch-size",
            "4",
            "--student-layers",
            "1",
            "--threads",
            "1"));
    options.addAll(List.of(more));
    return options.toArray(String[]::new);
  }

  private void copy(String resource) throws IOException {
    try (InputStream in = TinyExperiment.class.getResourceAsStream(resource)) {
      Files.copy(in, folder.resolve(resource), StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
