package org.tribuo.distill.input.image;

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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tribuo.ConfigurableDataSource;
import org.tribuo.Example;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.distill.component.BooleanProperties;
import org.tribuo.distill.input.internal.ExampleOrigin;
import org.tribuo.distill.input.internal.FilesDataSourceProvenance;
import org.tribuo.distill.input.internal.LabelledFiles;
import org.tribuo.distill.input.internal.image.FilePicture;
import org.tribuo.distill.input.internal.image.ImageFile;
import org.tribuo.distill.input.internal.image.PixelFeatures;
import org.tribuo.distill.input.internal.image.PixelSettings;
import org.tribuo.distill.input.internal.image.PixelShape;
import org.tribuo.distill.input.internal.image.PixelView;
import org.tribuo.distill.input.internal.image.PreprocessorConfig;
import org.tribuo.distill.input.internal.image.Size;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.provenance.ConfiguredDataSourceProvenance;

/**
 * Images with their labels, from a folder or from an index file, as examples of pixels.
 *
 * <p>A <em>folder</em> has a subfolder for each label, whose name is the label; images in the
 * folder itself have none. They come in the order of their names. Files that are no images by their
 * names are {@linkplain #ignored() ignored}. An <em>index file</em> is a CSV file with a column of
 * paths, relative to its own folder, and a column of labels; an empty label is none. Images without
 * a label become examples with Tribuo's unknown output, from which a student learns what its
 * teacher makes of them.
 *
 * <p>An example has a feature for each number that the model reads, such as {@code c0y003x017} for
 * channel 0, row 3, column 17: any Tribuo trainer can use it. Where that is too much for the
 * memory, pixels are left in their files ({@code lazy}): then an example has one feature, which
 * states the shape, and keeps as metadata from which file, of which SHA-256, its pixels are read
 * each time that they are needed.
 *
 * <pre>{@code
 * <component name="train" type="org.tribuo.distill.input.image.ImageDataSource">
 *   <property name="dataPath" value="images/train"/>
 *   <property name="outputFactory" value="labels"/>
 *   <property name="preprocessorConfig" value="preprocessor_config.json"/>
 *   <property name="lazy" value="true"/>
 * </component>
 * <component name="labels" type="org.tribuo.classification.LabelFactory"/>
 * }</pre>
 *
 * <p>When the source is made, each file is read for its SHA-256 and its size, so that what is no
 * image is refused at once. Every pass makes new examples. Safe for many threads.
 *
 * @param <T> the type of the outputs
 */
public final class ImageDataSource<T extends Output<T>> implements ConfigurableDataSource<T> {
  @ConfigurableName private String component = "ImageDataSource";

  @ConfigManager private @Nullable ConfigurationManager configuration;

  @Config(mandatory = true, description = "The folder of images, or the index file.")
  private Path dataPath;

  @Config(mandatory = true, description = "Makes outputs of the labels.")
  private OutputFactory<T> outputFactory;

  @Config(
      description =
          "How pixels become numbers; by default as they are, from 0 to 1. State this or"
              + " preprocessorConfig.")
  private @Nullable ImagePreprocessing preprocessing;

  @Config(description = "The preprocessor_config.json of a model, in place of preprocessing.")
  private @Nullable Path preprocessorConfig;

  @Config(description = "Altered copies of each image; by default none.")
  private @Nullable ImageAugmentation augmentation;

  @Config(description = "Whether pixels stay in their files until they are needed.")
  private boolean lazy;

  @Config(description = "The column of an index file that has the paths.")
  private String pathColumn = "path";

  @Config(description = "The column of an index file that has the labels.")
  private String labelColumn = "label";

  @Config(
      description =
          "Whether images keep their labels, of which an index file need not have a column if they do"
              + " not: then all are unlabelled.")
  private boolean keepLabels = true;

  private final List<Image<T>> images = new ArrayList<>();
  private List<Path> ignored = List.of();
  private PixelSettings settings;
  private PixelFeatures features;
  private ConfiguredDataSourceProvenance provenance;

  /** For OLCUT. */
  private ImageDataSource() {}

  /**
   * Starts with what every source needs.
   *
   * @param data the folder of images, or the index file
   * @param outputFactory makes outputs of the labels
   */
  public static <T extends Output<T>> Builder<T> of(Path data, OutputFactory<T> outputFactory) {
    ImageDataSource<T> source = new ImageDataSource<>();
    source.dataPath = Objects.requireNonNull(data, "data");
    source.outputFactory = Objects.requireNonNull(outputFactory, "outputFactory");
    return new Builder<>(source);
  }

  /**
   * An image that was looked at.
   *
   * @param shape of its pixels
   * @param views of it, each an example
   */
  private record Image<T extends Output<T>>(
      Path file, String sha256, PixelShape shape, T output, List<PixelView> views) {}

