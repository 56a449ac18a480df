package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.tribuo.distill.engine.internal.Signature;
import org.tribuo.distill.graph.Tensor;

/**
 * What computes gradients and updates weights for an {@link OrtTraining}, which checks arguments
 * and the order of the calls.
 */
interface TrainingBackend extends AutoCloseable {
  /** The inputs of a batch. */
  Signature batch();

  /** The updates that the weights have seen before this session. */
  long earlierSteps();

  /**
   * Adds a batch's gradients to those that are there.
   *
   * @param batch sorted and checked
   * @param last whether an update follows
   * @return the losses, and the norm where gradients are clipped
   */
  Map<String, Tensor> addGradients(Map<String, Tensor> batch, boolean last) throws OrtException;

  /** Updates the weights and drops the gradients. */
  void update(float learningRate) throws OrtException;

  /** Drops the gradients. */
  void discardGradients() throws OrtException;

  /** The parameters as they are now. */
  Map<String, Tensor> weights() throws OrtException, IOException;

  /** Writes parameters and optimizer state into a folder that is there. */
  void save(Path file) throws OrtException, IOException;

  /** Frees the native memory. */
  @Override
  void close();
}
