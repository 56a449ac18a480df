package org.tribuo.distill.engine.internal;

import org.tribuo.distill.engine.RuntimeUnavailableException;

/**
 * Supplies the engines of a module on the class path, which names its implementation for {@link
 * java.util.ServiceLoader}. Safe for many threads.
 */
public interface EngineProvider {
  /** Runs models. What it needs may be loaded when it is used for the first time. */
  Engine inference();

  /**
   * Trains. What it needs is loaded before this method returns.
   *
   * @throws RuntimeUnavailableException if this JVM cannot train; the message says what to do
   */
  TrainingEngine training();
}
