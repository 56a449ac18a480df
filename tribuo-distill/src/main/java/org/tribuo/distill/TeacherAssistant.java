package org.tribuo.distill;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tribuo.Output;
import org.tribuo.distill.teacher.LabelOrder;

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
public final class TeacherAssistant extends TeacherSource {
  @Config(mandatory = true, description = "Trains the assistant.")
  private DistillationTrainer<?> trainer;

  /** For OLCUT. */
  private TeacherAssistant() {}

  /** An assistant that this trainer trains. */
  public static TeacherAssistant of(DistillationTrainer<?> trainer) {
    TeacherAssistant assistant = new TeacherAssistant();
    assistant.trainer = trainer;
    return assistant;
  }

  @Override
  Optional<LabelOrder> labels() throws IOException {
    return trainer.labelsOfTeacher();
  }

  @Override
  boolean isTrainedFirst() {
    return true;
  }

  /** The trainer is asked for one training by number, so it need not count its own. */
  @Override
  <T extends Output<T>> List<ReadyTeacher> ready(TeacherPreparation<T> preparation)
      throws IOException {
    @SuppressWarnings("unchecked") // a trainer trains on any outputs, and says if it cannot
    DistillationTrainer<T> ofExamples = (DistillationTrainer<T>) trainer;
    try (DistilledModel<T> assistant =
        ofExamples.train(
            preparation.examples(),
            Map.of(),
            preparation.invocation(),
            preparation.listener().assistant())) {
      preparation.report().assistant(assistant.getProvenance());
      // Without provenance, which tells the time: the same assistant is the same file, whose soft
      // targets a store knows.
      StudentNetwork network = assistant.network();
      Path file = Files.createTempFile(preparation.folder(), "assistant", ".onnx");
      network.onnx().write(file);
      return OnnxTeacher.of(file, network.labelOrder(), network.logits()).ready(preparation);
    }
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
