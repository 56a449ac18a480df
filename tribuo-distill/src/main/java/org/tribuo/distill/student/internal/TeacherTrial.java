package org.tribuo.distill.student.internal;

import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.task.internal.Task;

/**
 * Tries a teacher whose predictions are to be scored, once, where it predicts what comes next at
 * each position: one that reads later positions knows what it is to predict. A network that was
 * trained here was tried before. Safe for many threads.
 */
public final class TeacherTrial {
  private volatile boolean done;

  private TeacherTrial(boolean done) {
    this.done = done;
  }

  /** No trial. */
  public static TeacherTrial none() {
    return new TeacherTrial(true);
  }

  /**
   * A trial of a teacher.
   *
   * @param task what it predicts
   * @param network that predicts
   */
  public static TeacherTrial of(Task<?> task, StudentNetwork network) {
    return new TeacherTrial(!task.isCausal() || network.head().lastAlone());
  }

  /**
   * Tries a network, unless it was tried before.
   *
   * @param examples that are to be predicted
   * @throws IllegalArgumentException if it reads later positions
   */
  public void run(StudentNetwork network, ExampleInputs<?> examples) {
    if (!done) {
      runOnce(network, examples);
    }
  }

  private synchronized void runOnce(StudentNetwork network, ExampleInputs<?> examples) {
    if (!done) {
      done = LaterPositions.checkUnreadByTeacher(network, examples);
    }
  }
}
