package org.tribuo.distill.input;

import java.util.List;
import java.util.stream.IntStream;

/**
 * One row of a CSV file of texts.
 *
 * @param pair the second text, empty where there is none
 * @param labels what the label columns hold, without spaces around it
 */
record CsvText(String text, String pair, List<String> labels) {
  boolean isLabelled() {
    return labels.stream().anyMatch(label -> !label.isEmpty());
  }

  /** The labels in the form that Tribuo's output factories take several dimensions. */
  List<String> namedLabels(List<String> columns) {
    return IntStream.range(0, labels.size())
        .mapToObj(i -> columns.get(i) + "=" + labels.get(i))
        .toList();
  }
}
