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
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.input.sound.SoundDataSource;
import org.tribuo.distill.input.sound.TinySounds;

class ScratchSoundStudentTest {
  private static final ScratchSoundStudent SMALL = ScratchSoundStudent.of(16, 40, 2, 16, 2);

  @TempDir private Path folder;

  @Test
  void aNewStudentLearnsFromSoundsAndSomeOfItsLayersFromIt() throws Exception {
    MutableDataset<Label> sounds =
        new MutableDataset<>(
            SoundDataSource.of(
                    TinySounds.write(folder.resolve("sounds"), 12, 4000, 1), new LabelFactory())
                .preprocessing(TinySounds.FRAMES)
                .read());
    ScratchStudents.learnAndTeach(SMALL, sounds, folder.resolve("teacher.onnx"));
  }

  @Test
  void weightsHaveTheShapesThatAreStated() throws Exception {
    ScratchSoundStudent other = SMALL.withInner(30);

    assertThat(ScratchStudents.shape(SMALL, "embeddings.first.weight")).containsExactly(16, 16, 3);
    assertThat(ScratchStudents.shape(SMALL, "embeddings.positions")).containsExactly(1, 20, 16);
    assertThat(ScratchStudents.shape(SMALL, "layers.1.inner.weight")).containsExactly(16, 64);
    assertThat(ScratchStudents.shape(other, "layers.1.inner.weight")).containsExactly(16, 30);
  }

  @Test
  void aStudentComesFromXml() throws Exception {
    Path xml =
        Files.writeString(
            folder.resolve("config.xml"),
            """
            <config>
              <component name="student" type="org.tribuo.distill.student.ScratchSoundStudent">
                <property name="mels" value="16"/>
                <property name="frames" value="40"/>
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
    "0, 40, 2, 16, 2, 'mels, is 0, expected 1 or more'",
    "16, 0, 2, 16, 2, 'frames, is 0, expected 1 or more'",
    "16, 40, 0, 16, 2, 'layers, is 0, expected 1 or more'",
    "16, 40, 2, 16, 0, 'heads, is 0, expected 1 or more'",
    "16, 41, 2, 16, 2, 'frames, Sounds have 41 frames, expected an even number'",
    "16, 40, 2, 15, 2, 'width, The width is 15, expected a multiple of the 2 heads'",
  })
  void numbersThatDoNotFitAreNamed(
      int mels, int frames, int layers, int width, int heads, String message) {
    assertThatThrownBy(() -> ScratchSoundStudent.of(mels, frames, layers, width, heads))
        .isInstanceOf(PropertyException.class)
        .hasMessage("Component: ScratchSoundStudent, Property: " + message);
  }
}
