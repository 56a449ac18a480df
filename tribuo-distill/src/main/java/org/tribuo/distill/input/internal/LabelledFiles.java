package org.tribuo.distill.input.internal;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.multilabel.MultiLabelFactory;
import org.tribuo.regression.RegressionFactory;

/**
 * The files of one kind, such as images, of a folder or of an index file, with their labels.
 *
 * @param files in their order
 * @param ignored files of a folder that are of another kind by their names
 */
public record LabelledFiles(List<Entry> files, List<Path> ignored) {
  /** What is read in place of bytes that are no text. */
  private static final char REPLACEMENT = '\uFFFD';

  /**
   * A file.
   *
   * @param name of the file, relative to the folder or to that of the index file, with slashes
   * @param label empty if it has none
   */
  public record Entry(Path file, String name, String label) {
    /** All that makes a file what it is, for a digest over all. */
    List<String> listed(String sha256) {
      return List.of(name, sha256, label);
    }

    private Entry withoutLabel() {
      return new Entry(file, name, "");
    }

    /**
     * The label as an output, unknown where there is none.
     *
     * @throws IllegalArgumentException if the factory refuses it; the message names the file
     */
    public <T extends Output<T>> T output(OutputFactory<T> factory) {
      if (label.isEmpty()) {
        return factory.getUnknownOutput();
      }
      try {
        return factory.generateOutput(isList(factory) ? list() : label);
      } catch (IllegalArgumentException | IllegalStateException e) {
        throw new IllegalArgumentException(
            "The label '%s' of %s cannot be read: %s".formatted(label, file, e.getMessage()), e);
      }
    }

    /** Whether outputs are made of several labels or dimensions, with commas between them. */
    private static boolean isList(OutputFactory<?> factory) {
      return factory instanceof MultiLabelFactory || factory instanceof RegressionFactory;
    }

    /** The label without the spaces around its commas, which are in no name. */
    private String list() {
      List<String> names = Stream.of(label.split(",", -1)).map(String::strip).toList();
      if (names.contains("")) {
        throw new IllegalArgumentException("it lists nothing before or after a comma");
      }
      return String.join(",", names);
    }
  }

  /**
   * The files of a folder or of an index file.
   *
   * @param pathColumn the column of an index file that has the paths
   * @param labelColumn that of the labels; empty if files are to have none, those of a folder too
   * @throws IllegalArgumentException if there is no such folder or file, it cannot be read, or has
   *     no files of the kind; the message names it
   */
  public static LabelledFiles of(
      Path data, FileKind kind, String pathColumn, Optional<String> labelColumn) {
    if (!Files.exists(data)) {
      throw new IllegalArgumentException(
          "there is no %s, expected a folder of %s or an index file"
              .formatted(data, kind.several()));
    }
    try {
      return Files.isDirectory(data)
          ? inFolder(data, kind, labelColumn.isPresent())
          : listed(data, kind, pathColumn, labelColumn);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "%s cannot be read: %s".formatted(data, e.getMessage()), e);
    }
  }

  /**
   * The files below a folder, sorted by their names. One in a subfolder has its name as label,
   * however deep it lies there; one in the folder itself has none. Hidden files are left out.
   */
  private static LabelledFiles inFolder(Path folder, FileKind kind, boolean keepLabels)
      throws IOException {
    List<Entry> ofKind = new ArrayList<>();
    List<Path> ignored = new ArrayList<>();
    Set<String> labels = new TreeSet<>();
    for (Entry entry : files(folder)) {
      labels.add(entry.label());
      if (kind.has(entry.file())) {
        ofKind.add(entry);
      } else {
        ignored.add(entry.file());
      }
    }
    try (Stream<Path> subfolders = Files.list(folder)) {
      subfolders
          .filter(path -> Files.isDirectory(path) && !isHidden(path.getFileName()))
          .forEach(path -> labels.add(path.getFileName().toString()));
    }
    ofKind.forEach(entry -> labels.remove(entry.label()));
    labels.remove("");
    if (ofKind.isEmpty() || !labels.isEmpty()) {
      throw new IllegalArgumentException(
          "There are no %s in %s, expected files whose names end with one of %s"
              .formatted(
                  kind.several(),
                  ofKind.isEmpty() ? folder : folder.resolve(labels.iterator().next()),
                  kind.suffixes()));
    }
    return new LabelledFiles(
        keepLabels ? ofKind : ofKind.stream().map(Entry::withoutLabel).toList(), ignored);
  }

  private static List<Entry> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> entry(folder, file))
          .filter(entry -> Stream.of(entry.name().split("/")).noneMatch(LabelledFiles::isHidden))
          .sorted(Comparator.comparing(Entry::name))
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static Entry entry(Path folder, Path file) {
    Path relative = folder.relativize(file);
    List<String> names = new ArrayList<>();
    relative.forEach(name -> names.add(name.toString()));
    return new Entry(file, String.join("/", names), names.size() == 1 ? "" : names.get(0));
  }

  private static boolean isHidden(Object name) {
    return name.toString().startsWith(".");
  }

  /**
   * The files of an index file: a CSV file in UTF-8 with a header. Paths are relative to its
   * folder.
   */
  private static LabelledFiles listed(
      Path index, FileKind kind, String pathColumn, Optional<String> labelColumn)
      throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (CsvReader<NamedCsvRecord> rows =
        CsvReader.builder()
            .detectBomHeader(true)
            .allowUnclosedQuote(false)
            .ofNamedCsvRecord(index)) {
      for (NamedCsvRecord row : rows) {
        check(row);
        String name = cell(row, pathColumn).strip();
        if (name.isEmpty()) {
          throw new IllegalArgumentException(
              "line %d names no %s in column '%s'"
                  .formatted(row.getStartingLineNumber(), kind.one(), pathColumn));
        }
        String label = labelColumn.map(column -> cell(row, column).strip()).orElse("");
        entries.add(new Entry(index.resolveSibling(name), name, label));
      }
    } catch (CsvParseException e) {
      throw new IllegalArgumentException("it is malformed: " + e.getMessage(), e);
    }
    if (entries.isEmpty()) {
      throw new IllegalArgumentException("it has no rows below its header");
    }
    return new LabelledFiles(entries, List.of());
  }

  private static void check(NamedCsvRecord row) {
    if (row.getFieldCount() != row.getHeader().size()) {
      throw new IllegalArgumentException(
          "line %d has %d cells, expected one for each of %s; a cell with commas stands between quotation marks"
              .formatted(row.getStartingLineNumber(), row.getFieldCount(), row.getHeader()));
    }
    if (row.getFields().stream().anyMatch(cell -> cell.indexOf(REPLACEMENT) >= 0)) {
      throw new IllegalArgumentException(
          "line %d has bytes that are no text in UTF-8; convert the file"
              .formatted(row.getStartingLineNumber()));
    }
  }

  private static String cell(NamedCsvRecord row, String column) {
    return row.findField(column)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "line %d has no column '%s', expected it among %s"
                        .formatted(row.getStartingLineNumber(), column, row.getHeader())));
  }
}
