package org.tribuo.distill.engine;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.pass.InferenceForm;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.distill.runtime.TrainingRuntime;

/**
 * A model that can be run. ONNX Runtime loads it when it is run for the first time, and again when
 * it is run after it was closed; so closing frees the native memory and takes nothing away. What
 * nobody has closed is closed after the garbage collector has found that nobody can reach it. Safe
 * for many threads.
 */
public final class InferenceSession implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  private final OnnxModel model;
  private volatile SessionSettings settings;

  /** Many may run at once, but none while the session is opened or closed. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private final LoadedModel loaded;

  /** A session that is not yet opened. */
  public InferenceSession(OnnxModel model, SessionSettings settings) {
    this(model, settings, new LoadedModel());
  }

  /**
   * As above.
   *
   * @param loaded holds what ONNX Runtime loads for this session alone
   */
  public InferenceSession(OnnxModel model, SessionSettings settings, LoadedModel loaded) {
    this.model = model;
    this.settings = settings;
    this.loaded = loaded;
    CLEANER.register(this, loaded::close);
  }

  /** Where the model is run. */
  public SessionSettings settings() {
    return settings;
  }

  /**
   * Runs the model.
   *
   * @param inputs a tensor for each input of the model
   * @param outputs the names of the outputs that are asked for
   * @return the outputs by name
   * @throws GraphException if ONNX Runtime refuses the model or the inputs, or an output is no
   *     tensor
   * @throws org.tribuo.distill.runtime.RuntimeUnavailableException if the provider cannot be used
   */
  public Map<String, Tensor> run(Map<String, Tensor> inputs, Set<String> outputs) {
    while (true) {
      lock.readLock().lock();
      try {
        OrtSession session = loaded.session();
        if (session != null) {
          return run(session, inputs, outputs);
        }
      } catch (OrtException e) {
        throw new GraphException(
            "ONNX Runtime %s fails on inputs %s: %s"
                .formatted(TrainingRuntime.version(), inputs, e.getMessage()),
            e);
      } finally {
        lock.readLock().unlock();
        // Nobody may be left who can reach this, but what is loaded must stay until here.
        Reference.reachabilityFence(this);
      }
      ensureOpen();
    }
  }

  /** Closes this session; the next run is elsewhere. */
  public void runOn(SessionSettings elsewhere) {
    lock.writeLock().lock();
    try {
      close();
      settings = elsewhere;
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

  private void ensureOpen() {
    lock.writeLock().lock();
    try {
      if (loaded.session() == null) {
        loaded.keep(open());
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  private OrtSession open() {
    try {
      return InferenceForm.open(model, settings);
    } catch (OrtException e) {
      throw new GraphException(
          "ONNX Runtime %s does not load the model: %s"
              .formatted(TrainingRuntime.version(), e.getMessage()),
          e);
    }
  }

  private static Map<String, Tensor> run(
      OrtSession session, Map<String, Tensor> inputs, Set<String> outputs) throws OrtException {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
        tensors.put(input.getKey(), input.getValue().toOrt(TrainingRuntime.environment()));
      }
      try (OrtSession.Result result = session.run(tensors, outputs)) {
        Map<String, Tensor> results = new LinkedHashMap<>();
        for (Map.Entry<String, OnnxValue> output : result) {
          if (!(output.getValue() instanceof OnnxTensor tensor)) {
            throw new GraphException("Output '%s' is no tensor".formatted(output.getKey()));
          }
          results.put(output.getKey(), Tensor.of(tensor));
        }
        return results;
      }
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }
}
