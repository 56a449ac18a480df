package org.tribuo.distill.loss.internal;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.transformer.Activation;
import org.tribuo.distill.transformer.ActivationValue;
import org.tribuo.distill.transformer.internal.TransformerActivations;

/**
 * What of a student is compared with what of its teacher.
 *
 * @param teacher what there is in the teacher
 * @param terms the losses between the two, at least one, each with a name of its own
 * @param inStudent values of the student's normalised graph that its search would not find; see
 *     {@link TransformerActivations#find(org.tribuo.distill.graph.Graph, Map)}
 */
public record FeatureMatching(
    TransformerActivations teacher,
    List<FeatureTerm> terms,
    Map<Activation, ActivationValue> inStudent) {
  /**
   * @throws IllegalArgumentException if there is no term, or two of one name
   */
  public FeatureMatching {
    terms = List.copyOf(terms);
    inStudent = Map.copyOf(inStudent);
    if (terms.isEmpty()) {
      throw new IllegalArgumentException("There are no feature terms, expected at least one");
    }
    Set<String> names = new HashSet<>();
    for (FeatureTerm term : terms) {
      if (!names.add(term.name())) {
        throw new IllegalArgumentException(
            "Two feature terms have the name '%s', expected a name of its own for each"
                .formatted(term.name()));
      }
    }
  }

  /** Of a student in which everything is found. */
  public static FeatureMatching of(TransformerActivations teacher, FeatureTerm... terms) {
    return new FeatureMatching(teacher, List.of(terms), Map.of());
  }
}
