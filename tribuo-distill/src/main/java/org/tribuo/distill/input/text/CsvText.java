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
  boolean isLabelled() {
    return labels.stream().anyMatch(label -> !label.isEmpty());
  }

  boolean isBlank() {
    return text.isBlank() && pair.isBlank();
  }
}
