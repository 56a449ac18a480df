package org.tribuo.distill;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.tribuo.Dataset;
import org.tribuo.Output;
import org.tribuo.distill.input.TokenSequence;
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

  /** Whether somebody is trained before it can be asked. */
  boolean isTrainedFirst() {
    return false;
  }

  /**
   * Finds out whether it fits a student, as far as that is known before anything is trained.
   *
   * @param student the columns that the student has
   * @param values whether it is asked for the values of a regression
   * @throws IllegalArgumentException if a teacher has other labels; the message says which
   * @throws IOException if the teacher's file cannot be read
   */
  void checkLabels(LabelOrder student, boolean values) throws IOException {}

  /**
   * Finds out whether it can read texts, as far as that is known before anything is trained.
   *
   * @param examples the texts
   * @param ofStudent their tokens as the student reads them
   * @param settings of the training
   * @throws IllegalArgumentException if a teacher cannot read one; the message says which
   * @throws IOException if the teacher's files cannot be read
   */
  void checkTexts(Dataset<?> examples, List<TokenSequence> ofStudent, DistillationSettings settings)
      throws IOException {}

  /** How what several teachers say becomes one; empty if there is one teacher only. */
  Optional<TeacherAgreement> agreement() {
    return Optional.empty();
  }
}
