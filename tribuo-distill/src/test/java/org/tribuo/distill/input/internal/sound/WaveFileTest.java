package org.tribuo.distill.input.internal.sound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioFormat.Encoding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tribuo.distill.input.sound.TinySounds;

class WaveFileTest {
  private static final SoundSettings AS_IT_IS =
      new SoundSettings(8000, false, new Extraction.Samples(false, Integer.MAX_VALUE));
  private static final float[] SAMPLES = {0, 0.5f, -0.5f, 0.25f, -1, 0.125f};

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"8, false", "16, true", "24, true", "32, true"})
  void wholeNumbersAreRead(int bits, boolean signed) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(SAMPLES.length * bits / 8);
    for (float sample : SAMPLES) {
      long whole = Math.round(sample * (1L << (bits - 1))) + (signed ? 0 : 1L << (bits - 1));
      for (int i = 0; i < bits / 8; i++) {
        bytes.put((byte) (whole >> (8 * i)));
      }
    }
    AudioFormat format = new AudioFormat(8000, bits, 1, signed, false);

    assertThat(read(TinySounds.write(folder.resolve("a.wav"), format, bytes.array())))
        .containsExactly(SAMPLES);
  }

  @Test
  void floatsAreRead() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * SAMPLES.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float sample : SAMPLES) {
      bytes.putFloat(sample);
    }

    assertThat(read(wave(3, 1, 32, bytes.array()))).containsExactly(SAMPLES);
  }

  @Test
  void channelsBecomeTheirMean() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putShort((short) 8192).putShort((short) 16384);
    bytes.putShort((short) -32768).putShort((short) 0);
    AudioFormat stereo = new AudioFormat(8000, 16, 2, true, false);

    assertThat(read(TinySounds.write(folder.resolve("a.wav"), stereo, bytes.array())))
        .containsExactly(0.375f, -0.5f);
  }

  /** Of G.711: silence, and the largest numbers. */
  @Test
  void muLawIsDecoded() throws IOException {
    byte[] bytes = {(byte) 0xff, (byte) 0x80, 0x00, (byte) 0xff};
    AudioFormat format = new AudioFormat(Encoding.ULAW, 8000, 8, 1, 1, 8000, false);
    float[] read = read(TinySounds.write(folder.resolve("a.wav"), format, bytes));

    assertThat(read[0]).isZero();
    assertThat(read[1]).isCloseTo(32124 / 32768f, within(1e-3f));
    assertThat(read[2]).isCloseTo(-32124 / 32768f, within(1e-3f));
  }

  @Test
  void whatIsNoSoundIsNamed() throws IOException {
    Path text = Files.writeString(folder.resolve("a.wav"), "RIFF or not");
    refused(text, AS_IT_IS)
        .withMessage(
            "The file %s cannot be read as a sound: its content is no WAV file of an encoding that is"
                + " read here: PCM of 8, 16, 24 or 32 bits, floats of 32 or 64 bits, A-law and mu-law",
            text);
    Path compressed = wave(0x55, 1, 0, new byte[100]);
    refused(compressed, AS_IT_IS)
        .withMessageStartingWith("The file %s cannot be read as a sound: ", compressed);
    refused(wave(3, 1, 32, new byte[] {0, 0, (byte) 0xc0, 0x7f}), AS_IT_IS)
        .withMessageEndingWith("its sample 0 is NaN, expected a finite number");
  }

  @Test
  void whatIsCutOffOrEmptyIsNamed() throws IOException {
    Path whole = TinySounds.write(folder.resolve("a.wav"), 8000, SAMPLES);
    byte[] bytes = Files.readAllBytes(whole);
    Files.write(whole, Arrays.copyOf(bytes, bytes.length - 4));
    refused(whole, AS_IT_IS)
        .withMessage(
            "The file %s cannot be read as a sound: it ends too early: its header states 6 samples,"
                + " there are 4",
            whole);
    Path empty = TinySounds.write(folder.resolve("b.wav"), 8000, new float[0]);
    refused(empty, AS_IT_IS)
        .withMessage(
            "The file %s cannot be read as a sound: it has no samples, expected a sound", empty);
  }

  @Test
  void anotherRateIsRefusedWhereNothingIsResampled() throws IOException {
    Path file = TinySounds.write(folder.resolve("a.wav"), 22_050, SAMPLES);
    refused(file, AS_IT_IS)
        .withMessage(
            "The file %s cannot be read as a sound: it has 22050 samples a second, expected the 8000"
                + " that the model is for; resample it, or state resample",
            file);
    SoundSettings resampled = new SoundSettings(8000, true, AS_IT_IS.extraction());
    assertThat(WaveFile.read(file).numbers(resampled).values()).hasSize(3);
    assertThat(WaveFile.read(file).length(resampled)).isEqualTo(3);
  }

  @Test
  void aSoundThatIsTooShortIsNamed() throws IOException {
    Path file = TinySounds.write(folder.resolve("a.wav"), 8000, SAMPLES);
    SoundSettings frames =
        new SoundSettings(8000, true, new Extraction.Kaldi(8000, 8, 10, false, 0, 1));
    String message =
        "it has 6 samples at 8000 a second, expected at least 200, which is one window of 25 ms";
    refused(file, frames).withMessageEndingWith(message);
    assertThatIllegalArgumentException()
        .as("before its frames are needed")
        .isThrownBy(() -> WaveFile.read(file).length(frames))
        .withMessageEndingWith(message);
  }

  private static float[] read(Path file) throws IOException {
    return WaveFile.read(file).numbers(AS_IT_IS).values();
  }

  private static org.assertj.core.api.ThrowableAssertAlternative<IllegalArgumentException> refused(
      Path file, SoundSettings settings) {
    return assertThatIllegalArgumentException()
        .isThrownBy(() -> WaveFile.read(file).numbers(settings));
  }

  /** A file of any encoding, by its number. */
  private Path wave(int encoding, int channels, int bits, byte[] data) throws IOException {
    int frame = Math.max(1, channels * bits / 8);
    ByteBuffer bytes = ByteBuffer.allocate(44 + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(ascii("RIFF")).putInt(36 + data.length).put(ascii("WAVEfmt ")).putInt(16);
    bytes.putShort((short) encoding).putShort((short) channels).putInt(8000).putInt(8000 * frame);
    bytes.putShort((short) frame).putShort((short) bits);
    bytes.put(ascii("data")).putInt(data.length).put(data);
    return Files.write(folder.resolve("made.wav"), bytes.array());
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
