package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tribuo.Dataset;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.dataset.DatasetView;
import org.tribuo.distill.input.text.CsvTextDataSource;

/**
 * What an experiment reads.
 *
 * @param training all training texts; Tribuo's unknown label where there is none
 * @param labelled those of them that have a label
 * @param test labelled texts that nothing is trained on
 * @param files how each file was read
 */
record Texts(
    Dataset<Label> training, Dataset<Label> labelled, Dataset<Label> test, List<String> files) {
  /**
   * Reads the files.
   *
   * @param teacher whose tokens the texts become; it may know labels that no text has
   * @throws com.oracle.labs.mlrg.olcut.config.PropertyException if a file cannot be read, a test
   *     text has no label that training knows, or a training text has one that the teacher's head
   *     does not have
   * @throws IOException if the teacher cannot be read
   */
  static Texts read(DataOptions data, TeacherOptions teacher) throws IOException {
    return read(data, teacher, teacher.tokenizerFile());
  }

  /**
   * As {@link #read(DataOptions, TeacherOptions)}, with the tokens of another tokenizer.
   *
   * @throws com.oracle.labs.mlrg.olcut.config.PropertyException as there
   * @throws IOException if the teacher cannot be read
   */
  static Texts read(DataOptions data, TeacherOptions teacher, Path tokenizer) throws IOException {
    CsvTextDataSource<Label> trainingFile = data.trainingTexts(tokenizer, teacher.isFinished());
    CsvTextDataSource<Label> testFile = data.testTexts(tokenizer);
    MutableDataset<Label> training =
        new MutableDataset<>(data.withLabelNames(trainingFile, tokenizer));
    MutableDataset<Label> test = new MutableDataset<>(testFile);
    Set<String> known = new TreeSet<>(teacher.knownLabels());
    if (!teacher.isFinished()) {
      LabelledRows.checkSome(training, trainingFile.file());
    }
    if (known.isEmpty()) {
      training.getOutputs().forEach(label -> known.add(label.getLabel()));
    } else {
      LabelledRows.checkTaught(training, trainingFile.file(), teacher.file(), known);
    }
    LabelledRows.checkTest(test, testFile.file(), known);
    return new Texts(
        training,
        DatasetView.createView(
            training,
            example -> !example.getOutput().equals(LabelFactory.UNKNOWN_LABEL),
            "labelled"),
        test,
        List.of(described(trainingFile), described(testFile)));
  }

  private static String described(CsvTextDataSource<Label> file) {
    return String.format(
        Locale.ROOT,
        "%s: %,d rows, %s%s",
        file.file(),
        file.size(),
        file.format(),
        file.hasLabelColumns() ? "" : ", without a column of labels");
  }

  /**
   * The same texts, but some of the unlabelled ones are not learned from: they are tested on, with
   * the labels that their file has. Which ones depends on the file alone.
   *
   * @param count how many
   * @throws com.oracle.labs.mlrg.olcut.config.PropertyException if there are not as many
   */
  Texts holdingOut(int count, DataOptions data, Path tokenizer) {
    Dataset<Label> withLabels = new MutableDataset<>(data.allLabels(tokenizer));
    List<Integer> candidates =
        IntStream.range(0, training.size())
            .filter(row -> isUnknown(training, row) && !isUnknown(withLabels, row))
            .boxed()
            .collect(Collectors.toCollection(ArrayList::new));
    if (candidates.size() < count) {
      throw new PropertyException(
          "comparison",
          "held-out",
          "%,d training texts are to be put aside, but only %,d are learned from without the label that their file has"
              .formatted(count, candidates.size()));
    }
    Collections.shuffle(candidates, new Random(0));
    int[] held = candidates.stream().limit(count).mapToInt(row -> row).sorted().toArray();
    int[] kept =
        IntStream.range(0, training.size())
            .filter(row -> Arrays.binarySearch(held, row) < 0)
            .toArray();
    return new Texts(
        new DatasetView<>(training, kept, "without held-out texts"),
        labelled,
        new DatasetView<>(withLabels, held, "held-out texts"),
        files);
  }

  private static boolean isUnknown(Dataset<Label> texts, int row) {
    return texts.getExample(row).getOutput().equals(LabelFactory.UNKNOWN_LABEL);
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