  /**
   * Reads the files; OLCUT calls it.
   *
   * @throws PropertyException if there are no images, a file is missing or no image, or images are
   *     of several shapes; it names the component, the property and the file
   */
  @Override
  public void postConfig() {
    BooleanProperties.check(this, component, configuration);
    PropertyChecks properties = PropertyChecks.of(this, component);
    checkColumns();
    checkPreprocessing();
    settings = properties.check("preprocessorConfig", this::statedSettings);
    LabelledFiles list =
        properties.check(
            "dataPath",
            () -> LabelledFiles.of(dataPath, ImageFile.kind(), pathColumn, labelColumn()));
    ignored = list.ignored();
    list.files().forEach(entry -> images.add(properties.check("dataPath", () -> image(entry))));
    checkShapes();
    features = new PixelFeatures(images.get(0).shape());
    provenance =
        new FilesDataSourceProvenance(
            this,
            dataPath,
            ImageFile.kind(),
            list,
            images.stream().map(Image::sha256).toList(),
            PreprocessorConfig.text(settings));
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

  private PixelSettings statedSettings() {
    if (preprocessorConfig == null) {
      return (preprocessing == null ? new ImagePreprocessing() : preprocessing).settings();
    }
    try {
      return PreprocessorConfig.read(preprocessorConfig);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "%s cannot be read: %s".formatted(preprocessorConfig, e.getMessage()), e);
    }
  }

  private Image<T> image(LabelledFiles.Entry entry) {
    try {
      ImageFile file = ImageFile.read(entry.file());
      String sha256 = file.sha256();
      List<PixelView> views = new ArrayList<>(List.of(PixelView.WHOLE));
      if (augmentation != null) {
        views.addAll(augmentation.views(sha256));
      }
      return new Image<>(
          entry.file(),
          sha256,
          shape(entry.file(), file.size()),
          entry.output(outputFactory),
          List.copyOf(views));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "The file %s cannot be read: %s".formatted(entry.file(), e.getMessage()), e);
    }
  }

  private PixelShape shape(Path file, Size size) {
    try {
      return settings.shape(size);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "The file %s cannot be prepared: %s".formatted(file, e.getMessage()), e);
    }
  }

  private void checkShapes() {
    Image<T> first = images.get(0);
    for (Image<T> image : images) {
      if (!image.shape().equals(first.shape())) {
        throw new PropertyException(
            component,
            "preprocessing",
            "leaves %s with %s and %s with %s (channels, height, width); state a size or a crop, so that all are alike"
                .formatted(first.file(), first.shape(), image.file(), image.shape()));
      }
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

  /** The number of examples, altered copies included. */
  public int size() {
    return images.stream().mapToInt(image -> image.views().size()).sum();
  }

  /**
   * The files of the folder that are no images by their names, sorted; hidden ones are left out.
   */
  public List<Path> ignored() {
    return ignored;
  }

  /**
   * New examples, in the order of the images; the altered copies of an image follow it. Where
   * pixels are read now, the iterator throws an {@link IllegalArgumentException} that names the
   * file if one is damaged, or no longer what it was.
   */
  @Override
  public Iterator<Example<T>> iterator() {
    return images.stream().flatMap(this::examples).iterator();
  }

  private Stream<Example<T>> examples(Image<T> image) {
    return image.views().stream()
        .map(
            view -> {
              FilePicture picture =
                  new FilePicture(image.file(), image.sha256(), settings, view, image.shape());
              Example<T> example =
                  lazy
                      ? features.example(image.output(), picture)
                      : features.example(image.output(), picture.pixels());
              ExampleOrigin.keepIn(example, image.sha256());
              return example;
            });
  }

  @Override
  public String toString() {
    return "ImageDataSource(%s)".formatted(dataPath);
  }

  /**
   * Makes one source in Java.
   *
   * @param <T> the type of the outputs
   */
  public static final class Builder<T extends Output<T>> {
    private final ImageDataSource<T> source;

    private Builder(ImageDataSource<T> source) {
      this.source = source;
    }

    /**
     * How pixels become numbers.
     *
     * @throws PropertyException if a file that states it is named too
     */
    public Builder<T> preprocessing(ImagePreprocessing preprocessing) {
      source.preprocessing = Objects.requireNonNull(preprocessing, "preprocessing");
      source.checkPreprocessing();
      return this;
    }

    /**
     * How pixels become numbers, as a {@code preprocessor_config.json} states it.
     *
     * @throws PropertyException if it is stated in Java too
     */
    public Builder<T> preprocessing(Path preprocessorConfig) {
      source.preprocessorConfig = Objects.requireNonNull(preprocessorConfig, "preprocessorConfig");
      source.checkPreprocessing();
      return this;
    }

    /** Altered copies of each image. */
    public Builder<T> augmentation(ImageAugmentation augmentation) {
      source.augmentation = augmentation;
      return this;
    }

    /** Pixels stay in their files until they are needed. */
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
     * @throws PropertyException as {@link ImageDataSource#postConfig}
     */
    public ImageDataSource<T> read() {
      source.postConfig();
      return source;
    }
  }
}
