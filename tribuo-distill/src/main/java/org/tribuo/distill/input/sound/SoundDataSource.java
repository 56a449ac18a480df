package org.tribuo.distill.input.sound;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigManager;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tribuo.ConfigurableDataSource;
import org.tribuo.Example;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.distill.component.BooleanProperties;
import org.tribuo.distill.input.internal.ExampleOrigin;
import org.tribuo.distill.input.internal.FilesDataSourceProvenance;
import org.tribuo.distill.input.internal.LabelledFiles;
import org.tribuo.distill.input.internal.sound.FileSound;
import org.tribuo.distill.input.internal.sound.SoundConfig;
import org.tribuo.distill.input.internal.sound.SoundFeatures;
import org.tribuo.distill.input.internal.sound.SoundSettings;
import org.tribuo.distill.input.internal.sound.WaveFile;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.provenance.ConfiguredDataSourceProvenance;

/**
 * WAV files with their labels, from a folder or from an index file, as examples of sounds.
 *
 * <p>A <em>folder</em> has a subfolder for each label, whose name is the label; sounds in the
 * folder itself have none. They come in the order of their names. Files that are no sounds by their
 * names are {@linkplain #ignored() ignored}. An <em>index file</em> is a CSV file with a column of
 * paths, relative to its own folder, and a column of labels; an empty label is none. Sounds without
 * a label become examples with Tribuo's unknown output, from which a student learns what its
 * teacher makes of them.
 *
 * <p>An example has a feature for each number that the model reads, such as {@code m007t00012} for
 * bin 7 of frame 12 or {@code s0000017} for a sample: any Tribuo trainer can use frames. Where that
 * is too much for the memory, sounds are left in their files ({@code lazy}): then an example has
 * one feature, which states the form, and keeps as metadata from which file, of which SHA-256, its
 * sound is read each time that it is needed.
 *
 * <pre>{@code
 * <component name="train" type="org.tribuo.distill.input.sound.SoundDataSource">
 *   <property name="dataPath" value="sounds/train"/>
 *   <property name="outputFactory" value="labels"/>
 *   <property name="preprocessorConfig" value="preprocessor_config.json"/>
 *   <property name="lazy" value="true"/>
 * </component>
 * <component name="labels" type="org.tribuo.classification.LabelFactory"/>
 * }</pre>
 *
 * <p>When the source is made, each file is read once, so that what is no sound is refused at once.
 * Every pass makes new examples. Safe for many threads.
 *
 * @param <T> the type of the outputs
 */
public final class SoundDataSource<T extends Output<T>> implements ConfigurableDataSource<T> {
  @ConfigurableName private String component = "SoundDataSource";

  @ConfigManager private @Nullable ConfigurationManager configuration;

  @Config(mandatory = true, description = "The folder of WAV files, or the index file.")
  private Path dataPath;

  @Config(mandatory = true, description = "Makes outputs of the labels.")
  private OutputFactory<T> outputFactory;

  @Config(description = "How sounds become numbers. State this or preprocessorConfig.")
  private @Nullable SoundPreprocessing preprocessing;

  @Config(description = "The preprocessor_config.json of a model, in place of preprocessing.")
  private @Nullable Path preprocessorConfig;

  @Config(description = "Whether sounds stay in their files until they are needed.")
  private boolean lazy;

  @Config(description = "The column of an index file that has the paths.")
  private String pathColumn = "path";

  @Config(description = "The column of an index file that has the labels.")
  private String labelColumn = "label";

  @Config(
      description =
          "Whether sounds keep their labels, of which an index file need not have a column if they do"
              + " not: then all are unlabelled.")
  private boolean keepLabels = true;

  private final List<Labelled<T>> sounds = new ArrayList<>();
  private List<Path> ignored = List.of();
  private SoundFeatures features;
  private ConfiguredDataSourceProvenance provenance;

  /** For OLCUT. */
  private SoundDataSource() {}

  /**
   * Starts with what every source needs.
   *
   * @param data the folder of WAV files, or the index file
   * @param outputFactory makes outputs of the labels
   */
  public static <T extends Output<T>> Builder<T> of(Path data, OutputFactory<T> outputFactory) {
    SoundDataSource<T> source = new SoundDataSource<>();
    source.dataPath = Objects.requireNonNull(data, "data");
    source.outputFactory = Objects.requireNonNull(outputFactory, "outputFactory");
    return new Builder<>(source);
  }

  /** A sound that was looked at. */
  private record Labelled<T extends Output<T>>(FileSound sound, T output) {}

