package org.tribuo.distill.input.sound;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigManager;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.Example;
import org.tribuo.Output;
import org.tribuo.distill.component.BooleanProperties;
import org.tribuo.distill.file.AtomicFile;
import org.tribuo.distill.input.internal.sound.Extraction;
import org.tribuo.distill.input.internal.sound.Numbers;
import org.tribuo.distill.input.internal.sound.SoundConfig;
import org.tribuo.distill.input.internal.sound.SoundFeatures;
import org.tribuo.distill.input.internal.sound.SoundSettings;
import org.tribuo.distill.input.internal.sound.WaveFile;
import org.tribuo.distill.input.internal.sound.Waveform;
import org.tribuo.distill.internal.component.ComponentProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * How a sound becomes the numbers that a model reads: resampled, then as a waveform or as log-mel
 * frames. The numbers are those of Hugging Face's {@code Wav2Vec2FeatureExtractor}, {@code
 * WhisperFeatureExtractor} and {@code ASTFeatureExtractor}.
 *
 * <pre>{@code
 * SoundPreprocessing.whisper(30)                       // [80 mels, 3000 frames]
 * SoundPreprocessing.whisper(1).mels(40)               // [40 mels, 100 frames]
 * SoundPreprocessing.waveform()                        // [samples]
 * SoundPreprocessing.read(Path.of("preprocessor_config.json"))
 *
 * <component name="preprocessing" type="org.tribuo.distill.input.sound.SoundPreprocessing">
 *   <property name="form" value="WHISPER"/>
 *   <property name="mels" value="40"/>
 *   <property name="seconds" value="1"/>
 * </component>
 * }</pre>
 *
 * <p>The channels of a sound become one, their mean. A sound of another sampling rate is resampled
 * by a windowed sinc, as {@code torchaudio.functional.resample} does by default. Immutable and safe
 * for many threads.
 */
