package org.tribuo.distill.teacher.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.tribuo.Dataset;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.internal.component.OnnxMetadata;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.TransformerFiles;
import org.tribuo.distill.transformer.internal.head.EncoderHead;

/**
 * How a teacher reads examples.
 *
 * @param model its file
 * @param head what is put onto that before it runs, where it reads something else then
 * @param preprocessing the file of its tokenizer, or of other preprocessing, where it reads
 *     something else than the student
 * @param maxLength the maximum length that its file states for that, if it does
 * @param padId the token that pads short rows then
 */
public record TeacherReading(
    Path model,
    Optional<? extends EncoderHead> head,
    Optional<Path> preprocessing,
    OptionalInt maxLength,
    int padId) {
  /**
   * Of a teacher whose file may state how it reads, as that of an exported student does.
   *
   * @param padId the token that pads short rows; empty for the one that the file states, or else 0
   */
  public static TeacherReading of(
      Path model, OnnxModel content, Optional<Path> preprocessing, Optional<Integer> padId) {
    return new TeacherReading(
        model,
        Optional.empty(),
        preprocessing,
        OnnxMetadata.maxLength(content),
        padId.orElseGet(() -> OnnxMetadata.padId(content).orElse(0)));
  }

  /** Of a teacher that reads what the student reads. */
  public static TeacherReading asStudent(Path model) {
    return new TeacherReading(model, Optional.empty(), Optional.empty(), OptionalInt.empty(), 0);
  }

  /** The same with a head that reads something else than the file's own. */
  public TeacherReading with(EncoderHead other) {
    return new TeacherReading(model, Optional.of(other), preprocessing, maxLength, padId);
  }

  /**
   * Examples as the teacher reads them.
   *
   * @param ofStudent what the student reads of them
   * @param otherwise the maximum length where neither the teacher's file nor its graph states it;
   *     empty for the usual
   * @param files reads each file once
   * @throws IllegalArgumentException if the teacher has an input that cannot be fed, cannot read an
   *     example, or one does not keep what its tokenizer reads; the message says which
   * @throws IOException if a file cannot be read
   */
  public ExampleInputs<?> of(
      Dataset<?> examples,
      ExampleInputs<?> ofStudent,
      OptionalInt otherwise,
      TransformerFiles files)
      throws IOException {
    Transformer read = files.read(model);
    Transformer teacher =
        head.map(put -> Transformer.of(put.attachAlone(read).toModel())).orElse(read);
    InputReader<?> reader =
        preprocessing.isPresent()
            ? ofStudent.reader().rereading(teacher.graph().inputs()).withPadId(padId)
            : ofStudent.reader();
    checkInputs(teacher, reader);
    ExampleInputs<?> inputs =
        preprocessing.isPresent()
            ? ExampleInputs.reread(
                reader, examples, preprocessing.get(), teacher, maxLength, otherwise)
            : ofStudent;
    inputs.check(teacher, "teacher '%s'".formatted(model), preprocessing.isPresent());
    return inputs;
  }

  private void checkInputs(Transformer teacher, InputReader<?> reader) {
    try {
      reader.feeder(teacher.graph().inputs());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "The teacher '%s': %s".formatted(model, e.getMessage()), e);
    }
  }
}
