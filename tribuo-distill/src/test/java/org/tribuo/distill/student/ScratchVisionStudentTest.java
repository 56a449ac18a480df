package org.tribuo.distill.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.input.image.ImageDataSource;
import org.tribuo.distill.input.image.TinyImages;
import org.tribuo.distill.transformer.Pooling;

class ScratchVisionStudentTest {
  private static final ScratchVisionStudent SMALL = ScratchVisionStudent.of(8, 4, 2, 16, 2);

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(
      value = Pooling.class,
      names = {"FIRST_TOKEN", "MEAN"})
  void aNewStudentLearnsFromImagesAndSomeOfItsLayersFromIt(Pooling pooling) throws Exception {
    MutableDataset<Label> images =
        new MutableDataset<>(
            ImageDataSource.of(
                    TinyImages.write(folder.resolve("images"), 12, 8, 1), new LabelFactory())
                .preprocessing(TinyImages.CENTERED)
                .read());
    ScratchStudents.learnAndTeach(
        SMALL.withPooling(pooling), images, folder.resolve("teacher.onnx"));
  }

  @Test
  void whatIsUsualCanBeStatedOtherwise() throws Exception {
    ScratchVisionStudent other = SMALL.withImages(1, 12, 4).withInner(30).withPooling(Pooling.MEAN);

    assertThat(ScratchStudents.shape(SMALL, "embeddings.patches.weight"))
        .containsExactly(16, 3, 4, 4);
    assertThat(ScratchStudents.shape(SMALL, "embeddings.positions")).containsExactly(1, 5, 16);
    assertThat(ScratchStudents.shape(SMALL, "layers.0.inner.weight")).containsExactly(16, 64);
    assertThat(ScratchStudents.shape(other, "embeddings.patches.weight"))
        .containsExactly(16, 1, 4, 4);
    assertThat(ScratchStudents.shape(other, "embeddings.positions")).containsExactly(1, 3, 16);
    assertThat(ScratchStudents.shape(other, "layers.0.inner.weight")).containsExactly(16, 30);
  }

  @Test
  void aStudentComesFromXml() throws Exception {
    Path xml =
        Files.writeString(
            folder.resolve("config.xml"),
            """
            <config>
              <component name="student" type="org.tribuo.distill.student.ScratchVisionStudent">
                <property name="imageHeight" value="8"/>
                <property name="imageWidth" value="8"/>
                <property name="patch" value="4"/>
                <property name="layers" value="2"/>
                <property name="width" value="16"/>
                <property name="heads" value="2"/>
              </component>
            </config>
            """);

    assertThat(new ConfigurationManager(xml.toString()).lookup("student"))
        .hasToString(SMALL.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 4, 2, 16, 2, 'imageHeight, is 0, expected 1 or more'",
    "8, 0, 2, 16, 2, 'patch, is 0, expected 1 or more'",
    "8, 4, 0, 16, 2, 'layers, is 0, expected 1 or more'",
    "8, 4, 2, 16, 0, 'heads, is 0, expected 1 or more'",
    "8, 3, 2, 16, 2, 'patch, Images are 8 x 8 pixels (height x width), expected multiples of the"
        + " patch of 3'",
    "8, 4, 2, 15, 2, 'width, The width is 15, expected a multiple of the 2 heads'",
  })
  void numbersThatDoNotFitAreNamed(
      int image, int patch, int layers, int width, int heads, String message) {
    assertThatThrownBy(() -> ScratchVisionStudent.of(image, patch, layers, width, heads))
        .isInstanceOf(PropertyException.class)
        .hasMessage("Component: ScratchVisionStudent, Property: " + message);
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatThrownBy(() -> SMALL.withPooling(Pooling.OWN))
        .hasMessageContaining("is OWN, but a new encoder has no pooler");
    assertThatThrownBy(() -> SMALL.withInner(-1))
        .hasMessageContaining("Property: inner, is -1, expected 1 or more");
  }
}
