package org.tribuo.distill.input.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.DataSource;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.classification.sgd.linear.LogisticRegressionTrainer;
import org.tribuo.distill.input.internal.ExampleOrigin;
import org.tribuo.multilabel.MultiLabel;
import org.tribuo.multilabel.MultiLabelFactory;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;

class ImageDataSourceTest {
  private static final LabelFactory LABELS = new LabelFactory();

  @TempDir private Path folder;

  @Test
  void aFolderHasASubfolderForEachLabel() throws IOException {
    image("images/cat/b.png");
    image("images/cat/a.jpg");
    image("images/ant/deeper/c.png");
    image("images/loose.png");
    Files.writeString(folder.resolve("images/cat/README.txt"), "cats");
    Files.writeString(folder.resolve("images/.hidden.png"), "no image");

    ImageDataSource<Label> source = ImageDataSource.of(folder.resolve("images"), LABELS).read();

    assertThat(outputs(source)).containsExactly("ant", "cat", "cat", Label.UNKNOWN);
    assertThat(source.size()).isEqualTo(4);
    assertThat(source.ignored()).containsExactly(folder.resolve("images/cat/README.txt"));
    assertThat(source.getProvenance().getInstanceValues().get("found-ignored").getValue())
        .isEqualTo("1");
  }

  @Test
  void anIndexFileHasPathsAndLabels() throws IOException {
    image("images/1.png");
    image("images/2.png");
    Path index =
        Files.writeString(
            folder.resolve("index.csv"),
            "kind,file\r\n\"cat, black\",images/1.png\r\n,images/2.png\r\ndog,images/1.png\r\n");

    ImageDataSource<Label> source =
        ImageDataSource.of(index, LABELS).paths("file").labels("kind").lazy().read();

    assertThat(outputs(source)).containsExactly("cat, black", Label.UNKNOWN, "dog");
    assertThat(outputs(ImageDataSource.of(index, LABELS).paths("file").withoutLabels().read()))
        .containsOnly(Label.UNKNOWN);
    assertThat(outputs(ImageDataSource.of(folder.resolve("images"), LABELS).withoutLabels().read()))
        .containsOnly(Label.UNKNOWN);
  }

  /** The same dataset trains Tribuo's own trainers. */
  @Test
  void anyTribuoTrainerReadsThePixels() {
    Path images = TinyImages.write(folder.resolve("images"), 10, 6, 1);
    MutableDataset<Label> dataset = new MutableDataset<>(ImageDataSource.of(images, LABELS).read());

    assertThat(dataset.getFeatureMap().keySet()).contains("c0y000x000", "c2y005x005").hasSize(108);
    assertThat(
            new LabelEvaluator()
                .evaluate(new LogisticRegressionTrainer().train(dataset), dataset)
                .accuracy())
        .isGreaterThan(0.9);
  }

  @Test
  void copiesFollowTheirImageAndDependOnItAlone() {
    Path images = TinyImages.write(folder.resolve("images"), 2, 6, 1);
    ImageAugmentation augmentation = ImageAugmentation.crops(3, 2).withFlips();
    List<Example<Label>> all = examples(images, augmentation);
    List<Example<Label>> again = examples(images, augmentation);
    List<Example<Label>> others = examples(images, augmentation.seed(1));

    assertThat(all).hasSize(40);
    assertThat(all.stream().map(ExampleOrigin::of).distinct()).hasSize(10);
    assertThat(all.get(0)).isEqualTo(ImageDataSource.of(images, LABELS).read().iterator().next());
    assertThat(all).isEqualTo(again).isNotEqualTo(others);
    List<Example<Label>> fewer = examples(images.resolve("red"), augmentation);
    List<Example<Label>> ofRed = all.subList(32, 40);
    for (int i = 0; i < fewer.size(); i++) {
      assertThat(fewer.get(i)).containsExactlyElementsOf(ofRed.get(i));
    }
  }

