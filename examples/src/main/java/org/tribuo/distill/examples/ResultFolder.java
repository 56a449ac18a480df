package org.tribuo.distill.examples;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.tribuo.Model;
import org.tribuo.classification.Label;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.graph.AtomicFile;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.provenance.DatasetProvenance;
import org.tribuo.provenance.TrainerProvenance;

/**
 * The folder of an experiment. Every file in it is written whole or not at all.
 *
 * @param folder made if it is not there
 */
record ResultFolder(Path folder) {
  Path teacher() {
    return folder.resolve("teacher.onnx");
  }

  Path teacherModel() {
    return folder.resolve("teacher-model.tribuo");
  }

  Path student() {
    return folder.resolve("student.onnx");
  }

  Path control() {
    return folder.resolve("control.onnx");
  }

  Path studentModel() {
    return folder.resolve("student-model.tribuo");
  }

  Path softTargets() {
    return folder.resolve("soft-targets.mv");
  }

  Path tokenizer() {
    return folder.resolve("tokenizer.json");
  }

  Path configuration() {
    return folder.resolve("experiment.xml");
  }

  Path csv() {
    return folder.resolve("results.csv");
  }

  Path json() {
    return folder.resolve("results.json");
  }

  /** The trainings of a comparison. */
  Path trials() {
    return folder.resolve("trials.csv");
  }

  /** Where what comes out of jars is unpacked. */
  Path pretrained() {
    return folder.resolve("pretrained");
  }

  /**
   * Makes the folder, and removes what a run that was killed has left in it.
   *
   * @throws IOException if the folder cannot be made, or a left-over cannot be removed
   */
  void prepare() throws IOException {
    Files.createDirectories(folder);
    AtomicFile.removeParts(folder);
  }

  /** Keeps the tokenizer beside the models that need it. */
  void keepTokenizer(Path original) throws IOException {
    AtomicFile.writeStream(tokenizer(), out -> Files.copy(original, out));
  }

  /**
   * The teacher that an earlier run has left here, if it was made of the same files in the same
   * way. One that cannot be read, as another version of this program wrote it, is to be made again.
   *
   * @param trainer what would make it
   * @param texts what it would be trained on
   */
  Optional<DistilledModel<Label>> earlierTeacher(TrainerProvenance trainer, DatasetProvenance texts)
      throws IOException {
    if (!Files.exists(teacher()) || !Files.exists(teacherModel())) {
      return Optional.empty();
    }
    return read(teacherModel())
        .filter(model -> Provenances.agree(model.getProvenance().getTrainerProvenance(), trainer))
        .filter(model -> Provenances.agree(model.getProvenance().getDatasetProvenance(), texts));
  }

  private static Optional<DistilledModel<Label>> read(Path file) throws IOException {
    try {
      return Model.deserializeFromFile(file).castModel(Label.class)
              instanceof DistilledModel<Label> model
          ? Optional.of(model)
          : Optional.empty();
    } catch (IllegalStateException | ClassCastException | InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /**
   * The student.
   *
   * @throws IOException if it cannot be read
   * @throws IllegalStateException if the file holds another model
   */
  DistilledModel<Label> readStudent() throws IOException {
    return read(studentModel())
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "%s is no student that this version of DistillText has written; run it again"
                        .formatted(studentModel())));
  }

  /**
   * Writes a model as ONNX, then as a Tribuo model. What an earlier one has left under the second
   * name is removed first: so where there is a Tribuo model, the ONNX file beside it is the same
   * one, whenever the program was killed.
   */
  static void save(DistilledModel<?> model, Path onnx, Path tribuo) throws IOException {
    Files.deleteIfExists(tribuo);
    model.exportOnnx(onnx);
    model.serializeToFile(tribuo);
  }

  /** The numbers in the weights of an ONNX file. */
  static long parameters(Path onnx) throws IOException {
    return OnnxModel.read(onnx).initializers().values().stream()
        .filter(tensor -> tensor.elementType().isFloat())
        .mapToLong(tensor -> tensor.elements())
        .sum();
  }
}
