package org.tribuo.distill.input.internal.sound;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioFormat.Encoding;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.UnsupportedAudioFileException;
import org.tribuo.distill.input.internal.FileContent;
import org.tribuo.distill.input.internal.FileKind;

/**
 * The content of a file that should be a WAV file: PCM of 8, 16, 24 or 32 bits, floats of 32 or 64,
 * A-law or mu-law.
 */
public final class WaveFile {
  private static final FileKind KIND = new FileKind("sound", "sounds", List.of("wav", "wave"));

  private final FileContent content;

  private WaveFile(FileContent content) {
    this.content = content;
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if there is no such file, or it is empty
   * @throws IOException if it cannot be read
   */
  public static WaveFile read(Path path) throws IOException {
    return new WaveFile(FileContent.read(path, "a WAV file"));
  }

  /** Files that are WAV files by their names. */
  public static FileKind kind() {
    return KIND;
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
   * The numbers of the sound.
   *
   * @throws IllegalArgumentException if it is no sound that is read here, or damaged; the message
   *     names the file
   */
  public Numbers numbers(SoundSettings settings) {
    return read(settings::numbers);
  }

  /**
   * How many positions the sound has.
   *
   * @throws IllegalArgumentException as {@link #numbers}
   */
  public int length(SoundSettings settings) {
    return read(settings::length);
  }

  private <V> V read(Function<Waveform, V> use) {
    try (InputStream bytes = content.stream();
        AudioInputStream stream = AudioSystem.getAudioInputStream(bytes)) {
      return use.apply(waveform(stream));
    } catch (UnsupportedAudioFileException e) {
      throw refused("its content is no WAV file of an encoding that is read here: " + READ, e);
    } catch (IOException | RuntimeException e) {
      // Readers throw what they like where a file is damaged.
      throw refused(String.valueOf(e.getMessage()), e);
    }
  }

  private static final String READ =
      "PCM of 8, 16, 24 or 32 bits, floats of 32 or 64 bits, A-law and mu-law";

  private IllegalArgumentException refused(String why, Exception cause) {
    return new IllegalArgumentException(
        "The file %s cannot be read as a sound: %s".formatted(content.path(), why), cause);
  }

  /** All channels as their mean. */
  private static Waveform waveform(AudioInputStream file) throws IOException {
    AudioInputStream stream = plain(file);
    AudioFormat format = stream.getFormat();
    Reader reader = Reader.of(format);
    byte[] bytes = stream.readAllBytes();
    int size = format.getFrameSize();
    checkWhole(stream.getFrameLength(), bytes.length / size);
    int channels = format.getChannels();
    float[] samples = new float[bytes.length / size];
    ByteBuffer data =
        ByteBuffer.wrap(bytes)
            .order(format.isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < samples.length; i++) {
      double sum = 0;
      for (int channel = 0; channel < channels; channel++) {
        sum += reader.read(data, i * size + channel * (size / channels));
      }
      samples[i] = (float) (sum / channels);
      if (!Float.isFinite(samples[i])) {
        throw new IllegalArgumentException(
            "its sample %d is %s, expected a finite number".formatted(i, samples[i]));
      }
    }
    return new Waveform(Math.round(format.getSampleRate()), samples);
  }

  private static AudioInputStream plain(AudioInputStream file) {
    Encoding encoding = file.getFormat().getEncoding();
    return encoding.equals(Encoding.ULAW) || encoding.equals(Encoding.ALAW)
        ? AudioSystem.getAudioInputStream(Encoding.PCM_SIGNED, file)
        : file;
  }

  private static void checkWhole(long stated, int found) {
    if (stated != AudioSystem.NOT_SPECIFIED && stated > found) {
      throw new IllegalArgumentException(
          "it ends too early: its header states %d samples, there are %d".formatted(stated, found));
    }
  }

  /** Reads a sample as a number from -1 to 1. */
  private interface Reader {
    double read(ByteBuffer data, int at);

    static Reader of(AudioFormat format) {
      Encoding encoding = format.getEncoding();
      int bits = format.getSampleSizeInBits();
      boolean big = format.isBigEndian();
      if (encoding.equals(Encoding.PCM_FLOAT) && (bits == Float.SIZE || bits == Double.SIZE)) {
        return bits == Float.SIZE ? ByteBuffer::getFloat : ByteBuffer::getDouble;
      }
      boolean pcm = encoding.equals(Encoding.PCM_SIGNED) || encoding.equals(Encoding.PCM_UNSIGNED);
      if (pcm && bits % Byte.SIZE == 0 && bits >= Byte.SIZE && bits <= Integer.SIZE) {
        long offset = encoding.equals(Encoding.PCM_UNSIGNED) ? 1L << (bits - 1) : 0;
        double scale = 1.0 / (1L << (bits - 1));
        return (data, at) -> (whole(data, at, bits / Byte.SIZE, big, offset > 0) - offset) * scale;
      }
      throw new IllegalArgumentException(
          "its samples are %s of %d bits, expected %s".formatted(encoding, bits, READ));
    }

    private static long whole(ByteBuffer data, int at, int bytes, boolean big, boolean unsigned) {
      long value = 0;
      for (int i = 0; i < bytes; i++) {
        int next = data.get(at + (big ? i : bytes - 1 - i));
        value = value << Byte.SIZE | (i == 0 && !unsigned ? next : next & 0xff);
      }
      return value;
    }
  }
}
