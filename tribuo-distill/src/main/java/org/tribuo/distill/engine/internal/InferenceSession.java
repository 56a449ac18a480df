package org.tribuo.distill.engine.internal;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.engine.RuntimeUnavailableException;
import org.tribuo.distill.graph.Tensor;

/**
 * A model that can be run: the one way to run a model. It is loaded when it is run for the first
 * time, and again when it is run after it was closed; so closing frees the native memory and takes
 * nothing away. A session that the caller does not close is closed after the garbage collector has
 * found it unreachable. Safe for many threads, {@link #close} and {@link #runOn} included.
 */
public final class InferenceSession implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  private final Function<Device, LoadedModel> loader;
  private volatile Device device;

  /** Many may run at once, but none while the model is loaded or closed. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private final Holder loaded = new Holder();

  /**
   * A session in which nothing is loaded yet.
   *
   * @param loader loads the model for a device; what it throws is thrown by {@link #run}
   */
  public InferenceSession(Function<Device, LoadedModel> loader, Device device) {
    this.loader = loader;
    this.device = device;
    CLEANER.register(this, loaded::close);
  }

  /**
   * What is loaded, or nothing. It does not know the session, so that it can be closed when the
   * session is unreachable.
   */
  private static final class Holder {
    private final AtomicReference<@Nullable LoadedModel> model = new AtomicReference<>();

    @Nullable LoadedModel get() {
      return model.get();
    }

    void keep(LoadedModel opened) {
      model.set(opened);
    }

    void close() {
      LoadedModel opened = model.getAndSet(null);
      if (opened != null) {
        opened.close();
      }
    }
  }

  /** Where the model runs. */
  public Device device() {
    return device;
  }

  /**
   * Runs the model.
   *
   * @param inputs a tensor for each input of the model, and no others
   * @param outputs the names of the outputs to compute
   * @return these outputs by name
   * @throws IllegalArgumentException if the inputs do not fit those of the model, or it has no such
   *     output; the message lists both sides
   * @throws EngineException if the engine refuses the model or fails, or an output is no tensor
   * @throws RuntimeUnavailableException if the engine or the device cannot be used
   */
  public Map<String, Tensor> run(Map<String, Tensor> inputs, Set<String> outputs) {
    while (true) {
      lock.readLock().lock();
      try {
        LoadedModel model = loaded.get();
        if (model != null) {
          checkOutputs(model, outputs);
          return model.run(model.inputs().sorted(inputs), outputs);
        }
      } finally {
        lock.readLock().unlock();
        // This may be unreachable already, but what is loaded must stay until here.
        Reference.reachabilityFence(this);
      }
      ensureLoaded();
    }
  }

  /**
   * The names of the outputs of what is loaded, which it is now if it was not.
   *
   * @throws RuntimeException as {@link #run}
   */
  public Set<String> outputs() {
    while (true) {
      LoadedModel model = loaded.get();
      if (model != null) {
        return model.outputs();
      }
      ensureLoaded();
    }
  }

  private static void checkOutputs(LoadedModel model, Set<String> outputs) {
    if (outputs.isEmpty() || !model.outputs().containsAll(outputs)) {
      throw new IllegalArgumentException(
          "The outputs %s are to be computed, expected some of %s"
              .formatted(new TreeSet<>(outputs), model.outputs()));
    }
  }

  /** Closes this session; the next run is on another device. */
  public void runOn(Device other) {
    lock.writeLock().lock();
    try {
      close();
      device = other;
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Frees the native memory, after the runs that are under way. May be called twice. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      loaded.close();
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void ensureLoaded() {
    lock.writeLock().lock();
    try {
      if (loaded.get() == null) {
        loaded.keep(loader.apply(device));
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
