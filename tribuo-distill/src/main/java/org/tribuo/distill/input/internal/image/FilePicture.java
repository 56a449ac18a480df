package org.tribuo.distill.input.internal.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import org.tribuo.Example;
import org.tribuo.distill.file.internal.Sha256;

/**
 * An image that stays in its file until it is needed. An example has one feature for it, which
 * states its shape, and keeps the rest as metadata.
 *
 * @param file that is read each time
 * @param sha256 of the file: another content is refused
 * @param settings how pixels become numbers
 * @param view how the image is seen
 * @param shape of the numbers
 */
public record FilePicture(
    Path file, String sha256, PixelSettings settings, PixelView view, PixelShape shape)
    implements Picture {
  private static final String FILE = "image-file";
  private static final String SHA256 = "image-sha256";
  private static final String SETTINGS = "image-settings";
  private static final String VIEW = "image-view";

  /** Changes whenever the same file and settings give other numbers. */
  private static final String PREPARATION = "2";

  /**
   * The image that an example keeps, if it does.
   *
   * @throws IllegalArgumentException if the metadata is incomplete or malformed
   */
  static Optional<FilePicture> of(Example<?> example, PixelShape shape) {
    return example
        .getMetadataValue(FILE)
        .map(
            file ->
                new FilePicture(
                    Path.of(file.toString()),
                    metadata(example, SHA256),
                    PreprocessorConfig.parse(metadata(example, SETTINGS)),
                    PixelView.parse(metadata(example, VIEW)),
                    shape));
  }

  private static String metadata(Example<?> example, String key) {
    return example
        .getMetadataValue(key)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The example keeps the name of an image, but not '%s'; make it with ImageDataSource"
                        .formatted(key)))
        .toString();
  }

  /** Keeps this image in an example. */
  public void keepIn(Example<?> example) {
    example.setMetadataValue(FILE, file.toString());
    example.setMetadataValue(SHA256, sha256);
    example.setMetadataValue(SETTINGS, PreprocessorConfig.text(settings));
    example.setMetadataValue(VIEW, view.toString());
  }

  /** The same image, prepared otherwise. */
  FilePicture with(PixelSettings other) throws IOException {
    return new FilePicture(file, sha256, other, view, other.shape(read().size()));
  }

  @Override
  public float[] pixels() {
    try {
      return settings.pixels(read().image(), view);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ImageFile read() throws IOException {
    ImageFile read = ImageFile.read(file);
    read.checkIs(sha256);
    return read;
  }

  @Override
  public void digest(MessageDigest into) {
    String all =
        Sha256.ofParts(
            List.of(PREPARATION, sha256, PreprocessorConfig.text(settings), view.toString()));
    into.update(all.getBytes(StandardCharsets.UTF_8));
  }
}
