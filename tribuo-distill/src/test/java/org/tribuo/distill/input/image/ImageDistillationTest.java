package org.tribuo.distill.input.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Dataset;
import org.tribuo.MutableDataset;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.distill.DistillationListener;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.ScratchVisionStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.distill.teacher.TribuoTeacher;
import org.tribuo.distill.training.AdamWOptimizer;

/** An exported vision Transformer is teacher, student and pruned student. */
class ImageDistillationTest {
  @TempDir private static Path folder;

  private static Path images;
  private static Path teacher;

  @BeforeAll
  static void trainTeacher() throws Exception {
    images = TinyImages.write(folder.resolve("images"), 12, 32, 1);
    teacher = folder.resolve("teacher.onnx");
    try (DistilledModel<Label> trained = trainer(vit()).build().train(dataset(false))) {
      assertThat(accuracy(trained)).isGreaterThan(0.8);
      trained.exportOnnx(teacher);
    }
  }

  @Test
  void aPrunedStudentLearnsFromTheTeacher() throws Exception {
    StudentSource oneLayer = PrunedStudent.keeping(1, OnnxStudent.of(teacher));
    try (DistilledModel<Label> student =
        trainer(oneLayer).teacher(OnnxTeacher.of(teacher)).build().train(dataset(false))) {
      assertThat(accuracy(student)).isGreaterThan(0.8);
    }
  }

  @Test
  @SuppressWarnings("unchecked") // what is read is what was saved
  void pixelsInFilesTrainTheSameStudentAsThoseInMemory() throws Exception {
    Dataset<Label> inFiles = dataset(true);
    Dataset<Label> inMemory = dataset(false);
    assertThat(inFiles.getFeatureMap().keySet()).containsExactly("image3x32x32");
    assertThat(inMemory.getFeatureMap().size()).isEqualTo(3 * 32 * 32);
    Path saved = folder.resolve("student.pb");
    try (DistilledModel<Label> one = student(inMemory);
        DistilledModel<Label> other = student(inFiles)) {
      assertEqual(one.predict(inMemory), other.predict(inFiles));
      assertEqual(one.predict(inFiles), other.predict(inMemory));
      other.serializeToFile(saved);
      try (DistilledModel<Label> read = (DistilledModel<Label>) DistilledModel.read(saved)) {
        assertEqual(read.predict(inFiles), one.predict(inFiles));
      }
    }
  }

  @Test
  void aTeacherAloneReadsImages() throws Exception {
    try (DistilledModel<Label> model =
        DistilledModel.of(OnnxTeacher.of(teacher), new LabelFactory())) {
      assertThat(accuracy(model)).isGreaterThan(0.8);
      Path image = images.resolve("green/3.png");
      assertThat(
              model
                  .predict(TinyImages.CENTERED.toExample(image, LabelFactory.UNKNOWN_LABEL))
                  .getOutput()
                  .getLabel())
          .isEqualTo("green");
    }
  }

  /** What the teacher outputs for a copy is about the copy, and found again in the store. */
  @Test
  void copiesHaveSoftTargetsOfTheirOwn() throws Exception {
    ImageDataSource<Label> copies =
        ImageDataSource.of(images, new LabelFactory())
            .preprocessing(TinyImages.CENTERED)
            .augmentation(ImageAugmentation.crops(2, 4).withFlips())
            .lazy()
            .read();
    DistillationTrainer<Label> trainer =
        trainer(PrunedStudent.keeping(1, OnnxStudent.of(teacher)))
            .epochs(1)
            .teacher(OnnxTeacher.of(teacher))
            .softTargetStore(folder.resolve("store"))
            .build();
    List<TeacherRun> runs = new ArrayList<>();
    trainer.setListener(
        new DistillationListener() {
          @Override
          public void onSoftTargets(TeacherRun run) {
            runs.add(run);
          }
        });
    for (int i = 0; i < 2; i++) {
      trainer.train(new MutableDataset<>(copies)).close();
    }
    assertThat(runs).extracting(TeacherRun::computedRows).containsExactly(180, 0);
    assertThat(runs).extracting(TeacherRun::reusedRows).containsExactly(0, 180);
  }

  /** The features of all images in files are the same. */
  @Test
  void aModelOfTribuoHasSoftTargetsForEachImageInItsFile() throws Exception {
    Path saved = folder.resolve("teacher.pb");
    try (DistilledModel<Label> model = student(dataset(true))) {
      model.serializeToFile(saved);
    }
    Path others = TinyImages.write(folder.resolve("others"), 12, 32, 9);
    Dataset<Label> ofOthers =
        new MutableDataset<>(
            ImageDataSource.of(others, new LabelFactory())
                .preprocessing(TinyImages.CENTERED)
                .lazy()
                .read());
    DistillationTrainer<Label> trainer =
        trainer(vit())
            .epochs(1)
            .teacher(TribuoTeacher.of(saved))
            .softTargetStore(folder.resolve("store-of-model"))
            .build();
    List<Integer> computed = new ArrayList<>();
    trainer.setListener(
        new DistillationListener() {
          @Override
          public void onSoftTargets(TeacherRun run) {
            computed.add(run.computedRows());
          }
        });
    for (Dataset<Label> each : List.of(dataset(true), ofOthers, dataset(true))) {
      trainer.train(each).close();
    }
    assertThat(computed).containsExactly(60, 60, 0);
  }

