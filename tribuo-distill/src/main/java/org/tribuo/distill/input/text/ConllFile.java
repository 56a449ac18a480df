package org.tribuo.distill.input.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Sentences in columns: a line a word, an empty line or the mark of a document between two
 * sentences. Columns are separated by a tab where the line has one, else by spaces.
 *
 * @param wordColumn the number of the column of the words, from 0
 * @param labelColumn that of the labels; a negative number counts from the end, -1 being the last
 * @param commentPrefix what lines begin with that are left out, if there are any
 */
record ConllFile(TextFile text, int wordColumn, int labelColumn, Optional<String> commentPrefix) {
  /** What marks the beginning of a document, in the first column. */
  private static final String DOCUMENT = "-DOCSTART-";

  /**
   * A sentence.
   *
   * @param words at least one
   * @param labels as many
   */
  record Sentence(List<String> words, List<String> labels) {
    Sentence {
      words = List.copyOf(words);
      labels = List.copyOf(labels);
    }
  }

  /**
   * Reads all sentences.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if a line does not have the columns; the message says which
   */
  List<Sentence> sentences() throws IOException {
    List<Sentence> sentences = new ArrayList<>();
    List<String> words = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    int number = 0;
    for (String line : text.lines()) {
      number++;
      if (commentPrefix.filter(line::startsWith).isPresent()) {
        continue;
      }
      if (line.isBlank() || line.startsWith(DOCUMENT)) {
        end(words, labels, sentences);
        continue;
      }
      String[] columns = line.indexOf('\t') >= 0 ? line.split("\t", -1) : line.trim().split(" +");
      words.add(cell(columns, wordColumn, "word", line, number));
      labels.add(cell(columns, labelColumn, "label", line, number));
    }
    end(words, labels, sentences);
    return sentences;
  }

  private static void end(List<String> words, List<String> labels, List<Sentence> sentences) {
    if (!words.isEmpty()) {
      sentences.add(new Sentence(words, labels));
      words.clear();
      labels.clear();
    }
  }

  private String cell(String[] columns, int column, String what, String line, int number) {
    int index = column < 0 ? columns.length + column : column;
    if (columns.length < 2 && labelColumn != wordColumn) {
      throw new IllegalArgumentException(
          "line %d of %s, '%s', has one column, expected one for the word and one for its label; if it is a comment, state the commentPrefix, and if the file has words alone, read it without labels"
              .formatted(number, text.path(), line));
    }
    if (index < 0 || index >= columns.length) {
      throw new IllegalArgumentException(
          "line %d of %s, '%s', has %d columns, so there is no column %d for the %s; if it is a comment, state the commentPrefix"
              .formatted(number, text.path(), line, columns.length, column, what));
    }
    String cell = columns[index].strip();
    if (cell.isEmpty()) {
      throw new IllegalArgumentException(
          "line %d of %s, '%s', has an empty %s in column %d"
              .formatted(number, text.path(), line, what, column));
    }
    return cell;
  }
}
