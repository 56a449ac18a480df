package org.tribuo.distill.input.internal.sound;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.tribuo.distill.input.internal.JsonSettings;

/**
 * Settings in the form of the {@code preprocessor_config.json} that Hugging Face's library puts
 * beside a model of sounds. What it leaves out is as in the extractor that it names. Two keys are
 * of this library: {@code resample}, and {@code max_length} of a waveform, in samples.
 */
public final class SoundConfig {
  private static final String TYPE = "feature_extractor_type";
  private static final String WAVEFORM = "Wav2Vec2FeatureExtractor";
  private static final String WHISPER = "WhisperFeatureExtractor";
  private static final String AST = "ASTFeatureExtractor";

  private static final String RATE = "sampling_rate";
  private static final String RESAMPLE = "resample";
  private static final String NORMALIZE = "do_normalize";
  private static final String SIZE = "feature_size";
  private static final String LENGTH = "max_length";
  private static final String PADDING = "padding_value";
  private static final String HOP = "hop_length";
  private static final String FFT = "n_fft";
  private static final String SECONDS = "chunk_length";
  private static final String DITHER = "dither";
  private static final String MELS = "num_mel_bins";
  private static final String MEAN = "mean";
  private static final String DEVIATION = "std";

  /** The usual sampling rate of speech. */
  public static final int SPEECH = 16_000;

  /** Mean of AudioSet, for which the Audio Spectrogram Transformer was made. */
  public static final double AUDIO_SET_MEAN = -4.2677393;

  /** Standard deviation of AudioSet. */
  public static final double AUDIO_SET_DEVIATION = 4.5689974;

  private final JsonSettings json;

  private SoundConfig(JsonSettings json) {
    this.json = json;
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if it is no such file, or states what is not known here; the
   *     message names file and key
   * @throws IOException if it cannot be read
   */
  public static SoundSettings read(Path file) throws IOException {
    return JsonSettings.read(file, SoundConfig::parse);
  }

  /**
   * Reads a text.
   *
   * @throws IllegalArgumentException as {@link #read}, without the file
   */
  static SoundSettings parse(String text) {
    return new SoundConfig(JsonSettings.parse(text, "{\"" + TYPE + "\": ...}")).settings();
  }

  private SoundSettings settings() {
    if (json.number(PADDING, 0) != 0) {
      throw json.refused(PADDING, "0: sounds are padded with silence");
    }
    int rate = json.count(RATE, SPEECH);
    return new SoundSettings(rate, json.flag(RESAMPLE, true), extraction(rate));
  }

  private Extraction extraction(int rate) {
    return switch (json.get(TYPE).asText()) {
      case WAVEFORM -> samples();
      case WHISPER -> whisper(rate);
      case AST ->
          new Extraction.Kaldi(
              rate,
              json.count(MELS, 128),
              json.count(LENGTH, 1024),
              json.flag(NORMALIZE, true),
              json.number(MEAN, AUDIO_SET_MEAN),
              json.number(DEVIATION, AUDIO_SET_DEVIATION));
      default -> throw json.refused(TYPE, "one of " + List.of(WAVEFORM, WHISPER, AST));
    };
  }

  private Extraction samples() {
    if (json.count(SIZE, 1) != 1) {
      throw json.refused(SIZE, "1: a waveform is one number at a time");
    }
    return new Extraction.Samples(
        json.flag(NORMALIZE, true), json.count(LENGTH, Integer.MAX_VALUE));
  }

  private Extraction whisper(int rate) {
    if (json.number(DITHER, 0) != 0) {
      throw json.refused(DITHER, "0: no noise is added here");
    }
    if (json.flag(NORMALIZE, false)) {
      throw json.refused(NORMALIZE, "false: that is not known here for log-mel frames");
    }
    double samples = json.number(SECONDS, 30) * rate;
    if (!(samples >= 1 && samples <= Integer.MAX_VALUE)) {
      throw json.refused(SECONDS, "a length in seconds of 1 sample or more");
    }
    return new Extraction.Whisper(
        rate,
        json.count(SIZE, 80),
        json.count(FFT, 400),
        json.count(HOP, 160),
        (int) Math.round(samples));
  }

  /** Settings as {@link #parse} reads them; equal settings are the same text. */
  public static String text(SoundSettings settings) {
    ObjectNode text = JsonNodeFactory.instance.objectNode();
    Extraction extraction = settings.extraction();
    if (extraction instanceof Extraction.Samples samples) {
      text.put(TYPE, WAVEFORM).put(SIZE, 1).put(NORMALIZE, samples.normalized());
      if (samples.most() < Integer.MAX_VALUE) {
        text.put(LENGTH, samples.most());
      }
    } else if (extraction instanceof Extraction.Whisper whisper) {
      text.put(TYPE, WHISPER).put(SIZE, whisper.mels()).put(FFT, whisper.fft());
      text.put(HOP, whisper.hop());
      if (whisper.samples() % whisper.rate() == 0) {
        text.put(SECONDS, whisper.samples() / whisper.rate());
      } else {
        text.put(SECONDS, (double) whisper.samples() / whisper.rate());
      }
    } else if (extraction instanceof Extraction.Kaldi kaldi) {
      text.put(TYPE, AST).put(MELS, kaldi.mels()).put(LENGTH, kaldi.frames());
      text.put(NORMALIZE, kaldi.normalized());
      text.put(MEAN, kaldi.mean()).put(DEVIATION, kaldi.deviation());
    }
    text.put(RATE, settings.rate()).put(PADDING, 0.0).put(RESAMPLE, settings.resampled());
    return text.toString();
  }
}
