package org.tribuo.distill.input.internal.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.tribuo.distill.input.internal.FileContent;
import org.tribuo.distill.input.internal.FileKind;

/** The content of a file that should be an image of a format that Java reads. */
public final class ImageFile {
  /** As many as Pillow reads: more is taken for an attack. */
  static final long MOST_PIXELS = 178_956_970;

  /** More are those of measurements. */
  private static final int MOST_BITS = 16;

  /** In the words of libjpeg. */
  private static final String CUT_OFF = "premature end";

  private final FileContent content;

  private ImageFile(FileContent content) {
    this.content = content;
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if there is no such file, or it is empty
   * @throws IOException if it cannot be read
   */
  public static ImageFile read(Path path) throws IOException {
    return new ImageFile(FileContent.read(path, "an image"));
  }

  /** Files of formats that Java reads. */
  public static FileKind kind() {
    return new FileKind("image", "images", suffixes());
  }

  /** What the names of images end with, in lower case, sorted. */
  private static List<String> suffixes() {
    return Arrays.stream(ImageIO.getReaderFileSuffixes())
        .map(suffix -> suffix.toLowerCase(Locale.ROOT))
        .filter(suffix -> !suffix.isEmpty())
        .distinct()
        .sorted()
        .toList();
  }

  /** The SHA-256 of the content, as lower-case hexadecimal digits. */
  public String sha256() {
    return content.sha256();
  }

  /**
   * Checks that the content is what it was.
   *
   * @param sha256 that it had
   * @throws IllegalArgumentException if it is not; the message names the file
   */
  void checkIs(String sha256) {
    content.checkIs(sha256);
  }

  /**
   * The size that the file states.
   *
   * @throws IllegalArgumentException if it is no image that Java reads, or a huge one; the message
   *     names the file
   */
  public Size size() {
    return read(this::size);
  }

  /**
   * The image.
   *
   * @throws IllegalArgumentException as {@link #size}, or if it is damaged
   */
  public BufferedImage image() {
    return read(
        reader -> {
          size(reader);
          List<String> warnings = new ArrayList<>();
          reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
          BufferedImage image = reader.read(0);
          checkWhole(warnings);
          checkSamples(image);
          return image;
        });
  }

  /** Of a JPEG that was cut off, Java's reader returns the rest as grey, with a warning. */
  private static void checkWhole(List<String> warnings) {
    if (warnings.stream().anyMatch(warning -> warning.contains(CUT_OFF))) {
      throw new IllegalArgumentException("it ends too early: " + warnings);
    }
  }

  private static void checkSamples(BufferedImage image) {
    int bits = image.getColorModel().getComponentSize(0);
    if (bits > MOST_BITS) {
      throw new IllegalArgumentException(
          "its samples have %d bits, expected %d or fewer: what is black and white among them is not known"
              .formatted(bits, MOST_BITS));
    }
  }

  private Size size(ImageReader reader) throws IOException {
    Size size = new Size(reader.getHeight(0), reader.getWidth(0));
    if ((long) size.height() * size.width() > MOST_PIXELS) {
      throw new IllegalArgumentException(
          "it has %s pixels (height x width), expected %,d or fewer in all"
              .formatted(size, MOST_PIXELS));
    }
    return size;
  }

  /** A use of an open reader. */
  private interface Use<V> {
    V of(ImageReader reader) throws IOException;
  }

  private <V> V read(Use<V> use) {
    try (ImageInputStream in = new MemoryCacheImageInputStream(content.stream())) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new IllegalArgumentException(
            "its content is none of the formats that Java reads, %s".formatted(suffixes()));
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in);
        return use.of(reader);
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException e) {
      // Readers throw what they like where a file is damaged.
      throw new IllegalArgumentException(
          "The file %s cannot be read as an image: %s".formatted(content.path(), e.getMessage()),
          e);
    }
  }
}
