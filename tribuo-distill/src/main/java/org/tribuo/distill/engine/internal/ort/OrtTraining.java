package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.engine.internal.Optimizer;
import org.tribuo.distill.engine.internal.TrainingGraph;
import org.tribuo.distill.engine.internal.TrainingSession;
import org.tribuo.distill.file.AtomicFile;
import org.tribuo.distill.file.internal.TemporaryFolder;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/**
 * A training by ONNX Runtime: on the processor by {@link HostTraining}, on a GPU, where the weights
 * stay in its memory, by {@link DeviceTraining}.
 */
final class OrtTraining implements TrainingSession {
  private final TrainingBackend backend;
  private long optimizerSteps;
  private boolean updateFollows;
  private boolean closed;

  private OrtTraining(TrainingBackend backend) {
    this.backend = backend;
    this.optimizerSteps = backend.earlierSteps();
  }

  /**
   * Starts a training, or continues one.
   *
   * @param checkpoint the state to start from, if it is not that of the graph
   * @param seed for operators that draw random numbers, such as Dropout
   * @throws org.tribuo.distill.graph.GraphException if the optimizer names a parameter that the
   *     graph does not train
   * @throws IllegalArgumentException if the checkpoint is of another graph
   * @throws EngineException if ONNX Runtime refuses the graph
   * @throws org.tribuo.distill.engine.RuntimeUnavailableException if ONNX Runtime or the execution
   *     provider cannot be used
   * @throws IOException if temporary files cannot be written
   */
  static OrtTraining open(
      TrainingGraph graph,
      Optimizer optimizer,
      Device device,
      long seed,
      Optional<Checkpoint> checkpoint)
      throws IOException {
    if (device.provider() == ExecutionProvider.CPU) {
      return new OrtTraining(HostTraining.open(graph, optimizer, device, seed, checkpoint));
    }
    TrainingArtifacts artifacts = TrainingArtifacts.of(graph, optimizer);
    return open(checkpoint.map(artifacts::withCheckpoint).orElse(artifacts), device, seed);
  }

  /**
   * Starts or continues a training by ONNX Runtime's training API, on any device.
   *
   * @param seed for operators that draw random numbers, such as Dropout
   * @throws IllegalArgumentException if the checkpoint is larger than 2 GB, or a parameter is no
   *     input of the training model
   * @throws EngineException if ONNX Runtime refuses the artifacts
   * @throws org.tribuo.distill.engine.RuntimeUnavailableException if ONNX Runtime or the execution
   *     provider cannot be used
   * @throws IOException if temporary files cannot be written
   */
  static OrtTraining open(TrainingArtifacts artifacts, Device device, long seed)
      throws IOException {
    return new OrtTraining(DeviceTraining.open(artifacts, device, seed));
  }

  @Override
  public Map<String, TensorType> inputs() {
    return backend.batch().inputs();
  }

  @Override
  public long optimizerSteps() {
    return optimizerSteps;
  }

  @Override
  public Map<String, Tensor> step(Map<String, Tensor> batch) {
    Map<String, Tensor> losses = addGradients(batch, true);
    updateFollows = true;
    return losses;
  }

  @Override
  public Map<String, Tensor> accumulate(Map<String, Tensor> batch) {
    return addGradients(batch, false);
  }

  private Map<String, Tensor> addGradients(Map<String, Tensor> batch, boolean last) {
    requireOpen();
    if (updateFollows) {
      throw new IllegalStateException(
          "The gradients of the last step are not used yet: call optimizerStep first, or accumulate"
              + " instead of step for all parts of a batch but the last");
    }
    Map<String, Tensor> sorted = backend.batch().sorted(batch);
    backend.batch().checkSymbolicSizes(sorted);
    try {
      return backend.addGradients(sorted, last);
    } catch (OrtException e) {
      throw failed("The training step", e);
    }
  }

  @Override
  public void optimizerStep(float learningRate) {
    requireOpen();
    if (!(learningRate >= 0 && Float.isFinite(learningRate))) {
      throw new IllegalArgumentException(
          "The learning rate must be finite and not negative, but is " + learningRate);
    }
    if (!updateFollows) {
      throw new IllegalStateException("There are no gradients: call step before optimizerStep");
    }
    try {
      backend.update(learningRate);
    } catch (OrtException e) {
      throw failed("The optimizer", e);
    }
    optimizerSteps++;
    updateFollows = false;
  }

  @Override
  public void discardGradients() {
    requireOpen();
    updateFollows = false;
    try {
      backend.discardGradients();
    } catch (OrtException e) {
      throw failed("Dropping the gradients", e);
    }
  }

  @Override
  public Map<String, Tensor> weights() throws IOException {
    requireOpen();
    try {
      return backend.weights();
    } catch (OrtException e) {
      throw new IOException("ONNX Runtime cannot write the weights: " + e.getMessage(), e);
    }
  }

  @Override
  public void saveCheckpoint(Path file) throws IOException {
    requireOpen();
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      Path saved = TrainingArtifacts.checkpointIn(folder.path());
      backend.save(saved);
      AtomicFile.write(file, channel -> Files.copy(saved, Channels.newOutputStream(channel)));
    } catch (OrtException e) {
      throw new IOException("ONNX Runtime cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  /** Frees the native memory. May be called twice. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      backend.close();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The training session is closed");
    }
  }

  private EngineException failed(String what, OrtException cause) {
    return new EngineException(
        "%s failed at step %d: %s".formatted(what, optimizerSteps + 1, cause.getMessage()), cause);
  }
}
