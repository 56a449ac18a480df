package org.tribuo.distill.selection;

import java.util.List;
import org.tribuo.Dataset;
import org.tribuo.Output;
import org.tribuo.distill.DistillationTrainer;

/**
 * What a search for a student has found.
 *
 * @param chosen the student that is to be trained
 * @param candidates all that were measured, with the scores of those that were tried
 * @param trainer trains the student that was chosen
 * @param examples for that, in the tokens of its vocabulary
 */
public record StudentChoice<T extends Output<T>>(
    StudentCandidate chosen,
    List<StudentCandidate> candidates,
    DistillationTrainer<T> trainer,
    Dataset<T> examples) {
  public StudentChoice {
    candidates = List.copyOf(candidates);
  }
}
