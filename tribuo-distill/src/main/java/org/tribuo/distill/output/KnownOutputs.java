package org.tribuo.distill.output;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.tribuo.Dataset;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.MutableOutputInfo;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.multilabel.MultiLabelFactory;
import org.tribuo.regression.RegressionFactory;

/**
 * What a student may answer: the outputs of the dataset, and of a classification those that only
 * the teacher knows, or the head that the student comes with. The dimensions of a regression are
 * those of the dataset, whose every example has a number for each of them; where no example has a
 * number, those of the teacher.
 *
 * @param domain all of them
 * @param unseen the names of those that no example has, sorted
 */
public record KnownOutputs<T extends Output<T>>(
    ImmutableOutputInfo<T> domain, List<String> unseen) {
  /** The outputs of a dataset that has no teacher. */
  public static <T extends Output<T>> KnownOutputs<T> of(Dataset<T> examples) {
    return new KnownOutputs<>(examples.getOutputIDInfo(), List.of());
  }

  /**
   * The outputs of a dataset and its teacher.
   *
   * @param teacher the labels of the teacher; empty if they are not known yet
   * @throws IllegalArgumentException if no example has a label, and the teacher's are not known
   */
  public static <T extends Output<T>> KnownOutputs<T> of(
      Dataset<T> examples, Optional<LabelOrder> teacher) {
    KnownOutputs<T> ofDataset = of(examples);
    if (!TargetCodec.names(ofDataset.domain).isEmpty()) {
      return teacher.map(labels -> ofDataset.and(labels.names(), examples)).orElse(ofDataset);
    }
    return teacher
        .map(labels -> ofTeacherAlone(labels, examples.getOutputFactory()))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "No example has a label, and the teacher has no teacher that knows which there"
                        + " are; label some examples"));
  }

  /** What a teacher knows. */
  public static <T extends Output<T>> KnownOutputs<T> ofTeacherAlone(
      LabelOrder labels, OutputFactory<T> factory) {
    Map<T, Integer> outputs = new HashMap<>();
    labels.names().forEach(name -> outputs.put(output(name, factory), outputs.size()));
    return new KnownOutputs<>(
        factory.constructInfoForExternalModel(outputs), labels.names().stream().sorted().toList());
  }

  /**
   * These and, for a classification, what else a teacher or a student's own head knows. One that
   * lacks some of these adds nothing: its names are of something else, and are refused where the
   * columns are matched.
   *
   * @param names of its columns
   */
  public KnownOutputs<T> and(List<String> names, Dataset<T> examples) {
    OutputFactory<T> factory = examples.getOutputFactory();
    Set<String> known = TargetCodec.names(domain);
    Set<String> added = new TreeSet<>(names);
    boolean hasAll = added.containsAll(known);
    added.removeAll(known);
    if (!hasAll || added.isEmpty() || factory instanceof RegressionFactory) {
      return this;
    }
    added.addAll(unseen);
    MutableOutputInfo<T> all = factory.generateInfo();
    examples.forEach(example -> all.observe(example.getOutput()));
    added.forEach(name -> all.observe(output(name, factory)));
    return new KnownOutputs<>(all.generateImmutableOutputInfo(), List.copyOf(added));
  }

  private static <T extends Output<T>> T output(String name, OutputFactory<T> factory) {
    if (factory instanceof MultiLabelFactory && name.contains(",")) {
      throw new IllegalArgumentException(
          "The label order has '%s', but the label of a Tribuo MultiLabel has no comma; state another name for that column"
              .formatted(name));
    }
    return factory.generateOutput(factory instanceof RegressionFactory ? name + "=0" : name);
  }
}
