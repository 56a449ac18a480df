package org.tribuo.distill.input.sound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SoundPreprocessingTest {
  @TempDir private Path folder;

  @Test
  void whatIsWrittenIsRead() throws Exception {
    for (SoundPreprocessing each :
        new SoundPreprocessing[] {
          SoundPreprocessing.waveform(),
          SoundPreprocessing.waveform().seconds(0.5).withoutNormalization().samplingRate(8000),
          SoundPreprocessing.whisper(30),
          SoundPreprocessing.whisper(0.4).mels(16).windows(512, 128).withoutResampling(),
          SoundPreprocessing.ast(10.24),
          SoundPreprocessing.ast(1).mels(40).normalization(-3, 2),
          SoundPreprocessing.ast(10.24).withoutNormalization()
        }) {
      Path file = folder.resolve("preprocessor_config.json");
      each.write(file);
      assertThat(SoundPreprocessing.read(file).settings()).isEqualTo(each.settings());
    }
  }

  /** As facebook/wav2vec2-base, openai/whisper-tiny and MIT/ast-finetuned-audioset have it. */
  @Test
  void filesOfHuggingFaceAreRead() throws Exception {
    assertThat(
            read("""
                    {"do_normalize": true, "feature_extractor_type": "Wav2Vec2FeatureExtractor",
                     "feature_size": 1, "padding_side": "right", "padding_value": 0.0,
                     "sampling_rate": 16000}
                    """)
                .settings())
        .isEqualTo(SoundPreprocessing.waveform().settings());
    assertThat(
            read("""
                    {"chunk_length": 30, "feature_extractor_type": "WhisperFeatureExtractor",
                     "feature_size": 80, "hop_length": 160, "n_fft": 400, "n_samples": 480000,
                     "nb_max_frames": 3000, "padding_side": "right", "padding_value": 0.0,
                     "processor_class": "WhisperProcessor", "return_attention_mask": false,
                     "sampling_rate": 16000}
                    """)
                .settings())
        .isEqualTo(SoundPreprocessing.whisper(30).settings());
    assertThat(
            read("""
                    {"do_normalize": true, "feature_extractor_type": "ASTFeatureExtractor",
                     "feature_size": 1, "max_length": 1024, "mean": -4.2677393,
                     "num_mel_bins": 128, "padding_side": "right", "padding_value": 0.0,
                     "return_attention_mask": false, "sampling_rate": 16000, "std": 4.5689974}
                    """)
                .settings())
        .isEqualTo(SoundPreprocessing.ast(10.24).settings());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Wav2Vec2 | "feature_size": 2      | "feature_size" is 2, expected 1: a waveform is one number at a time
          Wav2Vec2 | "padding_value": 1     | "padding_value" is 1, expected 0: sounds are padded with silence
          Wav2Vec2 | "sampling_rate": 0     | "sampling_rate" is 0, expected a whole number of 1 or more
          Wav2Vec2 | "do_normalize": "yes"  | "do_normalize" is "yes", expected true or false
          Whisper  | "do_normalize": true   | "do_normalize" is true, expected false: that is not known here for log-mel frames
          Whisper  | "dither": 0.1          | "dither" is 0.1, expected 0: no noise is added here
          Whisper  | "chunk_length": 0      | "chunk_length" is 0, expected a length in seconds of 1 sample or more
          Whisper  | "chunk_length": 0.01   | Sounds are 160 samples long, expected at least 201, a step and more than half a window
          AST      | "std": 0               | The mean is -4.2677393 and the standard deviation 0.0, expected numbers, the second above 0
          Clap     | "sampling_rate": 48000 | "feature_extractor_type" is "ClapFeatureExtractor", expected one of [Wav2Vec2FeatureExtractor, WhisperFeatureExtractor, ASTFeatureExtractor]
          """)
  void whatAFileStatesWronglyIsNamed(String type, String setting, String message) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("wrong.json"),
            "{\"feature_extractor_type\": \"%sFeatureExtractor\", %s}".formatted(type, setting));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> SoundPreprocessing.read(file))
        .withMessage("%s: %s", file, message);
  }

  @Test
  void settingsThatDoNotFitAreNamed() {
    SoundPreprocessing whisper = SoundPreprocessing.whisper(1);
    assertThatThrownBy(() -> whisper.seconds(-1))
        .hasMessage(
            "Component: SoundPreprocessing, Property: seconds, is -1.0, expected a length above 0"
                + " of less than 2^31 samples; or omit it");
    assertThatThrownBy(() -> whisper.seconds(1e9))
        .hasMessageContaining("is 1.0E9, expected a length above 0 of less than 2^31 samples");
    assertThatThrownBy(() -> whisper.seconds(0.01))
        .hasMessageContaining("Property: seconds, Sounds are 160 samples long");
    assertThatThrownBy(() -> whisper.samplingRate(0))
        .hasMessageContaining("Property: samplingRate, is 0, expected 1 or more");
    assertThatThrownBy(() -> whisper.windows(400, 0))
        .hasMessageContaining("Property: hop, is 0, expected 1 or more");
    assertThatThrownBy(() -> SoundPreprocessing.ast(1).normalization(0, 0))
        .hasMessageContaining("Property: deviation, The mean is 0.0");
  }

  @Test
  void settingsComeFromXml() throws Exception {
    Path xml =
        Files.writeString(
            folder.resolve("config.xml"),
            """
            <config>
              <component name="ast" type="org.tribuo.distill.input.sound.SoundPreprocessing">
                <property name="form" value="AST"/>
                <property name="seconds" value="2"/>
                <property name="resample" value="false"/>
                <property name="mean" value="-3"/>
                <property name="deviation" value="2"/>
              </component>
              <component name="wrong" type="org.tribuo.distill.input.sound.SoundPreprocessing">
                <property name="form" value="WAVEFORM"/>
                <property name="normalize" value="ja"/>
              </component>
            </config>
            """);
    ConfigurationManager manager = new ConfigurationManager(xml.toString());

    assertThat(((SoundPreprocessing) manager.lookup("ast")).settings())
        .isEqualTo(SoundPreprocessing.ast(2).withoutResampling().normalization(-3, 2).settings());
    assertThatThrownBy(() -> manager.lookup("wrong"))
        .hasMessageContaining("Component: wrong, Property: normalize");
  }

  private SoundPreprocessing read(String json) throws Exception {
    return SoundPreprocessing.read(Files.writeString(folder.resolve("read.json"), json));
  }
}
