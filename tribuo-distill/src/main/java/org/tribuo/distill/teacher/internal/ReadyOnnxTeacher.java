package org.tribuo.distill.teacher.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.tribuo.Dataset;
import org.tribuo.distill.component.NamedColumns;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.FedInputs;
import org.tribuo.distill.transformer.internal.TransformerFiles;

/**
 * An ONNX model that can be run.
 *
 * @param settings what opens it
 * @param columns what the columns of its logits stand for
 * @param reading how it reads examples
 */
public record ReadyOnnxTeacher(
    TeacherSettings settings, NamedColumns columns, TeacherReading reading)
    implements ReadyTeacher {
  @Override
  public Path file() {
    return settings.model();
  }

  /** Nothing native is held until it runs. */
  @Override
  public Opened open(
      Dataset<?> examples,
      ExampleInputs<?> ofStudent,
      OptionalInt maxLength,
      TransformerFiles files)
      throws IOException {
    ExampleInputs<?> inputs = reading.of(examples, ofStudent, maxLength, files);
    Teacher teacher = Teacher.open(settings, files);
    TeacherExamples rows = new TeacherExamples(FedInputs.of(inputs, teacher.inputs()));
    return new Opened(
        teacher,
        rows,
        settings.int8()
            ? Optional.of(
                (form, counted, producer) ->
                    new PrecisionComparison(form, counted).measure(teacher, rows, producer))
            : Optional.empty());
  }
}
