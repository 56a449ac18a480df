package org.tribuo.distill.input.sound;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;

/** Tones in noise, whose height tells the label. */
public final class TinySounds {
  public static final List<String> LABELS = List.of("deep", "high", "low", "shrill");

  private static final List<Integer> HERTZ = List.of(150, 900, 400, 2500);

  /** Frames of 0.4 seconds, as the tiny Whisper of the zoo reads them: 16 bins, 40 frames. */
  public static final SoundPreprocessing FRAMES = SoundPreprocessing.whisper(0.4).mels(16);

  private TinySounds() {}

  /** Writes a folder for each label. */
  public static Path write(Path folder, int perLabel, int samples, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    try {
      for (String label : LABELS) {
        Files.createDirectories(folder.resolve(label));
        for (int i = 0; i < perLabel; i++) {
          write(folder.resolve(label + "/" + i + ".wav"), 16_000, tone(label, samples, random));
        }
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes 16 bits a sample. */
  public static Path write(Path file, int rate, float[] samples) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(2 * samples.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float sample : samples) {
      bytes.putShort((short) Math.round(32767 * sample));
    }
    return write(file, new AudioFormat(rate, 16, 1, true, false), bytes.array());
  }

  /** Writes samples of any format. */
  public static Path write(Path file, AudioFormat format, byte[] bytes) throws IOException {
    AudioInputStream stream =
        new AudioInputStream(
            new ByteArrayInputStream(bytes), format, bytes.length / format.getFrameSize());
    AudioSystem.write(stream, AudioFileFormat.Type.WAVE, file.toFile());
    return file;
  }

  /** One sound of 16,000 samples a second. */
  public static float[] tone(String label, int samples, SplittableRandom random) {
    double hertz = HERTZ.get(LABELS.indexOf(label)) * random.nextDouble(0.9, 1.1);
    double phase = random.nextDouble(7);
    float[] tone = new float[samples];
    for (int i = 0; i < samples; i++) {
      double angle = phase + 2 * Math.PI * hertz * i / 16_000;
      tone[i] = (float) (0.5 * Math.sin(angle) + random.nextDouble(-0.1, 0.1));
    }
    return tone;
  }
}
