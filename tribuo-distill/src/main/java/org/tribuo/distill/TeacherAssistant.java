package org.tribuo.distill;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.tribuo.Dataset;
import org.tribuo.Output;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.internal.TransformerFiles;

/**
 * A teacher that is trained first, on the same examples: where the student is much smaller than its
 * teacher, one of a size between the two learns from the teacher and teaches the student (Mirzadeh
 * et al. 2020, arXiv:1902.03393). The trainer may have an assistant as its teacher in turn.
 *
 * <pre>{@code
 * <component name="assistant" type="org.tribuo.distill.TeacherAssistant">
 *   <property name="trainer" value="assistant-trainer"/>
 * </component>
 * <component name="assistant-trainer" type="org.tribuo.distill.DistillationTrainer">
 *   <property name="student" value="four-layers"/>
 *   <property name="teacher" value="twelve-layers"/>
 * </component>
 * }</pre>
 */
public final class TeacherAssistant implements SoftTargetPhase.TeacherInTraining {
  @Config(mandatory = true, description = "Trains the assistant.")
  private DistillationTrainer<?> trainer;

  /** For OLCUT. */
  private TeacherAssistant() {}

  /** An assistant that this trainer trains. */
  public static TeacherAssistant of(DistillationTrainer<?> trainer) {
    TeacherAssistant assistant = new TeacherAssistant();
    assistant.trainer = Objects.requireNonNull(trainer, "trainer");
    return assistant;
  }

  @Override
  public Optional<LabelOrder> labels(TransformerFiles files) throws IOException {
    return trainer.labelsOfTeacher(files);
  }

  /** The trainer runs one training by its number, so it does not count its own. */
  @Override
  public <T extends Output<T>> DistilledModel<T> train(
      Dataset<T> examples, int invocation, DistillationListener listener) {
    @SuppressWarnings("unchecked") // a trainer trains on any outputs, and refuses what it cannot
    DistillationTrainer<T> ofExamples = (DistillationTrainer<T>) trainer;
    return ofExamples.train(examples, Map.of(), invocation, listener);
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "Teacher");
  }

  @Override
  public String toString() {
    return "TeacherAssistant(%s)".formatted(trainer);
  }
}
