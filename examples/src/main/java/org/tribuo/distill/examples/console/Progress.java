package org.tribuo.distill.examples.console;

/** How far one task has come. */
public interface Progress extends AutoCloseable {
  /**
   * Shows that the task has come so far.
   *
   * @param done of the total
   * @param note a few words beside it, or nothing
   */
  void to(long done, String note);

  /** Ends what is shown. */
  @Override
  void close();
}