  /**
   * Reads the files; OLCUT calls it.
   *
   * @throws PropertyException if there are no sounds, a file is missing or no sound, or of a
   *     sampling rate that is not read; it names the component, the property and the file
   */
  @Override
  public void postConfig() {
    BooleanProperties.check(this, component, configuration);
    PropertyChecks properties = PropertyChecks.of(this, component);
    checkColumns();
    checkPreprocessing();
    SoundSettings settings = properties.check("preprocessorConfig", this::statedSettings);
    LabelledFiles list =
        properties.check(
            "dataPath",
            () -> LabelledFiles.of(dataPath, WaveFile.kind(), pathColumn, labelColumn()));
    ignored = list.ignored();
    list.files()
        .forEach(
            entry -> sounds.add(properties.check("dataPath", () -> labelled(entry, settings))));
    features = new SoundFeatures(settings.form());
    provenance =
        new FilesDataSourceProvenance(
            this,
            dataPath,
            WaveFile.kind(),
            list,
            sounds.stream().map(each -> each.sound().sha256()).toList(),
            SoundConfig.text(settings));
  }

  private void checkColumns() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.checkIfStated("pathColumn", pathColumn);
    properties.checkIfStated("labelColumn", labelColumn);
  }

  private void checkPreprocessing() {
    if (preprocessing != null && preprocessorConfig != null) {
      throw new PropertyChecks(component)
          .refused(
              "preprocessorConfig",
              "is %s, and preprocessing is stated too; state one of the two"
                  .formatted(preprocessorConfig));
    }
  }

  private Optional<String> labelColumn() {
    return keepLabels ? Optional.of(labelColumn) : Optional.empty();
  }

  private SoundSettings statedSettings() {
    Path file = preprocessorConfig;
    if (file == null && preprocessing != null) {
      return preprocessing.settings();
    }
    if (file == null) {
      throw new IllegalArgumentException(
          "is not stated, and preprocessing is not stated either; state one of the two");
    }
    try {
      return SoundConfig.read(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "%s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private Labelled<T> labelled(LabelledFiles.Entry entry, SoundSettings settings) {
    try {
      WaveFile file = WaveFile.read(entry.file());
      return new Labelled<>(
          new FileSound(entry.file(), file.sha256(), settings, file.length(settings)),
          entry.output(outputFactory));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "The file %s cannot be read: %s".formatted(entry.file(), e.getMessage()), e);
    }
  }

  @Override
  public OutputFactory<T> getOutputFactory() {
    return outputFactory;
  }

  @Override
  public ConfiguredDataSourceProvenance getProvenance() {
    return provenance;
  }

  /** The number of examples. */
  public int size() {
    return sounds.size();
  }

  /**
   * The files of the folder that are no sounds by their names, sorted; hidden ones are left out.
   */
  public List<Path> ignored() {
    return ignored;
  }

  /**
   * New examples, in the order of the sounds.
   *
   * @return throws an {@link IllegalArgumentException} that names the file if one is damaged, or no
   *     longer what it was
   */
  @Override
  public Iterator<Example<T>> iterator() {
    return sounds.stream().map(this::example).iterator();
  }

  private Example<T> example(Labelled<T> labelled) {
    Example<T> example =
        lazy
            ? features.example(labelled.output(), labelled.sound())
            : features.example(labelled.output(), labelled.sound().numbers());
    ExampleOrigin.keepIn(example, labelled.sound().sha256());
    return example;
  }

  @Override
  public String toString() {
    return "SoundDataSource(%s)".formatted(dataPath);
  }

  /**
   * Makes one source in Java.
   *
   * @param <T> the type of the outputs
   */
  public static final class Builder<T extends Output<T>> {
    private final SoundDataSource<T> source;

    private Builder(SoundDataSource<T> source) {
      this.source = source;
    }

    /**
     * How sounds become numbers.
     *
     * @throws PropertyException if a file that states it is named too
     */
    public Builder<T> preprocessing(SoundPreprocessing preprocessing) {
      source.preprocessing = Objects.requireNonNull(preprocessing, "preprocessing");
      source.checkPreprocessing();
      return this;
    }

    /**
     * How sounds become numbers, as a {@code preprocessor_config.json} states it.
     *
     * @throws PropertyException if it is stated in Java too
     */
    public Builder<T> preprocessing(Path preprocessorConfig) {
      source.preprocessorConfig = Objects.requireNonNull(preprocessorConfig, "preprocessorConfig");
      source.checkPreprocessing();
      return this;
    }

    /** Sounds stay in their files until they are needed. */
    public Builder<T> lazy() {
      source.lazy = true;
      return this;
    }

    /**
     * The column of an index file that has the paths.
     *
     * @throws PropertyException if it is blank
     */
    public Builder<T> paths(String column) {
      source.pathColumn = column;
      source.checkColumns();
      return this;
    }

    /**
     * The column of an index file that has the labels.
     *
     * @throws PropertyException if it is blank
     */
    public Builder<T> labels(String column) {
      source.labelColumn = column;
      source.checkColumns();
      return this;
    }

    /** All are unlabelled; an index file need not have a column of labels. */
    public Builder<T> withoutLabels() {
      source.keepLabels = false;
      return this;
    }

    /**
     * Reads the files. To be called once.
     *
     * @throws PropertyException as {@link SoundDataSource#postConfig}
     */
    public SoundDataSource<T> read() {
      source.postConfig();
      return source;
    }
  }
}
