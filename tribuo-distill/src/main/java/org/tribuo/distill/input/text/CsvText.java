package org.tribuo.distill.input.text;

import java.util.List;

/**
 * One row of a CSV file of texts.
 *
 * @param line where it begins in the file, counted from 1
 * @param pair the second text, empty where there is none
 * @param labels what the label columns hold, without spaces around it
 */
record CsvText(long line, String text, String pair, List<String> labels) {
  /** A text that stands in no line. */
  static CsvText unlabelled(String text) {
    return new CsvText(0, text, "", List.of());
  }

  boolean isLabelled() {
    return labels.stream().anyMatch(label -> !label.isEmpty());
  }

  /**
   * @param separate whether each of two texts is read by itself, so that neither may be blank
   */
  boolean isBlank(boolean separate) {
    return separate ? text.isBlank() || pair.isBlank() : text.isBlank() && pair.isBlank();
  }
}
