package org.tribuo.distill.input.sound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.classification.sgd.linear.LogisticRegressionTrainer;

class SoundDataSourceTest {
  private static final LabelFactory LABELS = new LabelFactory();

  @TempDir private Path folder;

  @Test
  void aFolderHasASubfolderForEachLabel() throws IOException {
    sound("sounds/no/b.wav");
    sound("sounds/no/a.WAV");
    sound("sounds/loose.wave");
    Files.writeString(folder.resolve("sounds/no/README.txt"), "no");

    SoundDataSource<Label> source = source(folder.resolve("sounds")).read();

    List<String> outputs = new ArrayList<>();
    source.forEach(example -> outputs.add(example.getOutput().getLabel()));
    assertThat(outputs).containsExactly(Label.UNKNOWN, "no", "no");
    assertThat(source.size()).isEqualTo(3);
    assertThat(source.ignored()).containsExactly(folder.resolve("sounds/no/README.txt"));
    assertThat(source.getProvenance().getInstanceValues().get("found-sounds").getValue())
        .isEqualTo("3");
  }

  /** The same dataset trains Tribuo's own trainers. */
  @Test
  void anyTribuoTrainerReadsTheFrames() {
    Path sounds = TinySounds.write(folder.resolve("sounds"), 8, 4000, 1);
    MutableDataset<Label> dataset = new MutableDataset<>(source(sounds).read());

    assertThat(dataset.getFeatureMap().keySet())
        .contains("m000t00000", "m015t00039", "heard")
        .hasSize(16 * 40 + 1);
    assertThat(
            new LabelEvaluator()
                .evaluate(new LogisticRegressionTrainer().train(dataset), dataset)
                .accuracy())
        .isGreaterThan(0.9);
  }

  @Test
  void featuresHaveTheNamesOfTheirForm() throws IOException {
    Path file = sound("a.wav");
    assertThat(names(SoundPreprocessing.waveform(), file))
        .hasSize(800)
        .startsWith("s0000000", "s0000001");
    assertThat(names(SoundPreprocessing.whisper(0.1).mels(2), file))
        .hasSize(21)
        .startsWith("heard", "m000t00000", "m000t00001");
    assertThat(names(SoundPreprocessing.ast(0.1).mels(2), file))
        .hasSize(21)
        .startsWith("heard", "t00000m000", "t00000m001");
  }

  private static List<String> names(SoundPreprocessing preprocessing, Path file)
      throws IOException {
    List<String> names = new ArrayList<>();
    preprocessing
        .toExample(file, LabelFactory.UNKNOWN_LABEL)
        .forEach(feature -> names.add(feature.getName()));
    return names;
  }

