package org.tribuo.distill.internal.component;

import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * How long something that holds native memory can be used. Closing waits for all uses that are
 * under way: the memory is theirs until then. Safe for many threads.
 */
public final class Lifetime {
  private final String name;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  /**
   * @param name of what is used, for messages, such as {@code The tokenizer of tokenizer.json}
   */
  public Lifetime(String name) {
    this.name = name;
  }

  /**
   * Uses it.
   *
   * @param use that does not close it
   * @throws IllegalStateException if it is closed
   */
  public <R> R whileOpen(Supplier<R> use) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("%s is closed".formatted(name));
      }
      return use.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * Closes it.
   *
   * @param free frees the native memory; it runs each time
   */
  public void close(Runnable free) {
    lock.writeLock().lock();
    try {
      closed = true;
      free.run();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
