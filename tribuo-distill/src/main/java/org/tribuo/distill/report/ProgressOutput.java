package org.tribuo.distill.report;

/** Where a program reports what it does, while it does it. */
public interface ProgressOutput {
  /** How far one task is. */
  interface Task extends AutoCloseable {
    /**
     * Shows that the task is so far.
     *
     * @param done of the total
     * @param note a few words beside it, or nothing
     */
    void to(long done, String note);

    /** Ends what is shown. */
    @Override
    void close();
  }

  /** Prints a line. */
  void line(String text);

  /**
   * Shows how far a task is until it is closed.
   *
   * @param name of the task
   * @param total what {@link Task#to} reaches at the end
   * @param unit what is counted, in the plural
   */
  Task begin(String name, long total, String unit);
}
