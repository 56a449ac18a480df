package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.nio.file.Path;
import java.util.Set;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;

/**
 * Checks the labels of texts before time is spent: models are measured against them hours later.
 */
final class LabelledRows {
  private LabelledRows() {}

  /**
   * Checks that some training text has a label.
   *
   * @throws PropertyException if none has, and so there is nothing to fine-tune a teacher on
   */
  static void checkSome(Dataset<Label> training, Path file) {
    if (training.getOutputs().isEmpty()) {
      throw refused(
          "train",
          "no row of %s that keeps its label has one, but the teacher is to be fine-tuned on labelled texts; label some, or take a finished classifier with --teacher-epochs 0"
              .formatted(file));
    }
  }

  /**
   * Checks that a teacher knows the labels of training texts.
   *
   * @param file the file of the training texts
   * @param teacher the teacher's file
   * @param known the labels that it knows
   * @throws PropertyException if not; it names file, row and label
   */
  static void checkTaught(Dataset<Label> training, Path file, Path teacher, Set<String> known) {
    int row = 0;
    for (Example<Label> example : training) {
      if (isLabelled(example) && !known.contains(example.getOutput().getLabel())) {
        throw refused(
            "train",
            "row %d of %s has the label '%s', but the columns of the teacher %s are %s; name them as the texts do with --teacher-labels, or correct the label"
                .formatted(row, file, example.getOutput().getLabel(), teacher, known));
      }
      row++;
    }
  }

  /**
   * Checks that each test text has a label, and one that training knows.
   *
   * @param file the file of the test texts
   * @param known the labels that training or the teacher knows
   * @throws PropertyException if not; it names file, row and label
   */
  static void checkTest(Dataset<Label> test, Path file, Set<String> known) {
    int row = 0;
    for (Example<Label> example : test) {
      if (!isLabelled(example)) {
        throw refused(
            "test",
            "row %d of %s has no label, expected one for each test text; fill it in, or remove the row"
                .formatted(row, file));
      }
      String label = example.getOutput().getLabel();
      if (!known.contains(label)) {
        throw refused(
            "test",
            "row %d of %s has the label '%s', which no labelled training text has, expected one of %s; correct it, or label training texts so"
                .formatted(row, file, label, known));
      }
      row++;
    }
  }

  private static boolean isLabelled(Example<Label> example) {
    return !example.getOutput().equals(LabelFactory.UNKNOWN_LABEL);
  }

  private static PropertyException refused(String property, String message) {
    return new PropertyException("data", property, message);
  }
}
