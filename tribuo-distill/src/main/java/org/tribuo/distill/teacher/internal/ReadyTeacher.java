package org.tribuo.distill.teacher.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.tribuo.Dataset;
import org.tribuo.distill.component.NamedColumns;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.loss.HardLoss.AnswerForm;
import org.tribuo.distill.task.internal.TensorRows;
import org.tribuo.distill.teacher.TeacherRun;
import org.tribuo.distill.transformer.internal.TransformerFiles;
import org.tribuo.provenance.ModelProvenance;

/** A teacher that can be run. */
public interface ReadyTeacher {
  /** Its file. */
  Path file();

  /** What the columns of its logits stand for. */
  NamedColumns columns();

  /** Where the model in its file comes from; empty where the file does not have that. */
  default Optional<ModelProvenance> provenance() {
    return Optional.empty();
  }

  /**
   * Opens it for some examples. All that can be checked before it runs is checked.
   *
   * @param examples that it is run over
   * @param ofStudent what the student reads of them
   * @param maxLength of a teacher with a tokenizer of its own that states none; empty for the usual
   *     length
   * @param files reads each file once
   * @throws IllegalArgumentException if it cannot read an example; the message says which
   * @throws IOException if a file cannot be read
   */
  Opened open(
      Dataset<?> examples,
      ExampleInputs<?> ofStudent,
      OptionalInt maxLength,
      TransformerFiles files)
      throws IOException;

  /** Measures what a short precision of soft targets costs. */
  @FunctionalInterface
  interface CostMeasurement {
    /**
     * @param form what the logits stand for
     * @param counted of each example 1 for each position that counts; empty where all do
     * @param producer has the soft targets
     */
    TeacherRun.PrecisionCost measure(
        AnswerForm form, Optional<TensorRows> counted, SoftTargetProducer producer);
  }

  /**
   * A teacher and what it is run over.
   *
   * @param source to be closed by the caller
   * @param inputs the examples as it reads them
   * @param cost what its precision costs, where that is measured
   */
  record Opened(SoftTargetSource source, TeacherInputs inputs, Optional<CostMeasurement> cost) {
    /** One whose precision is not measured. */
    public Opened(SoftTargetSource source, TeacherInputs inputs) {
      this(source, inputs, Optional.empty());
    }
  }
}
