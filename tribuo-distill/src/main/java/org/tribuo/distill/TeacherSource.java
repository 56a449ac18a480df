package org.tribuo.distill;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.tribuo.Output;
import org.tribuo.distill.teacher.LabelOrder;

/** Who teaches: one teacher, or several who speak with one voice. */
public abstract sealed class TeacherSource
    implements Configurable, Provenancable<ConfiguredObjectProvenance>
    permits OnnxTeacher, TeacherAssistant, SeveralTeachers {

  /** The labels that the teacher knows; empty if that is not known before it is there. */
  abstract Optional<LabelOrder> labels() throws IOException;

  /** Gets each teacher ready to be asked. */
  abstract <T extends Output<T>> List<ReadyTeacher> ready(TeacherPreparation<T> preparation)
      throws IOException;

  /** How what several teachers say becomes one; empty if there is one teacher only. */
  Optional<TeacherAgreement> agreement() {
    return Optional.empty();
  }
}
