package org.tribuo.distill.input.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImagePreprocessingTest {
  private static final double[] MEAN = {0.485, 0.456, 0.406};
  private static final double[] DEVIATION = {0.229, 0.224, 0.225};

  private static final ImagePreprocessing CLIP =
      new ImagePreprocessing()
          .shortestEdge(224)
          .interpolation(Interpolation.BICUBIC)
          .crop(224, 224)
          .normalization(MEAN, DEVIATION);

  @TempDir private Path folder;

  @Test
  void whatIsWrittenIsRead() throws Exception {
    for (ImagePreprocessing each :
        new ImagePreprocessing[] {
          CLIP,
          new ImagePreprocessing(),
          new ImagePreprocessing().size(20, 30).factor(1).channels(ChannelOrder.BGR),
          new ImagePreprocessing().channels(ChannelOrder.GREY)
        }) {
      Path file = folder.resolve("preprocessor_config.json");
      each.write(file);
      assertThat(ImagePreprocessing.read(file).settings()).isEqualTo(each.settings());
    }
  }

  /** As openai/clip-vit-base-patch32 has it, and google/vit-base-patch16-224 with an older form. */
  @Test
  void filesOfHuggingFaceAreRead() throws Exception {
    assertThat(
            read("""
                    {"crop_size": 224, "do_center_crop": true, "do_normalize": true,
                     "do_resize": true, "feature_extractor_type": "CLIPFeatureExtractor",
                     "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225],
                     "resample": 3, "size": 224}
                    """)
                .settings())
        .isEqualTo(CLIP.settings());
    assertThat(
            read("""
                    {"do_normalize": true, "do_resize": true, "image_mean": [0.5, 0.5, 0.5],
                     "feature_extractor_type": "ViTFeatureExtractor", "do_convert_rgb": null,
                     "image_std": [0.5, 0.5, 0.5], "resample": 2, "size": 224, "do_pad": false}
                    """)
                .settings())
        .isEqualTo(
            new ImagePreprocessing()
                .size(224, 224)
                .normalization(new double[] {.5, .5, .5}, new double[] {.5, .5, .5})
                .settings());
    assertThat(read("{\"image_mean\": 0.5, \"image_std\": 0.25}").settings())
        .isEqualTo(
            new ImagePreprocessing()
                .normalization(new double[] {.5, .5, .5}, new double[] {.25, .25, .25})
                .settings());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"image_mean": [0.5]}                          | "image_mean" is [0.5], expected 3 numbers, one for each channel of RGB; do_grayscale states that an image has one
          {"image_mean": [0, 0, 0], "image_std": [1, 1]} | "image_std" is [1,1], expected 3 numbers, one for each channel of RGB; do_grayscale states that an image has one
          {"size": 224}                                  | "size" is 224, expected {"height": 224, "width": 224} or {"shortest_edge": 224}
          {"size": {"longest_edge": 3}}                  | "size" is {"longest_edge":3}, expected {"height": 224, "width": 224} or {"shortest_edge": 224}
          {"size": {"height": 0, "width": 4}}            | "size" is {"height":0,"width":4}, expected numbers of 1 or more
          {"crop_size": "big"}                           | "crop_size" is "big", expected {"height": 224, "width": 224}
          {"resample": 1}                                | "resample" is 1, expected 0 for nearest, 2 for bilinear or 3 for bicubic
          {"do_resize": "yes"}                           | "do_resize" is "yes", expected true or false
          {"do_resize": true}                            | "size" is , expected {"height": 224, "width": 224} or {"shortest_edge": 224}
          {"do_pad": true}                               | "do_pad" is true, expected nothing, as that is not known here; prepare such images beforehand
          {"rescale_factor": -1}                         | The factor of samples is -1.0, expected one above 0, such as 1/255
          {"image_mean": [0, 0, 0], "image_std": [1, 1, 0]} | The standard deviation is [1.0, 1.0, 0.0], expected numbers above 0
          [224]                                          | it is no JSON object, expected {"size": ...}
          """)
  void whatAFileStatesWronglyIsNamed(String json, String message) throws Exception {
    Path file = Files.writeString(folder.resolve("wrong.json"), json);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ImagePreprocessing.read(file))
        .withMessage("%s: %s", file, message);
  }

  @Test
  void settingsThatDoNotFitAreNamed() {
    assertThatThrownBy(() -> CLIP.channels(ChannelOrder.GREY))
        .isInstanceOf(PropertyException.class)
        .hasMessage(
            "Component: ImagePreprocessing, Property: mean, The mean is [0.485, 0.456, 0.406],"
                + " expected 1 numbers, one for each channel of GREY");
    assertThatThrownBy(() -> new ImagePreprocessing().normalization(MEAN, new double[] {1}))
        .hasMessageContaining("The standard deviation is [1.0], expected 3 numbers");
    assertThatThrownBy(() -> new ImagePreprocessing().size(10, 0))
        .hasMessageContaining("Property: width, is 0, expected 1 or more; or omit it");
    assertThatThrownBy(() -> new ImagePreprocessing().crop(-1, 3))
        .hasMessageContaining("Property: cropHeight, is -1, expected 1 or more");
    assertThatThrownBy(() -> new ImagePreprocessing().factor(Double.NaN))
        .hasMessageContaining("The factor of samples is NaN");
  }

  @Test
  void settingsComeFromXml() throws Exception {
    Path xml =
        Files.writeString(
            folder.resolve("config.xml"),
            """
            <config>
              <component name="clip" type="org.tribuo.distill.input.image.ImagePreprocessing">
                <property name="shortestEdge" value="224"/>
                <property name="interpolation" value="BICUBIC"/>
                <property name="cropHeight" value="224"/>
                <property name="cropWidth" value="224"/>
                <propertylist name="mean">
                  <item>0.485</item><item>0.456</item><item>0.406</item>
                </propertylist>
                <propertylist name="deviation">
                  <item>0.229</item><item>0.224</item><item>0.225</item>
                </propertylist>
              </component>
              <component name="both" type="org.tribuo.distill.input.image.ImagePreprocessing">
                <property name="shortestEdge" value="224"/>
                <property name="height" value="20"/>
                <property name="width" value="20"/>
              </component>
              <component name="equal" type="org.tribuo.distill.input.image.ImageAugmentation">
                <property name="copies" value="3"/>
              </component>
            </config>
            """);
    ConfigurationManager manager = new ConfigurationManager(xml.toString());

    assertThat(((ImagePreprocessing) manager.lookup("clip")).settings()).isEqualTo(CLIP.settings());
    assertThatThrownBy(() -> manager.lookup("both"))
        .hasMessage(
            "Component: both, Property: shortestEdge, is 224, and height and width are 20 and 20;"
                + " state one of the two");
    assertThatThrownBy(() -> manager.lookup("equal"))
        .hasMessage(
            "Component: equal, Property: padding, is 0, and flip is false, so that copies would be"
                + " equal; state one of the two");
  }

  private ImagePreprocessing read(String json) throws Exception {
    return ImagePreprocessing.read(Files.writeString(folder.resolve("read.json"), json));
  }
}
