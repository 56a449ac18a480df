package org.tribuo.distill.task.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.SortedSet;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.internal.protos.ComponentProto;

/** Finds the task of a dataset, or of a model that was saved. */
public final class Tasks {
  private static final List<Task<?>> BY_OUTPUTS = found();

  private Tasks() {}

  private static List<Task<?>> found() {
    List<Task<?>> found = new ArrayList<>();
    ServiceLoader.load(Task.class, Tasks.class.getClassLoader()).forEach(found::add);
    return List.copyOf(found);
  }

  /**
   * The task that has some outputs.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static <T extends Output<T>> Task<T> of(OutputFactory<T> factory) {
    return BY_OUTPUTS.stream()
        .filter(task -> predicts(task, factory))
        .findFirst()
        .map(task -> Tasks.<T>cast(task).forOutputs(factory.generateInfo()))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Outputs made by %s cannot be learnt, expected one of %s"
                        .formatted(
                            factory.getClass().getName(),
                            BY_OUTPUTS.stream()
                                .map(task -> task.outputType().getSimpleName())
                                .toList())));
  }

  /**
   * A task that was saved.
   *
   * @param outputs those of the model
   * @throws IllegalArgumentException if there is no such task, it cannot be read, or has others
   *     than these outputs
   */
  public static <T extends Output<T>> Task<T> read(
      ComponentProto saved, ImmutableOutputInfo<T> outputs) {
    Task<?> task = SavedComponents.read(saved, Task.class);
    if (outputs.getDomain().stream().allMatch(task.outputType()::isInstance)) {
      return Tasks.<T>cast(task).forOutputs(outputs);
    }
    throw new IllegalArgumentException(
        "The saved model is damaged: its outputs are %s, and its task is '%s'"
            .formatted(outputs.getClass().getSimpleName(), saved.getClassName()));
  }

  /**
   * The names of the outputs of a model.
   *
   * @throws IllegalArgumentException if there is no task that has them
   */
  public static SortedSet<String> namesOf(ImmutableOutputInfo<?> outputs) {
    return BY_OUTPUTS.stream()
        .filter(task -> outputs.getDomain().stream().allMatch(task.outputType()::isInstance))
        .findFirst()
        .map(task -> names(task, outputs))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no task with outputs of %s, expected those of one of %s"
                        .formatted(
                            outputs.getClass().getSimpleName(),
                            BY_OUTPUTS.stream()
                                .map(task -> task.outputType().getSimpleName())
                                .toList())));
  }

  @SuppressWarnings("unchecked") // all outputs are of the class of the task
  private static <T extends Output<T>> SortedSet<String> names(
      Task<T> task, ImmutableOutputInfo<?> outputs) {
    return task.names((ImmutableOutputInfo<T>) outputs);
  }

  private static boolean predicts(Task<?> task, OutputFactory<?> factory) {
    return task.outputType().isAssignableFrom(factory.getTypeWitness());
  }

  @SuppressWarnings("unchecked") // the class of the outputs is that of the task
  private static <T extends Output<T>> Task<T> cast(Task<?> task) {
    return (Task<T>) task;
  }
}
