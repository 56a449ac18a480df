package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtTrainingSession;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.engine.internal.Signature;
import org.tribuo.distill.engine.internal.TrainingSession;
import org.tribuo.distill.file.AtomicFile;
import org.tribuo.distill.file.internal.TemporaryFolder;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/** A training by ONNX Runtime; the one place that touches its training API. */
final class OrtTraining implements TrainingSession {
  /** What deleted files of weights may take of the disk before the garbage collector is called. */
  private static final long MOST_MAPPED = 1L << 30;

  private static final AtomicLong MAPPED = new AtomicLong();

  private final OrtTrainingSession session;
  private final Signature signature;
  private final Set<String> parameters;
  private final boolean decaysWeights;
  private final InputBuffers buffers;
  private long optimizerSteps;
  private boolean updateFollows;
  private boolean closed;

  private OrtTraining(
      OrtTrainingSession session, Signature signature, TrainingArtifacts artifacts) {
    this.session = session;
    this.signature = signature;
    this.parameters = artifacts.checkpoint().trainable().keySet();
    this.decaysWeights = artifacts.weightDecayModel().isPresent();
    this.buffers = new InputBuffers();
    this.optimizerSteps = artifacts.checkpoint().optimizer().map(OptimizerState::step).orElse(0L);
  }

  /**
   * Loads artifacts. What ONNX Runtime must find in files is written to a private temporary folder,
   * which is deleted before this method returns.
   *
   * @param seed for operators that draw random numbers, such as Dropout
   * @throws IllegalArgumentException if the checkpoint is larger than 2 GB, or a parameter is no
   *     input of the training model
   * @throws EngineException if ONNX Runtime refuses the artifacts
   * @throws org.tribuo.distill.engine.RuntimeUnavailableException if ONNX Runtime or the execution
   *     provider cannot be used
   * @throws IOException if the temporary files cannot be written
   */
  static OrtTraining open(TrainingArtifacts artifacts, Device device, long seed)
      throws IOException {
    Signature signature = signature(artifacts);
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      artifacts.writeTo(folder.path());
      return new OrtTraining(create(artifacts, folder.path(), device, seed), signature, artifacts);
    } catch (OrtException e) {
      throw new EngineException("ONNX Runtime refuses the artifacts: " + e.getMessage(), e);
    }
  }

  /** ONNX Runtime's seed is one for all: a session must be made before another one sets it. */
  private static OrtTrainingSession create(
      TrainingArtifacts artifacts, Path folder, Device device, long seed) throws OrtException {
    OrtRuntime runtime = OrtRuntime.loaded();
    runtime.requireTraining();
    synchronized (OrtTraining.class) {
      try (SessionOptions options = OrtOptions.of(device)) {
        OrtTrainingSession.setSeed(seed);
        return runtime
            .environment()
            .createTrainingSession(
                TrainingArtifacts.checkpointIn(folder).toString(),
                TrainingArtifacts.trainingModelIn(folder).toString(),
                artifacts.weightDecayModel().isPresent()
                    ? TrainingArtifacts.weightDecayModelIn(folder).toString()
                    : null,
                TrainingArtifacts.optimizerModelIn(folder).toString(),
                options);
      }
    }
  }

  private static Signature signature(TrainingArtifacts artifacts) {
    Map<String, TensorType> batch =
        new LinkedHashMap<>(Graph.of(artifacts.trainingModel()).inputs());
    Checkpoint checkpoint = artifacts.checkpoint();
    for (Map<String, Tensor> kind : List.of(checkpoint.trainable(), checkpoint.frozen())) {
      for (String name : kind.keySet()) {
        if (batch.remove(name) == null) {
          throw new IllegalArgumentException(
              "Parameter '%s' of the checkpoint is no input of the training model".formatted(name));
        }
      }
    }
    batch.keySet().removeIf(GradientNames::isBuffer);
    batch.remove(GradientNames.RESET);
    return new Signature(batch);
  }

  @Override
  public Map<String, TensorType> inputs() {
    Map<String, TensorType> inputs = new LinkedHashMap<>(signature.inputs());
    inputs.remove(TrainingArtifacts.UPDATE_FOLLOWS);
    return inputs;
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
    Map<String, Tensor> all = batch;
    if (signature.inputs().containsKey(TrainingArtifacts.UPDATE_FOLLOWS)) {
      all = new LinkedHashMap<>(batch);
      all.put(TrainingArtifacts.UPDATE_FOLLOWS, Tensor.of(new boolean[] {last}, 1));
    }
    Map<String, Tensor> sorted = signature.sorted(all);
    signature.checkSymbolicSizes(sorted);
    return run("The training step", session::trainStep, sorted);
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
    if (decaysWeights) {
      Tensor rate = Tensor.of(new float[] {learningRate}, 1);
      run("Weight decay", session::evalStep, Map.of(OptimizerGraph.LEARNING_RATE, rate));
    }
    try {
      session.setLearningRate(learningRate);
      session.optimizerStep();
    } catch (OrtException e) {
      throw failed("The optimizer", e);
    }
    optimizerSteps++;
    discardGradients();
  }

  @Override
  public void discardGradients() {
    requireOpen();
    updateFollows = false;
    try {
      session.lazyResetGrad();
    } catch (OrtException e) {
      throw failed("Dropping the gradients", e);
    }
  }

  @Override
  public Map<String, Tensor> weights() throws IOException {
    requireOpen();
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      Path file = TrainingArtifacts.checkpointIn(folder.path());
      save(file, false);
      makeRoomOnDisk(Files.size(file));
      Map<String, Tensor> saved = CheckpointReader.read(file).trainable();
      Map<String, Tensor> weights = new LinkedHashMap<>();
      for (String name : parameters) {
        weights.put(name, Objects.requireNonNull(saved.get(name), name));
      }
      return weights;
    }
  }

  /** The garbage collector sees Java's objects, and not how much of the disk depends on them. */
  private static void makeRoomOnDisk(long bytes) {
    if (MAPPED.addAndGet(bytes) > MOST_MAPPED) {
      MAPPED.set(bytes);
      System.gc();
    }
  }

  @Override
  public void saveCheckpoint(Path file) throws IOException {
    requireOpen();
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      Path saved = TrainingArtifacts.checkpointIn(folder.path());
      save(saved, true);
      AtomicFile.write(file, channel -> Files.copy(saved, Channels.newOutputStream(channel)));
    }
  }

  private void save(Path file, boolean withOptimizer) throws IOException {
    try {
      session.saveCheckpoint(file, withOptimizer);
    } catch (OrtException e) {
      throw new IOException("ONNX Runtime cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  /** Frees the native memory. May be called twice. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      session.close();
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

  /** A run of one of the session's models. */
  private interface NativeRun {
    OrtSession.Result on(Map<String, OnnxTensor> inputs) throws OrtException;
  }

  /** Runs a model and copies what it returns, without the bools. */
  private Map<String, Tensor> run(String what, NativeRun model, Map<String, Tensor> inputs) {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
        tensors.put(input.getKey(), buffers.fill(input.getKey(), input.getValue()));
      }
      try (OrtSession.Result result = model.on(tensors)) {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        for (Map.Entry<String, OnnxValue> output : result) {
          Tensor value = OrtTensors.of((OnnxTensor) output.getValue());
          if (value.elementType() != ElementType.BOOL) {
            outputs.put(output.getKey(), value);
          }
        }
        return outputs;
      }
    } catch (OrtException e) {
      throw failed(what, e);
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }
}
