package org.tribuo.distill.engine.internal;

import java.io.IOException;
import java.nio.file.Path;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.engine.RuntimeUnavailableException;

/** An engine that trains, too. */
public interface TrainingEngine extends Engine {
  /**
   * Starts a training from the parameters in a graph.
   *
   * @param seed for operators that draw random numbers, such as Dropout
   * @throws org.tribuo.distill.graph.GraphException if the optimizer names a parameter that the
   *     graph does not train
   * @throws IllegalArgumentException if the parameters are larger than the engine can take
   * @throws EngineException if the engine refuses the graph
   * @throws RuntimeUnavailableException if the library, the provider, the device or the precision
   *     cannot be used
   * @throws IOException if temporary files cannot be written
   */
  TrainingSession train(TrainingGraph graph, Optimizer optimizer, Device device, long seed)
      throws IOException;

  /**
   * Continues a training that {@link TrainingSession#saveCheckpoint} has saved, to the same bits as
   * if it had not been interrupted.
   *
   * @param checkpoint a file of this engine, of a training of the same graph
   * @throws IllegalArgumentException if the checkpoint is of another graph
   * @throws IOException if the checkpoint cannot be read or is damaged
   */
  TrainingSession resume(
      TrainingGraph graph, Optimizer optimizer, Device device, long seed, Path checkpoint)
      throws IOException;
}
