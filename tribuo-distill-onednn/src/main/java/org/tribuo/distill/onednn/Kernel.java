package org.tribuo.distill.onednn;

/** Computes a node of a graph. Safe for several runs of one session at a time. */
interface Kernel extends AutoCloseable {
  /**
   * Computes the outputs.
   *
   * @throws RuntimeException if that is impossible; whoever runs the session gets the message
   */
  void compute(KernelContext run);

  /** Frees the native memory, if it holds some; the session is closed. */
  @Override
  default void close() {}
}
