package org.tribuo.distill.training;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
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
import org.tribuo.distill.file.TemporaryFolder;
import org.tribuo.distill.graph.AtomicFile;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.runtime.RuntimeUnavailableException;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.distill.runtime.TrainingRuntime;

/**
 * Steps through a training model with ONNX Runtime; the one place that touches its training API.
 *
 * <pre>{@code
 * try (TrainingSession session = TrainingSession.open(artifacts, settings, seed)) {
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
 * <p>The same artifacts, batches, settings and seed give the same weights to the last bit on one
 * machine. Not safe for several threads.
 */
public final class TrainingSession implements AutoCloseable {
  /** What deleted files of weights may take of the disk before the garbage collector is asked. */
  private static final long MOST_MAPPED = 1L << 30;

  private static final AtomicLong MAPPED = new AtomicLong();

  private final OrtTrainingSession session;
  private final BatchSignature signature;
  private final Set<String> parameters;
  private final boolean decaysWeights;
  private final InputBuffers buffers;
  private long optimizerSteps;
  private boolean updateFollows;
  private boolean closed;

  private TrainingSession(
      OrtTrainingSession session, BatchSignature signature, TrainingArtifacts artifacts) {
    this.session = session;
    this.signature = signature;
    this.parameters = artifacts.checkpoint().trainable().keySet();
    this.decaysWeights = artifacts.weightDecayModel().isPresent();
    this.buffers = new InputBuffers(TrainingRuntime.environment());
    this.optimizerSteps = artifacts.checkpoint().optimizer().map(OptimizerState::step).orElse(0L);
  }

  /**
   * Loads artifacts. What ONNX Runtime must find in files is written to a private temporary folder,
   * which is deleted before this method returns.
   *
   * @param seed for operators that draw random numbers, such as Dropout
   * @throws IllegalArgumentException if the checkpoint is larger than 2 GB, or a parameter is no
   *     input of the training model
   * @throws TrainingException if ONNX Runtime refuses the artifacts
   * @throws RuntimeUnavailableException if ONNX Runtime or the execution provider cannot be used
   * @throws IOException if the temporary files cannot be written
   */
  public static TrainingSession open(
      TrainingArtifacts artifacts, SessionSettings settings, long seed) throws IOException {
    BatchSignature signature = signature(artifacts);
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      artifacts.writeTo(folder.path());
      return new TrainingSession(
          create(artifacts, folder.path(), settings, seed), signature, artifacts);
    } catch (OrtException e) {
      throw new TrainingException("ONNX Runtime refuses the artifacts: " + e.getMessage(), e);
    }
  }

  /** ONNX Runtime's seed is one for all: a session must be made before another one sets it. */
  private static OrtTrainingSession create(
      TrainingArtifacts artifacts, Path folder, SessionSettings settings, long seed)
      throws OrtException {
    OrtEnvironment environment = TrainingRuntime.environment();
    synchronized (TrainingSession.class) {
      try (SessionOptions options = settings.newOptions()) {
        OrtTrainingSession.setSeed(seed);
        return environment.createTrainingSession(
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

  private static BatchSignature signature(TrainingArtifacts artifacts) {
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
    return new BatchSignature(batch);
  }

  /** The inputs that {@link #step} wants, with their types. */
  public Map<String, TensorType> inputs() {
    Map<String, TensorType> inputs = new LinkedHashMap<>(signature.inputs());
    inputs.remove(TrainingArtifacts.UPDATE_FOLLOWS);
    return inputs;
  }

  /** The updates of the weights so far, including those of a run that this one continues. */
  public long optimizerSteps() {
    return optimizerSteps;
  }

  /**
   * Computes losses and gradients of a batch, or of the last part of one.
   *
   * @param batch a tensor for each of {@link #inputs()}
   * @return what the training model reports: the loss, its terms, and {@value
   *     TrainingArtifacts#GRADIENT_NORM} where gradients are clipped
   * @throws IllegalArgumentException if the batch does not fit the inputs
   * @throws NonFiniteLossException if one of the numbers is not finite; the gradients are dropped
   * @throws TrainingException if ONNX Runtime fails
   * @throws IllegalStateException if the session is closed
   */
  public Map<String, Tensor> step(Map<String, Tensor> batch) {
    Map<String, Tensor> losses = addGradients(batch, true);
    updateFollows = true;
    return losses;
  }

  /**
   * As {@link #step}, for a part of a batch that is not the last one.
   *
   * @return as {@link #step}, for this part; the norm is that of the gradients added up so far
   */
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
    Map<String, Tensor> reported =
        run("The training step", session::trainStep, signature.sort(all));
    requireFinite(reported);
    return reported;
  }

  /** The loss comes first and is not finite if a part of it is not: a part is the cause. */
  private void requireFinite(Map<String, Tensor> reported) {
    List<String> notFinite =
        reported.keySet().stream()
            .filter(name -> !isFinite(Objects.requireNonNull(reported.get(name))))
            .toList();
    if (!notFinite.isEmpty()) {
      dropGradients();
      String cause =
          notFinite.stream()
              .skip(1)
              .filter(name -> !name.equals(TrainingArtifacts.GRADIENT_NORM))
              .findFirst()
              .orElse(notFinite.get(0));
      float value = Objects.requireNonNull(reported.get(cause)).toFloats()[0];
      throw new NonFiniteLossException(optimizerSteps + 1, cause, value);
    }
  }

  private static boolean isFinite(Tensor number) {
    return number.elementType() != ElementType.FLOAT
        || number.elements() != 1
        || Float.isFinite(number.toFloats()[0]);
  }

  /**
   * Updates the weights by the gradients that were added up, and starts anew with none.
   *
   * @param learningRate finite and not negative
   * @throws IllegalArgumentException if the learning rate is out of range
   * @throws TrainingException if ONNX Runtime fails
   * @throws IllegalStateException if the session is closed, or {@link #step} did not come before
   */
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
    updateFollows = false;
    dropGradients();
  }

  private void dropGradients() {
    try {
      session.lazyResetGrad();
    } catch (OrtException e) {
      throw failed("Dropping the gradients", e);
    }
  }

  /**
   * The trainable parameters as they are now, in the order of the checkpoint from which training
   * started. They are views of a mapped file that is deleted already, and take no room among Java's
   * objects; the disk has them until the garbage collector finds that nobody can reach them.
   *
   * @throws IllegalStateException if the session is closed
   * @throws IOException if ONNX Runtime cannot write them to a temporary file
   */
  public Map<String, Tensor> weights() throws IOException {
    requireOpen();
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      Path file = TrainingArtifacts.checkpointIn(folder.path());
      save(file, false);
      makeRoomOnDisk(Files.size(file));
      Map<String, Tensor> saved = Checkpoint.read(file).trainable();
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

  /**
   * Writes parameters and optimizer state, whole or not at all. A session that is opened with this
   * checkpoint continues the training.
   *
   * @throws IllegalStateException if the session is closed
   * @throws IOException if the file cannot be written
   */
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

  private TrainingException failed(String what, OrtException cause) {
    return new TrainingException(
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
          Tensor value = Tensor.of((OnnxTensor) output.getValue());
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
