package org.tribuo.distill.task.internal;

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

/**
 * What a student may answer: the outputs of the dataset and, of a classification, those that only
 * the teacher knows, or the head that the student comes with. The dimensions of a regression are
 * those of the dataset, whose every example has a number for each of them; where no example has a
 * number, those of the teacher.
 *
 * @param task what is predicted
 * @param info all of the outputs
 * @param unseen the names of those that no example has, sorted
 */
public record OutputDomain<T extends Output<T>>(
    Task<T> task, ImmutableOutputInfo<T> info, List<String> unseen) {
  /** The outputs of a dataset that has no teacher. */
  public static <T extends Output<T>> OutputDomain<T> of(Task<T> task, Dataset<T> examples) {
    return new OutputDomain<>(task, examples.getOutputIDInfo(), List.of());
  }

  /**
   * The outputs of a dataset and its teacher.
   *
   * @param teacher the labels of the teacher; empty if they are not known yet
   * @throws IllegalArgumentException if no example has a label, and the teacher's are not known
   */
  public static <T extends Output<T>> OutputDomain<T> of(
      Task<T> task, Dataset<T> examples, Optional<LabelOrder> teacher) {
    OutputDomain<T> ofDataset = of(task, examples);
    if (!task.names(ofDataset.info).isEmpty()) {
      return teacher.map(labels -> ofDataset.and(labels, examples)).orElse(ofDataset);
    }
    return teacher
        .map(labels -> ofTeacherAlone(task, labels, examples.getOutputFactory()))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "No example has a label, and no teacher states which labels there are; label"
                        + " some examples"));
  }

  /** What a teacher knows. */
  public static <T extends Output<T>> OutputDomain<T> ofTeacherAlone(
      Task<T> task, LabelOrder labels, OutputFactory<T> factory) {
    Map<T, Integer> outputs = new HashMap<>();
    labels.names().forEach(name -> outputs.put(task.output(name, factory), outputs.size()));
    return new OutputDomain<>(
        task,
        factory.constructInfoForExternalModel(outputs),
        labels.names().stream().sorted().toList());
  }

  /**
   * These and, unless the task ignores it, what else a teacher or a student's own head knows. One
   * that lacks some of these adds nothing: its names are of something else, and are refused where
   * the columns are matched.
   *
   * @param columns of its logits
   */
  public OutputDomain<T> and(LabelOrder columns, Dataset<T> examples) {
    Set<String> known = task.names(info);
    Set<String> added = new TreeSet<>(columns.names());
    boolean hasAll = added.containsAll(known);
    added.removeAll(known);
    if (!hasAll || added.isEmpty() || task.ignoresFurtherColumns()) {
      return this;
    }
    added.addAll(unseen);
    OutputFactory<T> factory = examples.getOutputFactory();
    MutableOutputInfo<T> all = factory.generateInfo();
    examples.forEach(example -> all.observe(example.getOutput()));
    added.forEach(name -> all.observe(task.output(name, factory)));
    return new OutputDomain<>(task, all.generateImmutableOutputInfo(), List.copyOf(added));
  }

  /**
   * The columns of a fresh head: those of the task, or the names, sorted.
   *
   * @throws IllegalArgumentException if too few outputs are known to predict one
   */
  public LabelOrder sorted() {
    return task.codec(task.columns().orElseGet(() -> new LabelOrder(known()))).columns();
  }

  /**
   * The codec of a head whose columns are known.
   *
   * @throws IllegalArgumentException if no output is known, or the columns do not have exactly the
   *     names of the outputs; the message lists those missing and those unexpected
   */
  public TargetCodec<T> codec(LabelOrder columns) {
    Set<String> missing = known();
    Set<String> unexpected = new TreeSet<>(columns.names());
    int count = missing.size();
    unexpected.removeAll(missing);
    columns.names().forEach(missing::remove);
    if (!missing.isEmpty() || !unexpected.isEmpty()) {
      throw new IllegalArgumentException(
          "The label order of %d names does not match the %d of the dataset: missing %s, unexpected %s"
              .formatted(
                  columns.size(),
                  count,
                  LabelOrder.listed(missing),
                  LabelOrder.listed(unexpected)));
    }
    return task.codec(columns);
  }

  private Set<String> known() {
    Set<String> known = task.names(info);
    if (known.isEmpty()) {
      throw new IllegalArgumentException(
          "The dataset has no labelled example, so nothing is known to be predicted; label at least"
              + " some of the examples");
    }
    return known;
  }
}
