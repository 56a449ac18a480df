package org.tribuo.distill.engine.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/**
 * A training under way.
 *
 * <pre>{@code
 * try (TrainingSession session = Engines.training().train(graph, optimizer, device, seed)) {
 *   for (Map<String, Tensor> batch : batches) {
 *     Map<String, Tensor> losses = session.step(batch);
 *     session.optimizerStep(learningRate);
 *   }
 *   Map<String, Tensor> weights = session.weights();
 * }
 * }</pre>
 *
 * A large batch can be taken in parts whose gradients are added up: {@link #accumulate} for each
 * part but the last, {@link #step} for the last one.
 *
 * <p>The same graph, batches, device and seed give the same weights to the last bit on one machine.
 * Not safe for several threads.
 */
public interface TrainingSession extends AutoCloseable {
  /** The name of a number that is reported: the norm of all gradients before they were clipped. */
  String GRADIENT_NORM = "gradient_norm";

  /** The inputs that {@link #step} reads, with their types. */
  Map<String, TensorType> inputs();

  /** The updates of the weights so far, including those of a run that this one continues. */
  long optimizerSteps();

  /**
   * Computes losses and gradients of a batch, or of the last part of one.
   *
   * @param batch a tensor for each of {@link #inputs()}
   * @return the losses of the training graph, in its order, and {@value #GRADIENT_NORM} where
   *     gradients are clipped
   * @throws IllegalArgumentException if the batch does not fit the inputs
   * @throws EngineException if the engine fails
   * @throws IllegalStateException if the session is closed, or the last step's gradients are not
   *     used yet
   */
  Map<String, Tensor> step(Map<String, Tensor> batch);

  /**
   * As {@link #step}, for a part of a batch that is not the last one.
   *
   * @return as {@link #step}, for this part; the norm is that of the gradients added up so far
   */
  Map<String, Tensor> accumulate(Map<String, Tensor> batch);

  /**
   * Updates the weights by the gradients that were added up, and starts again with none.
   *
   * @param learningRate finite and not negative
   * @throws IllegalArgumentException if the learning rate is out of range
   * @throws EngineException if the engine fails
   * @throws IllegalStateException if the session is closed, or {@link #step} did not come before
   */
  void optimizerStep(float learningRate);

  /**
   * Drops the gradients that were added up. The weights stay as they are.
   *
   * @throws IllegalStateException if the session is closed
   */
  void discardGradients();

  /**
   * The parameters as they are now, in the order of the training graph. They may be views of a
   * mapped file, which take no room among Java's objects.
   *
   * @throws IllegalStateException if the session is closed
   * @throws IOException if the engine cannot write them to a temporary file
   */
  Map<String, Tensor> weights() throws IOException;

  /**
   * Writes parameters and optimizer state, whole or not at all, for {@link TrainingEngine#resume}.
   *
   * @throws IllegalStateException if the session is closed
   * @throws IOException if the file cannot be written
   */
  void saveCheckpoint(Path file) throws IOException;

  /** Frees the native memory. May be called twice. */
  @Override
  void close();
}
