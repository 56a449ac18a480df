package org.tribuo.distill.engine.internal;

import java.util.Map;
import java.util.Set;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.graph.Tensor;

/** A model that an engine has loaded. Safe for many threads, but not to be closed while it runs. */
public interface LoadedModel extends AutoCloseable {
  /** What the model reads. */
  Signature inputs();

  /** The names of its outputs. */
  Set<String> outputs();

  /**
   * Runs the model.
   *
   * @param inputs a tensor for each of {@link #inputs()}, checked
   * @param outputs some of {@link #outputs()}
   * @return the outputs by name; copies, which stay valid
   * @throws EngineException if the engine fails, or an output is no tensor
   */
  Map<String, Tensor> run(Map<String, Tensor> inputs, Set<String> outputs);

  /** Frees the native memory. */
  @Override
  void close();
}