public final class SoundPreprocessing
    implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  private static final double DEFAULT_WHISPER_SECONDS = 30;
  private static final int DEFAULT_AST_FRAMES = 1024;
  private static final int FRAMES_A_SECOND = 100;

  /** What a model reads. */
  public enum Form {
    /** The samples, as wav2vec 2.0, HuBERT and WavLM read them: [samples]. */
    WAVEFORM,

    /** Whisper's log-mel frames: [mels, frames]. */
    WHISPER,

    /** The Audio Spectrogram Transformer's log-mel frames: [frames, mels]. */
    AST
  }

  @ConfigurableName private String component = "SoundPreprocessing";

  @ConfigManager private @Nullable ConfigurationManager configuration;

  @Config(mandatory = true, description = "What the model reads.")
  private Form form;

  @Config(description = "Samples a second that the model is for, 1 or more.")
  private int samplingRate = SoundConfig.SPEECH;

  @Config(description = "Whether sounds of another sampling rate are read too, resampled.")
  private boolean resample = true;

  @Config(
      description =
          "The length of a sound in seconds, above 0; by default 30 (WHISPER) or 10.24 (AST). A longer"
              + " one is cut, a shorter one padded with silence; a waveform is only cut, and by default"
              + " it is not.")
  private @Nullable Double seconds;

  @Config(
      description =
          "The bins of frequency of a frame, 1 or more; by default 80 (WHISPER) or 128 (AST).")
  private @Nullable Integer mels;

  @Config(description = "The length of a window of WHISPER in samples.")
  private int window = 400;

  @Config(description = "From one window of WHISPER to the next, in samples.")
  private int hop = 160;

  @Config(
      description =
          "Whether each waveform is given a mean of 0 and a variance of 1, and frames of AST are"
              + " normalised with mean and deviation; those of WHISPER have a scale of their own.")
  private boolean normalize = true;

  @Config(description = "The mean of AST's frames.")
  private double mean = SoundConfig.AUDIO_SET_MEAN;

  @Config(description = "The standard deviation of AST's frames, above 0.")
  private double deviation = SoundConfig.AUDIO_SET_DEVIATION;

  /** For OLCUT. */
  private SoundPreprocessing() {}

  private static SoundPreprocessing of(Form form, @Nullable Double seconds) {
    return new SoundPreprocessing()
        .with(
            settings -> {
              settings.form = form;
              settings.seconds = seconds;
            });
  }

  /** Whole waveforms of 16,000 samples a second, each with a mean of 0 and a variance of 1. */
  public static SoundPreprocessing waveform() {
    return of(Form.WAVEFORM, null);
  }

  /**
   * Whisper's frames: 80 bins, 100 frames a second.
   *
   * @param seconds to which each sound is cut or padded; 30 for Whisper itself
   * @throws PropertyException if that is less than a window
   */
  public static SoundPreprocessing whisper(double seconds) {
    return of(Form.WHISPER, seconds);
  }

  /**
   * Frames of the Audio Spectrogram Transformer: 128 bins, 100 frames a second.
   *
   * @param seconds to which each sound is cut or padded; 10.24 for the published models
   * @throws PropertyException if that is less than a frame
   */
  public static SoundPreprocessing ast(double seconds) {
    return of(Form.AST, seconds);
  }

  /**
   * The settings of a {@code preprocessor_config.json}.
   *
   * @throws IllegalArgumentException if it is not such a file, or states something unsupported; the
   *     message names file and key
   * @throws IOException if it cannot be read
   */
  public static SoundPreprocessing read(Path file) throws IOException {
    SoundSettings read = SoundConfig.read(file);
    return new SoundPreprocessing()
        .with(
            settings -> {
              settings.samplingRate = read.rate();
              settings.resample = read.resampled();
              settings.state(read.extraction());
            });
  }

  private void state(Extraction extraction) {
    if (extraction instanceof Extraction.Samples samples) {
      form = Form.WAVEFORM;
      normalize = samples.normalized();
      seconds = samples.most() == Integer.MAX_VALUE ? null : (double) samples.most() / samplingRate;
    } else if (extraction instanceof Extraction.Whisper whisper) {
      form = Form.WHISPER;
      mels = whisper.mels();
      window = whisper.fft();
      hop = whisper.hop();
      seconds = (double) whisper.samples() / samplingRate;
    } else if (extraction instanceof Extraction.Kaldi kaldi) {
      form = Form.AST;
      mels = kaldi.mels();
      seconds = (double) kaldi.frames() / FRAMES_A_SECOND;
      normalize = kaldi.normalized();
      mean = kaldi.mean();
      deviation = kaldi.deviation();
    }
  }

  /**
   * The same for another sampling rate.
   *
   * @param samples a second
   * @throws PropertyException if it is below 1
   */
  public SoundPreprocessing samplingRate(int samples) {
    return with(other -> other.samplingRate = samples);
  }

  /** The same, which refuses sounds of another sampling rate. */
  public SoundPreprocessing withoutResampling() {
    return with(other -> other.resample = false);
  }

  /**
   * The same for sounds of another length.
   *
   * @throws PropertyException if it is not above 0
   */
  public SoundPreprocessing seconds(double seconds) {
    return with(other -> other.seconds = seconds);
  }

  /**
   * The same for frames of other bins.
   *
   * @throws PropertyException if it is below 1
   */
  public SoundPreprocessing mels(int bins) {
    return with(other -> other.mels = bins);
  }

  /**
   * The same with other windows of {@code WHISPER}.
   *
   * @param samples the length of one
   * @param hop from one to the next, in samples
   * @throws PropertyException if a number is below 1
   */
  public SoundPreprocessing windows(int samples, int hop) {
    return with(
        other -> {
          other.window = samples;
          other.hop = hop;
        });
  }

  /** The same without a normalisation. */
  public SoundPreprocessing withoutNormalization() {
    return with(other -> other.normalize = false);
  }

  /**
   * The same with other numbers for {@code AST}.
   *
   * @throws PropertyException if the deviation is not above 0
   */
  public SoundPreprocessing normalization(double mean, double deviation) {
    return with(
        other -> {
          other.normalize = true;
          other.mean = mean;
          other.deviation = deviation;
        });
  }

  private SoundPreprocessing with(Consumer<SoundPreprocessing> change) {
    SoundPreprocessing other = new SoundPreprocessing();
    other.form = form;
    other.samplingRate = samplingRate;
    other.resample = resample;
    other.seconds = seconds;
    other.mels = mels;
    other.window = window;
    other.hop = hop;
    other.normalize = normalize;
    other.mean = mean;
    other.deviation = deviation;
    change.accept(other);
    other.postConfig();
    return other;
  }

  /**
   * Checks the settings; OLCUT calls it.
   *
   * @throws PropertyException if one is out of its range; it names the component and the property
   */
  @Override
  public void postConfig() {
    BooleanProperties.check(this, component, configuration);
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.checkAtLeast("samplingRate", 1, samplingRate);
    properties.checkIfStated("mels", 1, mels);
    properties.checkAtLeast("window", 1, window);
    properties.checkAtLeast("hop", 1, hop);
    if (seconds != null && !(seconds > 0 && seconds * samplingRate <= Integer.MAX_VALUE)) {
      throw new PropertyException(
          component,
          "seconds",
          "is %s, expected a length above 0 of less than 2^31 samples; or omit it"
              .formatted(seconds));
    }
    properties.check(deviation > 0 ? "seconds" : "deviation", this::settings);
  }

  /** What the settings are made of, for the readers of sounds. */
  public SoundSettings settings() {
    return new SoundSettings(samplingRate, resample, extraction());
  }

  private Extraction extraction() {
    return switch (form) {
      case WAVEFORM ->
          new Extraction.Samples(normalize, seconds == null ? Integer.MAX_VALUE : samples(seconds));
      case WHISPER ->
          new Extraction.Whisper(
              samplingRate,
              mels == null ? 80 : mels,
              window,
              hop,
              samples(seconds == null ? DEFAULT_WHISPER_SECONDS : seconds));
      case AST ->
          new Extraction.Kaldi(
              samplingRate,
              mels == null ? 128 : mels,
              seconds == null ? DEFAULT_AST_FRAMES : (int) Math.round(seconds * FRAMES_A_SECOND),
              normalize,
              mean,
              deviation);
    };
  }

  private int samples(double seconds) {
    return (int) Math.round(seconds * samplingRate);
  }

  /**
   * A WAV file as an example, with a feature for each number.
   *
   * @throws IllegalArgumentException if it is no sound that is read here, or damaged; the message
   *     names the file
   * @throws IOException if it cannot be read
   */
  public <T extends Output<T>> Example<T> toExample(Path sound, T output) throws IOException {
    return example(WaveFile.read(sound).numbers(settings()), output);
  }

  /**
   * A sound as an example, with a feature for each number.
   *
   * @param samples of one channel, from -1 to 1
   * @param samplesPerSecond their sampling rate
   * @throws IllegalArgumentException if there are too few, or of a rate that is not read
   */
  public <T extends Output<T>> Example<T> toExample(
      float[] samples, int samplesPerSecond, T output) {
    try {
      Waveform sound = new Waveform(samplesPerSecond, samples.clone());
      return example(settings().numbers(sound), output);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("The sound cannot be read: " + e.getMessage(), e);
    }
  }

  private <T extends Output<T>> Example<T> example(Numbers numbers, T output) {
    return new SoundFeatures(settings().form()).example(output, numbers);
  }

  /**
   * Writes these settings as a {@code preprocessor_config.json}, whole or not at all.
   *
   * @throws IOException if it cannot be written
   */
  public void write(Path file) throws IOException {
    byte[] text = SoundConfig.text(settings()).getBytes(StandardCharsets.UTF_8);
    AtomicFile.writeStream(file, stream -> stream.write(text));
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ComponentProvenance.of(this, "SoundPreprocessing");
  }

  @Override
  public String toString() {
    return "SoundPreprocessing(%s)".formatted(settings());
  }
}
