package org.tribuo.distill;

import java.nio.file.Path;
import org.tribuo.Dataset;
import org.tribuo.Output;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.regression.RegressionFactory;

/**
 * What there is to get teachers ready with.
 *
 * @param examples what the student will be trained on
 * @param session where teachers run
 * @param padId the student's token that fills up short rows
 * @param invocation which training of its trainer this is, so that a teacher that is trained first
 *     is another one each time, and the same one when the training is replayed
 * @param folder for files that are needed until all teachers were asked
 * @param report what happens becomes provenance
 * @param listener is told how a teacher is trained
 */
record TeacherPreparation<T extends Output<T>>(
    Dataset<T> examples,
    SessionSettings session,
    int padId,
    int invocation,
    Path folder,
    RunProvenance report,
    DistillationListener listener) {
  /** Whether teachers are asked for the values of a regression, not for logits. */
  boolean asksForValues() {
    return examples.getOutputFactory() instanceof RegressionFactory;
  }
}