  /** From the file and from samples at hand. */
  @Test
  void anExampleIsMadeOfSamplesToo() throws IOException {
    float[] samples = TinySounds.tone("low", 800, new SplittableRandom(3));
    Path file = TinySounds.write(folder.resolve("a.wav"), 16_000, samples);
    float[] exact = new float[samples.length];
    IntStream.range(0, exact.length)
        .forEach(i -> exact[i] = Math.round(32767 * samples[i]) / 32768f);
    Example<Label> ofFile = TinySounds.FRAMES.toExample(file, LabelFactory.UNKNOWN_LABEL);
    Example<Label> ofSamples =
        TinySounds.FRAMES.toExample(exact, 16_000, LabelFactory.UNKNOWN_LABEL);

    assertThat(ofSamples).containsExactlyElementsOf(ofFile);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                TinySounds.FRAMES
                    .withoutResampling()
                    .toExample(samples, 44_100, LabelFactory.UNKNOWN_LABEL))
        .withMessage(
            "The sound cannot be read: it has 44100 samples a second, expected the 16000 that the"
                + " model is for; resample it, or state resample");
  }

  @Test
  void whatIsWrongIsNamed() throws IOException {
    Path sounds = Files.createDirectories(folder.resolve("sounds"));
    refused("dataPath", sounds)
        .isEqualTo(
            "There are no sounds in %s, expected files whose names end with one of [wav, wave]"
                .formatted(sounds));
    Path text = Files.writeString(folder.resolve("sounds/a.wav"), "no sound");
    refused("dataPath", sounds).startsWith("The file %s cannot be read as a sound".formatted(text));
    Files.write(text, new byte[0]);
    refused("dataPath", sounds)
        .isEqualTo("The file %s is empty, expected a WAV file".formatted(text));
    Path index = Files.writeString(folder.resolve("index.csv"), "path,label\n,no\n");
    refused("dataPath", index).isEqualTo("line 2 names no sound in column 'path'");
    refused("dataPath", folder.resolve("absent"))
        .isEqualTo(
            "there is no %s, expected a folder of sounds or an index file"
                .formatted(folder.resolve("absent")));
    assertThat(
            catchThrowableOfType(
                    PropertyException.class, () -> SoundDataSource.of(sounds, LABELS).read())
                .getMsg())
        .isEqualTo("is not stated, and preprocessing is not stated either; state one of the two");
  }

  @Test
  void aFileThatChangedIsNamed() throws IOException {
    Path file = sound("sounds/no/a.wav");
    SoundDataSource<Label> source = source(folder.resolve("sounds")).read();
    TinySounds.write(file, 16_000, TinySounds.tone("high", 900, new SplittableRandom(5)));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> source.iterator().next())
        .withMessageStartingWith(
            "The file %s is another one than when the data source was made", file);
  }

  @Test
  void aSourceComesFromXmlAndFromItsProvenance() throws IOException {
    sound("sounds/no/a.wav");
    Path stated = folder.resolve("preprocessor_config.json");
    TinySounds.FRAMES.write(stated);
    assertThat(SoundPreprocessing.read(stated)).hasToString(TinySounds.FRAMES.toString());
    Path xml =
        Files.writeString(
            folder.resolve("config.xml"),
            """
            <config>
              <component name="source" type="org.tribuo.distill.input.sound.SoundDataSource">
                <property name="dataPath" value="%s"/>
                <property name="outputFactory" value="labels"/>
                <property name="preprocessing" value="preprocessing"/>
                <property name="lazy" value="true"/>
              </component>
              <component name="preprocessing"
                  type="org.tribuo.distill.input.sound.SoundPreprocessing">
                <property name="form" value="WHISPER"/>
                <property name="seconds" value="0.4"/>
                <property name="mels" value="16"/>
              </component>
              <component name="labels" type="org.tribuo.classification.LabelFactory"/>
            </config>
            """
                .formatted(folder.resolve("sounds")));
    SoundDataSource<?> source =
        (SoundDataSource<?>) new ConfigurationManager(xml.toString()).lookup("source");

    assertThat(source.iterator().next().iterator().next().getName()).isEqualTo("mels16x40");
    assertThat(source.getProvenance())
        .isEqualTo(
            ProvenanceUtil.unmarshalProvenance(
                ProvenanceUtil.marshalProvenance(source.getProvenance())));
    ConfigurationManager replayed = new ConfigurationManager();
    replayed.addConfiguration(ProvenanceUtil.extractConfiguration(source.getProvenance()));
    assertThat(replayed.lookupAll(SoundDataSource.class))
        .singleElement()
        .satisfies(again -> assertThat(again.size()).isEqualTo(1));
  }

  private static SoundDataSource.Builder<Label> source(Path data) {
    return SoundDataSource.of(data, LABELS).preprocessing(TinySounds.FRAMES);
  }

  private static AbstractStringAssert<?> refused(String property, Path data) {
    PropertyException refused =
        catchThrowableOfType(PropertyException.class, () -> source(data).read());
    assertThat(refused)
        .hasMessageStartingWith("Component: SoundDataSource, Property: %s, ".formatted(property));
    return assertThat(refused.getMsg());
  }

  private Path sound(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return TinySounds.write(
        file, 16_000, TinySounds.tone("low", 800, new SplittableRandom(name.hashCode())));
  }
}
