package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.nio.file.Path;
import java.util.Set;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;

/** The labels of test texts: a model is measured against each, hours later. */
final class TestLabels {
  private TestLabels() {}

  /**
   * Checks that each test text has a label, and one that training knows.
   *
   * @param file the file of the test texts
   * @param known the labels that training knows; none if nothing is known of them
   * @throws PropertyException if not; it names file, row and label
   */
  static void check(Dataset<Label> test, Path file, Set<String> known) {
    int row = 0;
    for (Example<Label> example : test) {
      Label label = example.getOutput();
      if (label.equals(LabelFactory.UNKNOWN_LABEL)) {
        throw refused(
            "row %d of %s has no label, expected one for each test text; fill it in, or remove the row"
                .formatted(row, file));
      }
      if (!known.isEmpty() && !known.contains(label.getLabel())) {
        throw refused(
            "row %d of %s has the label '%s', which no labelled training text has, expected one of %s; correct it, or label training texts so"
                .formatted(row, file, label.getLabel(), known));
      }
      row++;
    }
  }

  private static PropertyException refused(String message) {
    return new PropertyException("data", "test", message);
  }
}