  @Test
  void aFileThatChangedIsNamed() throws IOException {
    Path file = image("images/cat/a.png");
    ImageDataSource<Label> source = ImageDataSource.of(folder.resolve("images"), LABELS).read();
    TinyImages.write(file, TinyImages.image("red", 8, new SplittableRandom(5)));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> source.iterator().next())
        .withMessageStartingWith(
            "The file %s is another one than when the data source was made", file);
  }

  @Test
  void whatIsNoImageIsNamed() throws IOException {
    image("images/cat/a.png");
    Path text = Files.writeString(folder.resolve("images/cat/b.png"), "no image");

    refused("dataPath", folder.resolve("images"))
        .startsWith("The file %s cannot be read as an image: ".formatted(text));
    Files.write(text, new byte[0]);
    refused("dataPath", folder.resolve("images"))
        .isEqualTo("The file %s is empty, expected an image".formatted(text));
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    Path absent = folder.resolve("absent");
    refused("dataPath", absent)
        .isEqualTo(
            "there is no %s, expected a folder of images or an index file".formatted(absent));
    Path index = Files.writeString(folder.resolve("index.csv"), "path,label\ngone.png,cat\n");
    refused("dataPath", index)
        .isEqualTo("There is no file %s, expected an image".formatted(folder.resolve("gone.png")));
    Files.writeString(index, "file,label\ngone.png,cat\n");
    refused("dataPath", index)
        .isEqualTo("line 2 has no column 'path', expected it among [file, label]");
    Files.writeString(index, "path,label\n,cat\n");
    refused("dataPath", index).isEqualTo("line 2 names no image in column 'path'");
    Files.writeString(index, "path,label\n");
    refused("dataPath", index).isEqualTo("it has no rows below its header");
  }

  @Test
  void severalLabelsOrNumbersStandBetweenCommas() throws IOException {
    image("a.png");
    Path index =
        Files.writeString(
            folder.resolve("index.csv"), "path,label,size\na.png,\"old, red\",\"x=1, y=2\"\n");
    ImageDataSource<MultiLabel> labels = ImageDataSource.of(index, new MultiLabelFactory()).read();
    assertThat(labels.iterator().next().getOutput()).isEqualTo(MultiLabel.parseString("old,red"));
    ImageDataSource<Regressor> numbers =
        ImageDataSource.of(index, new RegressionFactory()).labels("size").read();
    assertThat(numbers.iterator().next().getOutput())
        .isEqualTo(new Regressor(new String[] {"x", "y"}, new double[] {1, 2}));
    Files.writeString(index, "path,label\na.png,\"old,,red\"\n");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> ImageDataSource.of(index, new MultiLabelFactory()).read())
        .withMessageContaining("The label 'old,,red' of ")
        .withMessageContaining("it lists nothing before or after a comma");
  }

  /** Nothing of a label is lost without a word. */
  @Test
  void anIndexFileThatIsNoTableIsNamed() throws IOException {
    Path index = folder.resolve("index.csv");
    Files.writeString(index, "path,label\na.png,cat,black\n");
    refused("dataPath", index)
        .isEqualTo(
            "line 2 has 3 cells, expected one for each of [path, label]; a cell with commas stands between quotation marks");
    Files.writeString(index, "path,label\na.png\n");
    refused("dataPath", index).startsWith("line 2 has 1 cells, expected one for each of");
    Files.writeString(index, "path,label\na.png,\"cat\nb.png,dog\n");
    refused("dataPath", index).startsWith("it is malformed: Unclosed quoted field");
    Files.write(index, "path,label\na.png,chaton né\n".getBytes(StandardCharsets.ISO_8859_1));
    refused("dataPath", index)
        .isEqualTo("line 2 has bytes that are no text in UTF-8; convert the file");
  }

  @Test
  void anEmptyFolderIsNamed() throws IOException {
    Path images = Files.createDirectories(folder.resolve("images"));
    String expected =
        "There are no images in %s, expected files whose names end with one of [bmp, gif, jpeg, jpg,"
            + " png, tif, tiff, wbmp]";
    refused("dataPath", images).isEqualTo(expected.formatted(images));
    image("images/cat/a.png");
    Path dogs = Files.createDirectories(images.resolve("dog"));
    refused("dataPath", images).isEqualTo(expected.formatted(dogs));
  }

  @Test
  void imagesOfSeveralSizesAreNamed() throws IOException {
    Path one = image("images/a.png");
    Path other =
        TinyImages.write(
            folder.resolve("images/b.png"), TinyImages.image("red", 5, new SplittableRandom(1)));

    refused("preprocessing", folder.resolve("images"))
        .isEqualTo(
            "leaves %s with 3x6x6 and %s with 3x5x5 (channels, height, width); state a size or a crop, so that all are alike"
                .formatted(one, other));
    assertThat(
            ImageDataSource.of(folder.resolve("images"), LABELS)
                .preprocessing(new ImagePreprocessing().size(4, 4))
                .read()
                .size())
        .isEqualTo(2);
  }

  @Test
  void aStripThatWouldBecomeHugeIsNamed() throws IOException {
    Path file = folder.resolve("strip.png");
    TinyImages.write(file, new BufferedImage(20_000, 1, BufferedImage.TYPE_BYTE_BINARY));
    ImageDataSource.Builder<Label> source =
        ImageDataSource.of(folder, LABELS)
            .preprocessing(new ImagePreprocessing().shortestEdge(512).crop(8, 8));
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(source::read)
        .withMessageContaining(
            "The file %s cannot be prepared: An image of 1 x 20000 pixels (height x width) would be"
                + " scaled to 512 x 10240000, expected ",
            file);
  }

  @Test
  void aSourceComesFromXmlAndFromItsProvenance() throws Exception {
    TinyImages.write(folder.resolve("images"), 1, 6, 1);
    new ImagePreprocessing().size(4, 5).write(folder.resolve("preprocessor_config.json"));
    ConfigurationManager manager = new ConfigurationManager(xml(""));
    ImageDataSource<?> source = (ImageDataSource<?>) manager.lookup("train");

    assertThat(source.size()).isEqualTo(15);
    assertThat(source.iterator().next().iterator().next().getName()).isEqualTo("image3x4x5");
    assertThat(source.getProvenance())
        .isEqualTo(
            ProvenanceUtil.unmarshalProvenance(
                ProvenanceUtil.marshalProvenance(source.getProvenance())));

    ConfigurationManager replayed = new ConfigurationManager();
    replayed.addConfiguration(ProvenanceUtil.extractConfiguration(source.getProvenance()));
    assertThat(replayed.lookupAll(ImageDataSource.class))
        .singleElement()
        .satisfies(again -> assertThat(again.size()).isEqualTo(15));
  }

  @Test
  void preprocessingIsStatedOnce() throws Exception {
    TinyImages.write(folder.resolve("images"), 1, 6, 1);
    ConfigurationManager manager =
        new ConfigurationManager(xml("<property name=\"preprocessing\" value=\"other\"/>"));

    assertThat(
            catchThrowableOfType(PropertyException.class, () -> manager.lookup("train")).getMsg())
        .endsWith("and preprocessing is stated too; state one of the two");
  }

  private String xml(String more) throws IOException {
    return Files.writeString(
            folder.resolve("config.xml"),
            """
            <config>
              <component name="train" type="org.tribuo.distill.input.image.ImageDataSource">
                <property name="dataPath" value="%s"/>
                <property name="outputFactory" value="labels"/>
                <property name="preprocessorConfig" value="%s"/>
                <property name="augmentation" value="augmentation"/>
                <property name="lazy" value="true"/>
                %s
              </component>
              <component name="labels" type="org.tribuo.classification.LabelFactory"/>
              <component name="other" type="org.tribuo.distill.input.image.ImagePreprocessing"/>
              <component name="augmentation" type="org.tribuo.distill.input.image.ImageAugmentation">
                <property name="copies" value="2"/>
                <property name="padding" value="1"/>
                <property name="flip" value="true"/>
              </component>
            </config>
            """
                .formatted(
                    folder.resolve("images"), folder.resolve("preprocessor_config.json"), more))
        .toString();
  }

  private Path image(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return TinyImages.write(
        file, TinyImages.image("red", 6, new SplittableRandom(name.hashCode())));
  }

  private static List<String> outputs(DataSource<Label> source) {
    List<String> outputs = new ArrayList<>();
    source.forEach(example -> outputs.add(example.getOutput().getLabel()));
    return outputs;
  }

  private static List<Example<Label>> examples(Path images, ImageAugmentation augmentation) {
    List<Example<Label>> examples = new ArrayList<>();
    ImageDataSource.of(images, LABELS).augmentation(augmentation).read().forEach(examples::add);
    return examples;
  }

  private static AbstractStringAssert<?> refused(String property, Path data) {
    PropertyException mistake =
        catchThrowableOfType(
            PropertyException.class, () -> ImageDataSource.of(data, LABELS).read());
    assertThat(mistake)
        .hasMessageStartingWith("Component: ImageDataSource, Property: %s, ".formatted(property));
    return assertThat(mistake.getMsg());
  }
}
