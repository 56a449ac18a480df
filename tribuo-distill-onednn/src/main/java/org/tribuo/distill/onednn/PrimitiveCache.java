package org.tribuo.distill.onednn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Primitives by what they are compiled for, since compiling takes as long as computing hundreds of
 * times. If there are too many, those that were used longest ago go. Safe for many threads.
 */
final class PrimitiveCache {
  private final int capacity;
  private final Map<Object, Primitive> primitives = new LinkedHashMap<>(16, 0.75f, true);

  /** Held shared by those who compute, and alone to close primitives. */
  private final ReadWriteLock use = new ReentrantReadWriteLock();

  /**
   * @param capacity how many are kept; while one is used, there may be more
   */
  PrimitiveCache(int capacity) {
    this.capacity = capacity;
  }

  /** Does something with primitives, which stay open until it returns. */
  void using(Runnable work) {
    closeSurplus();
    use.readLock().lock();
    try {
      work.run();
    } finally {
      use.readLock().unlock();
    }
  }

  /** The primitive for a key; only to be called from within {@link #using}. */
  Primitive get(Object key, Supplier<Primitive> compile) {
    synchronized (primitives) {
      Primitive primitive = primitives.get(key);
      if (primitive == null) {
        primitive = compile.get();
        primitives.put(key, primitive);
      }
      return primitive;
    }
  }

  int size() {
    synchronized (primitives) {
      return primitives.size();
    }
  }

  private void closeSurplus() {
    if (size() > capacity) {
      use.writeLock().lock();
      try {
        surplus().forEach(Primitive::close);
      } finally {
        use.writeLock().unlock();
      }
    }
  }

  private List<Primitive> surplus() {
    List<Primitive> surplus = new ArrayList<>();
    synchronized (primitives) {
      var oldest = primitives.values().iterator();
      while (primitives.size() > capacity && oldest.hasNext()) {
        surplus.add(oldest.next());
        oldest.remove();
      }
    }
    return surplus;
  }
}
