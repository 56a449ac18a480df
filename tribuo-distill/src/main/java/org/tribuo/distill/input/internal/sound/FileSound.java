package org.tribuo.distill.input.internal.sound;

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
 * A sound that stays in its file until it is needed. An example has one feature for it, which
 * states its form, and keeps the rest as metadata.
 *
 * @param file that is read each time
 * @param sha256 of the file: another content is refused
 * @param settings how the sound becomes numbers
 * @param length in samples or frames, after resampling
 */
public record FileSound(Path file, String sha256, SoundSettings settings, int length)
    implements Sound {
  private static final String FILE = "sound-file";
  private static final String SHA256 = "sound-sha256";
  private static final String SETTINGS = "sound-settings";
  private static final String LENGTH = "sound-length";

  /** Changes whenever the same file and settings give other numbers. */
  private static final String PREPARATION = "1";

  /**
   * The sound that an example keeps, if it does.
   *
   * @throws IllegalArgumentException if the metadata is incomplete or malformed
   */
  static Optional<FileSound> of(Example<?> example) {
    return example
        .getMetadataValue(FILE)
        .map(
            file ->
                new FileSound(
                    Path.of(file.toString()),
                    metadata(example, SHA256),
                    SoundConfig.parse(metadata(example, SETTINGS)),
                    Integer.parseInt(metadata(example, LENGTH))));
  }

  private static String metadata(Example<?> example, String key) {
    return example
        .getMetadataValue(key)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The example keeps the name of a sound, but not '%s'; make it with SoundDataSource"
                        .formatted(key)))
        .toString();
  }

  /** Keeps this sound in an example. */
  void keepIn(Example<?> example) {
    example.setMetadataValue(FILE, file.toString());
    example.setMetadataValue(SHA256, sha256);
    example.setMetadataValue(SETTINGS, SoundConfig.text(settings));
    example.setMetadataValue(LENGTH, Integer.toString(length));
  }

  @Override
  public SoundForm form() {
    return settings.form();
  }

  @Override
  public Numbers numbers() {
    try {
      return read().numbers(settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same sound, prepared otherwise. */
  FileSound with(SoundSettings other) throws IOException {
    return new FileSound(file, sha256, other, read().length(other));
  }

  private WaveFile read() throws IOException {
    WaveFile read = WaveFile.read(file);
    read.checkIs(sha256);
    return read;
  }

  @Override
  public void digest(MessageDigest into) {
    String all = Sha256.ofParts(List.of(PREPARATION, sha256, SoundConfig.text(settings)));
    into.update(all.getBytes(StandardCharsets.UTF_8));
  }
}
