package org.tribuo.distill.input.image;

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
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.tribuo.distill.input.internal.image.ImageFile;

/**
 * The images of a folder or of an index file.
 *
 * @param images in their order
 * @param ignored files of a folder that are no images by their names
 */
record ImageList(List<Entry> images, List<Path> ignored) {
  /**
   * An image.
   *
   * @param name of its file, relative to the folder or to that of the index file, with slashes
   * @param label empty if it has none
   */
  record Entry(Path file, String name, String label) {
    /** All that makes an image what it is, for a digest over all. */
    List<String> listed(String sha256) {
      return List.of(name, sha256, label);
    }
  }

  /**
   * The images below a folder, sorted by their names. One in a subfolder has its name as label,
   * however deep it lies there; one in the folder itself has none. Hidden files are left out.
   *
   * @throws IllegalArgumentException if there is no image, or none in a subfolder; the message
   *     names the folder
   * @throws IOException if a folder cannot be read
   */
  static ImageList of(Path folder) throws IOException {
    List<Entry> images = new ArrayList<>();
    List<Path> ignored = new ArrayList<>();
    Set<String> labels = new TreeSet<>();
    for (Entry entry : files(folder)) {
      labels.add(entry.label());
      if (isImage(entry.file())) {
        images.add(entry);
      } else {
        ignored.add(entry.file());
      }
    }
    try (Stream<Path> subfolders = Files.list(folder)) {
      subfolders
          .filter(path -> Files.isDirectory(path) && !isHidden(path.getFileName()))
          .forEach(path -> labels.add(path.getFileName().toString()));
    }
    images.forEach(image -> labels.remove(image.label()));
    labels.remove("");
    if (images.isEmpty() || !labels.isEmpty()) {
      throw new IllegalArgumentException(
          "There are no images in %s, expected files whose names end with one of %s"
              .formatted(
                  images.isEmpty() ? folder : folder.resolve(labels.iterator().next()),
                  ImageFile.suffixes()));
    }
    return new ImageList(images, ignored);
  }

  private static List<Entry> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> entry(folder, file))
          .filter(entry -> Stream.of(entry.name().split("/")).noneMatch(ImageList::isHidden))
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

  private static boolean isImage(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return ImageFile.suffixes().stream().anyMatch(suffix -> name.endsWith("." + suffix));
  }

  /**
   * The images of an index file: a CSV file in UTF-8 with a header. Paths are relative to its
   * folder.
   *
   * @param labelColumn empty if no image has a label
   * @throws IllegalArgumentException if it is malformed, lacks a column or has no rows; the message
   *     names the row
   * @throws IOException if it cannot be read
   */
  static ImageList of(Path index, String pathColumn, String labelColumn) throws IOException {
    List<Entry> images = new ArrayList<>();
    try (CsvReader<NamedCsvRecord> rows =
        CsvReader.builder().detectBomHeader(true).ofNamedCsvRecord(index)) {
      for (NamedCsvRecord row : rows) {
        String name = cell(row, pathColumn).strip();
        if (name.isEmpty()) {
          throw new IllegalArgumentException(
              "line %d names no image in column '%s'"
                  .formatted(row.getStartingLineNumber(), pathColumn));
        }
        String label = labelColumn.isEmpty() ? "" : cell(row, labelColumn).strip();
        images.add(new Entry(index.resolveSibling(name), name, label));
      }
    } catch (CsvParseException e) {
      throw new IllegalArgumentException("it is malformed: " + e.getMessage(), e);
    }
    if (images.isEmpty()) {
      throw new IllegalArgumentException("it has no rows below its header");
    }
    return new ImageList(images, List.of());
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
