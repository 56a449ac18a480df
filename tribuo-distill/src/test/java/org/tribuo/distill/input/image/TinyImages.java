package org.tribuo.distill.input.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/** Pictures of grey noise on a colour, which tells the label. */
public final class TinyImages {
  public static final List<String> LABELS = List.of("blue", "dark", "green", "light", "red");

  private static final List<String> TINTS =
      List.of("1010a0", "101010", "10a010", "a0a0a0", "a01010");

  /** Numbers from -1 to 1. */
  public static final ImagePreprocessing CENTERED =
      new ImagePreprocessing().normalization(new double[] {.5, .5, .5}, new double[] {.5, .5, .5});

  private TinyImages() {}

  /** Writes a folder for each label. */
  public static Path write(Path folder, int perLabel, int size, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    try {
      for (String label : LABELS) {
        Files.createDirectories(folder.resolve(label));
        for (int i = 0; i < perLabel; i++) {
          write(folder.resolve(label + "/" + i + ".png"), image(label, size, random));
        }
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes an image in the format of its suffix. */
  public static Path write(Path file, BufferedImage image) throws IOException {
    String name = file.getFileName().toString();
    if (!ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile())) {
      throw new IOException("Java does not write " + file);
    }
    return file;
  }

  /** One picture. */
  public static BufferedImage image(String label, int size, SplittableRandom random) {
    BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_3BYTE_BGR);
    int tint = Integer.parseInt(TINTS.get(LABELS.indexOf(label)), 16);
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        image.setRGB(x, y, tint + 0x010101 * random.nextInt(80));
      }
    }
    return image;
  }
}