  @Test
  void aModelOfTribuoTeachesInBothForms() throws Exception {
    for (boolean lazy : List.of(false, true)) {
      Path saved = folder.resolve("teacher-%s.pb".formatted(lazy));
      try (DistilledModel<Label> model = student(dataset(lazy))) {
        model.serializeToFile(saved);
      }
      DistillationTrainer<Label> trainer =
          trainer(vit()).epochs(1).teacher(TribuoTeacher.of(saved)).build();
      trainer.train(dataset(!lazy)).close();
      ImageDataSource<Label> small =
          ImageDataSource.of(images, new LabelFactory())
              .preprocessing(TinyImages.CENTERED.size(8, 8))
              .lazy()
              .read();
      assertThatThrownBy(
              () ->
                  trainer(ScratchVisionStudent.of(8, 4, 1, 16, 2))
                      .teacher(TribuoTeacher.of(saved))
                      .build()
                      .train(new MutableDataset<>(small)))
          .hasMessageStartingWith("Example 0 has no feature that the teacher")
          .hasStackTraceContaining("has no image of the shape 3x32x32");
    }
  }

  @Test
  void aTeacherMayReadTheSameFilesInAnotherSize() throws Exception {
    Path preprocessing = folder.resolve("preprocessor_config.json");
    TinyImages.CENTERED.write(preprocessing);
    ImageDataSource.Builder<Label> small =
        ImageDataSource.of(images, new LabelFactory())
            .preprocessing(TinyImages.CENTERED.size(8, 8));
    DistillationTrainer<Label> trainer =
        trainer(ScratchVisionStudent.of(8, 4, 1, 16, 2))
            .epochs(20)
            .objective(new DistillationObjective().alpha(1))
            .teacher(OnnxTeacher.of(teacher).reading(preprocessing))
            .build();

    Dataset<Label> inMemory = new MutableDataset<>(small.read());
    assertThatThrownBy(() -> trainer.train(inMemory))
        .hasMessage(
            "Example 0 does not keep its file, which a teacher with its own preprocessing reads; make"
                + " the ImageDataSource lazy");
    Dataset<Label> moved =
        new MutableDataset<>(
            ImageDataSource.of(images, new LabelFactory())
                .preprocessing(TinyImages.CENTERED.size(8, 8))
                .augmentation(ImageAugmentation.crops(1, 9))
                .lazy()
                .read());
    assertThatThrownBy(() -> trainer.train(moved))
        .hasMessageStartingWith("Example 1 is a moved copy of ");
    Dataset<Label> inFiles =
        new MutableDataset<>(
            ImageDataSource.of(images, new LabelFactory())
                .preprocessing(TinyImages.CENTERED.size(8, 8))
                .augmentation(ImageAugmentation.flips(1))
                .lazy()
                .read());
    try (DistilledModel<Label> student = trainer.train(inFiles)) {
      assertThat(new LabelEvaluator().evaluate(student, inMemory).accuracy()).isGreaterThan(0.8);
    }
  }

  @Test
  void aTeacherReadsImagesOfOneShape() throws Exception {
    Path tall = TinyImages.write(folder.resolve("tall"), 1, 32, 3);
    TinyImages.write(
        tall.resolve("red/1.png"), new BufferedImage(32, 40, BufferedImage.TYPE_INT_RGB));
    Path preprocessing = folder.resolve("shortest_edge.json");
    TinyImages.CENTERED.shortestEdge(32).write(preprocessing);
    Dataset<Label> squeezed =
        new MutableDataset<>(
            ImageDataSource.of(tall, new LabelFactory())
                .preprocessing(TinyImages.CENTERED.size(8, 8))
                .lazy()
                .read());
    DistillationTrainer<Label> trainer =
        trainer(ScratchVisionStudent.of(8, 4, 1, 16, 2))
            .teacher(OnnxTeacher.of(teacher).reading(preprocessing))
            .build();
    assertThatThrownBy(() -> trainer.train(squeezed))
        .hasMessage(
            "Example 5 has an image of the shape 3x40x32 (channels, height, width) as '%s' prepares"
                + " it, and others have 3x32x32, expected one; state a size or a crop there",
            preprocessing);
  }

