package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil.HashType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.tribuo.classification.Label;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.component.InputFiles;
import org.tribuo.distill.file.AtomicFile;
import org.tribuo.distill.file.FolderLock;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.text.KeptVocabulary;
import org.tribuo.distill.transformer.ExportPrecision;
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

  /** One digest of all that an earlier teacher is found again by. */
  Path teacherDigest() {
    return folder.resolve("teacher.sha256");
  }

  Path student() {
    return folder.resolve("student.onnx");
  }

  /** The student with weights of another precision. */
  Path student(ExportPrecision precision) {
    return folder.resolve("student-%s.onnx".formatted(precision.name().toLowerCase(Locale.ROOT)));
  }

  Path control() {
    return folder.resolve("control.onnx");
  }

  /** The teacher before it is trained, its head imprinted. */
  Path classMeans() {
    return folder.resolve("class-means.onnx");
  }

  Path studentModel() {
    return folder.resolve("student-model.tribuo");
  }

  Path softTargets() {
    return folder.resolve("soft-targets");
  }

  Path tokenizer() {
    return folder.resolve("tokenizer.json");
  }

  /** The student's, where it has a vocabulary of its own. */
  Path studentTokenizer() {
    return folder.resolve("student-tokenizer.json");
  }

  /** Those among which a search chooses, while it does. */
  Path vocabularies() {
    return folder.resolve("vocabularies");
  }

  /** The tokenizer that belongs to the student. */
  Path tokenizerOfStudent() {
    return Files.exists(studentTokenizer()) ? studentTokenizer() : tokenizer();
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
   * Makes the folder, keeps other runs out of it until the lock is closed or this program ends, and
   * removes what a run that was killed has left in it.
   *
   * @throws IOException if another run is in it, it cannot be made, or a left-over cannot be
   *     removed
   */
  FolderLock prepare() throws IOException {
    Files.createDirectories(folder);
    FolderLock lock = FolderLock.take(folder);
    AtomicFile.removeParts(folder);
    return lock;
  }

  /**
   * Refuses to write over files that are read, under whatever name. The tokenizer may be the one
   * that is here: then it stays.
   *
   * @param teacher whose tokenizer will be kept here, and the model if it is fine-tuned
   * @param store the folder that keeps soft targets
   * @throws PropertyException if one would be replaced
   * @throws IOException if that cannot be found out
   */
  void checkOutputs(InputFiles inputs, TeacherOptions teacher, Path store) throws IOException {
    List<Path> outputs = new ArrayList<>(List.of(store, student(), studentModel(), control()));
    outputs.addAll(List.of(csv(), json(), trials(), configuration(), studentTokenizer()));
    smallPrecisions().forEach(precision -> outputs.add(student(precision)));
    if (!teacher.isFinished()) {
      outputs.addAll(List.of(teacher(), teacherModel()));
    }
    if (teacher.hasFreshHead()) {
      outputs.add(classMeans());
    }
    if (!isKept(teacher.tokenizerFile())) {
      outputs.add(tokenizer());
    }
    for (Path output : outputs) {
      Optional<Path> replaced = inputs.replacedBy(output);
      if (replaced.isPresent()) {
        throw new PropertyException(
            "output",
            "folder",
            "%s is read, and would be replaced by the result %s; name another --output"
                .formatted(replaced.get(), output));
      }
    }
  }

  private boolean isKept(Path tokenizer) throws IOException {
    return InputFiles.of(List.of(tokenizer)).replacedBy(tokenizer()).isPresent();
  }

  /** Keeps the tokenizer beside the models that need it. */
  void keepTokenizer(Path original) throws IOException {
    if (!isKept(original)) {
      AtomicFile.writeStream(tokenizer(), out -> Files.copy(original, out));
    }
  }

  /**
   * The teacher that an earlier run has left here, if it was made of the same content in the same
   * way, and its files are those that were written then. One that cannot be read, as another
   * version of this program wrote it, is to be made again.
   *
   * @param trainer what would make it
   * @param texts what it would be trained on
   */
  Optional<DistilledModel<Label>> earlierTeacher(TrainerProvenance trainer, DatasetProvenance texts)
      throws IOException {
    if (!Files.exists(teacher())
        || !Files.exists(teacherModel())
        || !Files.exists(teacherDigest())
        || !Files.readString(teacherDigest()).strip().equals(digest(trainer, texts))) {
      return Optional.empty();
    }
    return read(teacherModel());
  }

  /** Keeps a teacher so that {@link #earlierTeacher} finds it, and returns it. */
  DistilledModel<Label> keepTeacher(DistilledModel<Label> model) throws IOException {
    Files.deleteIfExists(teacherDigest());
    save(model, teacher(), teacherModel());
    String digest =
        digest(
            model.getProvenance().getTrainerProvenance(),
            model.getProvenance().getDatasetProvenance());
    AtomicFile.writeStream(
        teacherDigest(), out -> out.write((digest + "\n").getBytes(StandardCharsets.UTF_8)));
    return model;
  }

  /**
   * Keeps the tokens of the student beside it.
   *
   * @param vocabulary empty if it has all that its teacher has; what an earlier one had is removed
   */
  void keepVocabulary(Optional<KeptVocabulary> vocabulary) throws IOException {
    Files.deleteIfExists(studentTokenizer());
    if (vocabulary.isPresent()) {
      vocabulary.get().writeTokenizer(studentTokenizer());
    }
  }

  /** Keeps a student and returns it; smaller files of an earlier one are removed. */
  DistilledModel<Label> keepStudent(DistilledModel<Label> model) throws IOException {
    for (ExportPrecision precision : smallPrecisions()) {
      Files.deleteIfExists(student(precision));
    }
    save(model, student(), studentModel());
    return model;
  }

  private static Set<ExportPrecision> smallPrecisions() {
    return EnumSet.complementOf(EnumSet.of(ExportPrecision.FLOAT32));
  }

  /** Of settings, inputs and the teacher's own files, as they are now. */
  private String digest(TrainerProvenance trainer, DatasetProvenance texts) throws IOException {
    List<String> parts = new ArrayList<>();
    parts.add(Provenances.digest(trainer, texts));
    parts.add(ProvenanceUtil.hashResource(HashType.SHA256, teacherModel()));
    parts.add(ProvenanceUtil.hashResource(HashType.SHA256, teacher()));
    for (String data : OnnxModel.read(teacher()).externalDataFiles()) {
      parts.add(ProvenanceUtil.hashResource(HashType.SHA256, folder.resolve(data)));
    }
    return ProvenanceUtil.hashList(HashType.SHA256, parts);
  }

  private static Optional<DistilledModel<Label>> read(Path file) throws IOException {
    try {
      return Optional.of(classifier(file));
    } catch (IllegalArgumentException | ClassCastException e) {
      return Optional.empty();
    }
  }

  private static DistilledModel<Label> classifier(Path file) throws IOException {
    return (DistilledModel<Label>) DistilledModel.read(file).castModel(Label.class);
  }

  /**
   * The student.
   *
   * @throws IOException if it cannot be read
   * @throws IllegalStateException if the file holds another model
   */
  DistilledModel<Label> readStudent() throws IOException {
    try {
      return classifier(studentModel());
    } catch (IllegalArgumentException | ClassCastException e) {
      throw new IllegalStateException(
          "%s is no student that this version of DistillText has written; run it again"
              .formatted(studentModel()),
          e);
    }
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
}
