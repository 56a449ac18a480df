package org.tribuo.distill.teacher;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.tribuo.Dataset;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.teacher.internal.ReadyTeacher;
import org.tribuo.distill.teacher.internal.TeacherAgreement;
import org.tribuo.distill.teacher.internal.TeacherUse;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.TransformerFiles;

/** The teacher of a training: one, or an ensemble whose members agree on one answer. */
public interface TeacherSource extends Configurable, Provenancable<ConfiguredObjectProvenance> {
  /**
   * The labels that the teacher knows; empty if that is not known before it is trained.
   *
   * @param files reads each file once
   * @throws IOException if its file cannot be read
   */
  Optional<LabelOrder> labels(TransformerFiles files) throws IOException;

  /** Those that are run: the teacher alone, or each member of the ensemble in order. */
  List<Member> members();

  /** How the outputs of the members become one; empty for a teacher alone. */
  default Optional<TeacherAgreement> agreement() {
    return Optional.empty();
  }

  /** One teacher, alone or as a member of an ensemble. */
  interface Member extends TeacherSource {
    @Override
    default List<Member> members() {
      return List.of(this);
    }

    /**
     * Checks that the teacher can run where the training runs.
     *
     * @throws com.oracle.labs.mlrg.olcut.config.PropertyException if it cannot
     */
    default void checkDevice(Device device) {}

    /**
     * Checks that the teacher can run over as many datasets in one training.
     *
     * @throws com.oracle.labs.mlrg.olcut.config.PropertyException if it cannot, because it knows
     *     examples by their number alone
     */
    default void checkDatasets(int count) {}

    /**
     * Whether it can teach a student that reads the examples with any other tokenizer: it has a
     * tokenizer of its own, or reads no tokens.
     */
    default boolean teachesOtherTokens() {
      return false;
    }

    /**
     * The network in its file; empty if it has none, or is yet to be trained.
     *
     * @param files reads each file once
     * @throws IOException if its file cannot be read
     */
    default Optional<Transformer> network(TransformerFiles files) throws IOException {
      return Optional.empty();
    }

    /**
     * The teacher, ready to run; empty if it is yet to be trained.
     *
     * @param use how it will be run
     * @throws IOException if its file cannot be read
     */
    Optional<ReadyTeacher> ready(TeacherUse use) throws IOException;

    /**
     * Checks that the teacher has the student's labels, as far as they are known before it is
     * trained.
     *
     * @param student the columns that the student has
     * @param use how it will be run
     * @throws IllegalArgumentException if it has other labels; the message names them
     * @throws IOException if its file cannot be read
     */
    default void checkLabels(LabelOrder student, TeacherUse use) throws IOException {}

    /**
     * Checks that the teacher can read examples, as far as that is known before it is trained.
     *
     * @param ofStudent what the student reads of them
     * @param use how it will be run
     * @throws IllegalArgumentException if it cannot read one; the message names it
     * @throws IOException if its files cannot be read
     */
    default void checkExamples(Dataset<?> examples, ExampleInputs<?> ofStudent, TeacherUse use)
        throws IOException {}
  }
}
