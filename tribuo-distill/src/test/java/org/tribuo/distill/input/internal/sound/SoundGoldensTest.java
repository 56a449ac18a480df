package org.tribuo.distill.input.internal.sound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Numbers are those of Hugging Face's extractors and of torchaudio, which {@code
 * src/dev/python/sound_goldens.py} has written.
 */
class SoundGoldensTest {
  static Stream<Golden> goldens() throws IOException {
    try (InputStream file =
        Objects.requireNonNull(
            SoundGoldensTest.class.getResourceAsStream(
                "/org/tribuo/distill/input/sound/goldens.json"))) {
      List<Golden> goldens = new ArrayList<>();
      new ObjectMapper().readTree(file).get("cases").forEach(json -> goldens.add(new Golden(json)));
      return goldens.stream();
    }
  }

  private record Golden(JsonNode json) {
    Waveform sound() {
      int rate = json.get("rate").asInt();
      float[] samples = new float[json.get("length").asInt()];
      for (int i = 0; i < samples.length; i++) {
        long n = i;
        double noise = (n * 7919 + n * n % 97 * 31) % 1009 / 1009.0 - 0.5;
        double rising = (double) (n * (200 + n / 16) % rate) / rate - 0.5;
        double deep = (double) (n * 110 % rate) / rate - 0.5;
        samples[i] = (float) (0.5 * rising + 0.3 * deep + 0.1 * noise);
      }
      return new Waveform(rate, samples);
    }

    SoundSettings settings() {
      return SoundConfig.parse(json.get("preprocessor_config").toString());
    }

    @Override
    public String toString() {
      return json.get("name").asText();
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void numbersAreThoseOfTheExtractors(Golden golden) {
    SoundSettings settings = golden.settings();
    Waveform sound = golden.sound();

    float[] numbers = settings.numbers(sound).values();

    List<Long> dims = new ArrayList<>();
    golden.json().get("shape").forEach(dim -> dims.add(dim.asLong()));
    assertThat(Arrays.stream(settings.form().dims(numbers.length)).boxed().toList())
        .isEqualTo(dims);
    assertThat(numbers).hasSize(dims.stream().mapToInt(Long::intValue).reduce(1, (a, b) -> a * b));
    JsonNode expected = golden.json().get("values");
    int every = golden.json().get("every").asInt();
    assertThat(expected.size()).isEqualTo((numbers.length + every - 1) / every);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(numbers[i * every])
          .as("%s, value %d", golden, i * every)
          .isCloseTo((float) expected.get(i).asDouble(), within(1e-4f));
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void settingsSurviveAsText(Golden golden) {
    SoundSettings settings = golden.settings();

    assertThat(SoundConfig.parse(SoundConfig.text(settings))).isEqualTo(settings);
  }

  /** A frame is of the sound if its middle is, as in the attention mask of Whisper's extractor. */
  @Test
  void paddingIsCountedAsSuch() {
    SoundSettings whisper =
        SoundConfig.parse(
            "{\"feature_extractor_type\":"
                + "\"WhisperFeatureExtractor\",\"feature_size\":8,\"chunk_length\":0.1}");
    SoundSettings ast =
        SoundConfig.parse(
            "{\"feature_extractor_type\":"
                + "\"ASTFeatureExtractor\",\"num_mel_bins\":8,\"max_length\":10}");

    assertThat(heard(whisper, 400)).isEqualTo(3);
    assertThat(heard(whisper, 320)).isEqualTo(2);
    assertThat(heard(whisper, 9000)).isEqualTo(10);
    assertThat(heard(ast, 400)).isEqualTo(1);
    assertThat(heard(ast, 720)).isEqualTo(3);
    assertThat(heard(ast, 9000)).isEqualTo(10);
  }

  private static int heard(SoundSettings settings, int samples) {
    return settings.numbers(new Waveform(16_000, new float[samples])).heard();
  }

  /** Rates without a common divisor have as many phases as there are samples in a second. */
  @ParameterizedTest
  @ValueSource(ints = {11_127, 96_001})
  void aToneStaysOneFromAnyRate(int rate) {
    Waveform tone = new Waveform(rate, tone(rate, 3 * rate / 2));

    float[] resampled = tone.at(16_000).samples();

    float[] expected = tone(16_000, 24_000);
    assertThat(resampled).hasSize(tone.lengthAt(16_000)).hasSizeBetween(23_999, 24_001);
    for (int i = 100; i < 23_900; i++) {
      assertThat(resampled[i]).isCloseTo(expected[i], within(1e-2f));
    }
  }

  /** 440 Hz. */
  private static float[] tone(int rate, int samples) {
    float[] tone = new float[samples];
    for (int i = 0; i < samples; i++) {
      tone[i] = (float) Math.sin(2 * Math.PI * 440 * i / rate);
    }
    return tone;
  }

  /** Beside a direct sum, for lengths that are powers, products and primes. */
  @Test
  void transformsOfAnyLengthAreExact() {
    for (int length : new int[] {1, 2, 13, 36, 400, 510, 512}) {
      double[] frame = new double[length];
      for (int i = 0; i < length; i++) {
        frame[i] = Math.sin(i * i) + 0.1 * i;
      }
      double[] power = new Fourier(length).power(frame);
      for (int k = 0; k < power.length; k++) {
        double real = 0;
        double imaginary = 0;
        for (int i = 0; i < length; i++) {
          real += frame[i] * Math.cos(2 * Math.PI * i * k / length);
          imaginary += frame[i] * Math.sin(2 * Math.PI * i * k / length);
        }
        double expected = real * real + imaginary * imaginary;
        assertThat(power[k]).isCloseTo(expected, within(1e-6 * Math.max(1, expected)));
      }
    }
  }
}
