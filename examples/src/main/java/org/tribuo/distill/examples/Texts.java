package org.tribuo.distill.examples;

import java.nio.file.Path;
import java.util.Locale;
import org.tribuo.Dataset;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.dataset.DatasetView;

/**
 * What an experiment reads.
 *
 * @param training all training texts; Tribuo's unknown label where there is none
 * @param labelled those of them that have a label
 * @param test labelled texts that nothing is trained on
 */
record Texts(Dataset<Label> training, Dataset<Label> labelled, Dataset<Label> test) {
  /**
   * @throws com.oracle.labs.mlrg.olcut.config.PropertyException if a file cannot be read
   */
  static Texts read(DataOptions data, Path tokenizer) {
    Dataset<Label> training = new MutableDataset<>(data.trainingTexts(tokenizer));
    return new Texts(
        training,
        DatasetView.createView(
            training,
            example -> !example.getOutput().equals(LabelFactory.UNKNOWN_LABEL),
            "labelled"),
        new MutableDataset<>(data.testTexts(tokenizer)));
  }

  /** How many there are of each. */
  String described() {
    return String.format(
        Locale.ROOT,
        "%,d to learn from, %,d of them with one of %d labels; %,d to test on",
        training.size(),
        labelled.size(),
        training.getOutputInfo().size(),
        test.size());
  }
}