  @Test
  void aTrainingComesFromXml() throws Exception {
    Path xml =
        Files.writeString(
            folder.resolve("training.xml"),
            """
            <config>
              <component name="trainer" type="org.tribuo.distill.DistillationTrainer">
                <property name="student" value="student"/>
                <property name="teacher" value="teacher"/>
                <property name="seed" value="3"/>
              </component>
              <component name="student" type="org.tribuo.distill.student.ScratchVisionStudent">
                <property name="imageHeight" value="32"/>
                <property name="imageWidth" value="32"/>
                <property name="patch" value="16"/>
                <property name="layers" value="1"/>
                <property name="width" value="16"/>
                <property name="heads" value="2"/>
              </component>
              <component name="teacher" type="org.tribuo.distill.teacher.OnnxTeacher">
                <property name="path" value="%s"/>
              </component>
              <component name="train" type="org.tribuo.distill.input.image.ImageDataSource">
                <property name="dataPath" value="%s"/>
                <property name="outputFactory" value="labels"/>
                <property name="preprocessing" value="preprocessing"/>
                <property name="augmentation" value="augmentation"/>
              </component>
              <component name="preprocessing" type="org.tribuo.distill.input.image.ImagePreprocessing">
                <propertylist name="mean"><item>0.5</item><item>0.5</item><item>0.5</item></propertylist>
                <propertylist name="deviation"><item>0.5</item><item>0.5</item><item>0.5</item></propertylist>
              </component>
              <component name="augmentation" type="org.tribuo.distill.input.image.ImageAugmentation">
                <property name="copies" value="1"/>
                <property name="flip" value="true"/>
              </component>
              <component name="labels" type="org.tribuo.classification.LabelFactory"/>
            </config>
            """
                .formatted(teacher, images));
    try (ConfigurationManager manager = new ConfigurationManager(xml.toString())) {
      @SuppressWarnings("unchecked") // as the file has it
      DistillationTrainer<Label> configured =
          (DistillationTrainer<Label>) manager.lookup("trainer");
      @SuppressWarnings("unchecked") // as the file has it
      ImageDataSource<Label> source = (ImageDataSource<Label>) manager.lookup("train");
      try (DistilledModel<Label> student = configured.train(new MutableDataset<>(source))) {
        assertThat(student.labelOrder()).isEqualTo(TinyImages.LABELS);
        assertThat(student.predict(dataset(true))).hasSize(60);
      }
    }
  }

  @Test
  void imagesOfAnotherSizeAreRefused() {
    ImageDataSource<Label> small =
        ImageDataSource.of(images, new LabelFactory())
            .preprocessing(new ImagePreprocessing().size(16, 16))
            .read();
    DistillationTrainer<Label> trainer = trainer(vit()).build();

    assertThatThrownBy(() -> trainer.train(new MutableDataset<>(small)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The examples have images of the shape 3x16x16 (channels, height, width), but the input"
                + " 'pixel_values' of the student takes [batch, 3, 32, 32]; state its size, crop and"
                + " channels in the preprocessing");
  }

  private static StudentSource vit() {
    return OnnxStudent.of(Zoo.file("vit_imgcls_dynamo"), TinyImages.LABELS);
  }

  private static DistilledModel<Label> student(Dataset<Label> images) {
    return trainer(PrunedStudent.keeping(1, OnnxStudent.of(teacher)))
        .epochs(1)
        .teacher(OnnxTeacher.of(teacher))
        .build()
        .train(images);
  }

  private static DistillationTrainer.Builder<Label> trainer(StudentSource student) {
    return DistillationTrainer.<Label>builder()
        .student(student)
        .epochs(8)
        .batching(new Batching().batchSize(4))
        .optimizer(new AdamWOptimizer().learningRate(3e-3f))
        .device(Device.cpu(1));
  }

  private static MutableDataset<Label> dataset(boolean lazy) {
    ImageDataSource.Builder<Label> source =
        ImageDataSource.of(images, new LabelFactory()).preprocessing(TinyImages.CENTERED);
    return new MutableDataset<>((lazy ? source.lazy() : source).read());
  }

  private static double accuracy(DistilledModel<Label> model) throws Exception {
    Path test = folder.resolve("test");
    if (!Files.exists(test)) {
      TinyImages.write(test, 8, 32, 2);
    }
    return new LabelEvaluator()
        .evaluate(
            model,
            new MutableDataset<>(
                ImageDataSource.of(test, new LabelFactory())
                    .preprocessing(TinyImages.CENTERED)
                    .read()))
        .accuracy();
  }

  private static void assertEqual(List<Prediction<Label>> some, List<Prediction<Label>> others) {
    assertThat(some)
        .zipSatisfy(
            others,
            (one, other) -> assertThat(one.getOutputScores()).isEqualTo(other.getOutputScores()));
  }
}
