package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtTrainingSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.engine.internal.Signature;
import org.tribuo.distill.file.internal.TemporaryFolder;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;

/**
 * A training whose weights, gradients and moments stay in the memory of ONNX Runtime's device, by
 * its training API; the one place that touches it.
 */
final class DeviceTraining implements TrainingBackend {
  private final OrtTrainingSession session;
  private final TrainingArtifacts artifacts;
  private final Signature model;
  private final Signature batch;
  private final InputBuffers buffers = new InputBuffers();

  private DeviceTraining(OrtTrainingSession session, Signature model, TrainingArtifacts artifacts) {
    this.session = session;
    this.artifacts = artifacts;
    this.model = model;
    Map<String, TensorType> inputs = new LinkedHashMap<>(model.inputs());
    inputs.remove(GradientAccumulation.UPDATE_FOLLOWS);
    this.batch = new Signature(inputs);
  }

  /**
   * Loads artifacts. What ONNX Runtime must find in files is written to a private temporary folder,
   * which is deleted before this method returns.
   */
  static DeviceTraining open(TrainingArtifacts artifacts, Device device, long seed)
      throws IOException {
    Signature model = signature(artifacts);
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      artifacts.writeTo(folder.path());
      return new DeviceTraining(create(artifacts, folder.path(), device, seed), model, artifacts);
    } catch (OrtException e) {
      throw new EngineException("ONNX Runtime refuses the artifacts: " + e.getMessage(), e);
    }
  }

  private static OrtTrainingSession create(
      TrainingArtifacts artifacts, Path folder, Device device, long seed) throws OrtException {
    OrtRuntime runtime = OrtRuntime.loaded();
    runtime.requireTraining();
    try (SessionOptions options = OrtOptions.of(device)) {
      return RuntimeSeed.during(
          seed,
          () ->
              runtime
                  .environment()
                  .createTrainingSession(
                      TrainingArtifacts.checkpointIn(folder).toString(),
                      TrainingArtifacts.trainingModelIn(folder).toString(),
                      artifacts.weightDecayModel().isPresent()
                          ? TrainingArtifacts.weightDecayModelIn(folder).toString()
                          : null,
                      TrainingArtifacts.optimizerModelIn(folder).toString(),
                      options));
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
  public Signature batch() {
    return batch;
  }

  @Override
  public long earlierSteps() {
    return artifacts.checkpoint().optimizer().map(OptimizerState::step).orElse(0L);
  }

  @Override
  public Map<String, Tensor> addGradients(Map<String, Tensor> sorted, boolean last)
      throws OrtException {
    Map<String, Tensor> all = new LinkedHashMap<>(sorted);
    if (model.inputs().containsKey(GradientAccumulation.UPDATE_FOLLOWS)) {
      all.put(GradientAccumulation.UPDATE_FOLLOWS, Tensor.of(new boolean[] {last}, 1));
    }
    return run(session::trainStep, model.sorted(all));
  }

  @Override
  public void update(float learningRate) throws OrtException {
    if (artifacts.weightDecayModel().isPresent()) {
      Tensor rate = Tensor.of(new float[] {learningRate}, 1);
      run(session::evalStep, Map.of(OptimizerGraph.LEARNING_RATE, rate));
    }
    session.setLearningRate(learningRate);
    session.optimizerStep();
    discardGradients();
  }

  @Override
  public void discardGradients() throws OrtException {
    session.lazyResetGrad();
  }

  @Override
  public Map<String, Tensor> weights() throws OrtException, IOException {
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      Path file = TrainingArtifacts.checkpointIn(folder.path());
      session.saveCheckpoint(file, false);
      MappedWeights.makeRoomOnDisk(Files.size(file));
      Map<String, Tensor> saved = CheckpointReader.read(file).trainable();
      Map<String, Tensor> weights = new LinkedHashMap<>();
      for (String name : artifacts.checkpoint().trainable().keySet()) {
        weights.put(name, Objects.requireNonNull(saved.get(name), name));
      }
      return weights;
    }
  }

  @Override
  public void save(Path file) throws OrtException {
    session.saveCheckpoint(file, true);
  }

  @Override
  public void close() {
    session.close();
  }

  /** A run of one of the session's models. */
  private interface NativeRun {
    OrtSession.Result on(Map<String, OnnxTensor> inputs) throws OrtException;
  }

  /** Runs a model and copies what it returns, without the bools. */
  private Map<String, Tensor> run(NativeRun model, Map<String, Tensor> inputs) throws OrtException {
    try (InputBuffers.Filled tensors = buffers.fill(inputs);
        OrtSession.Result result = model.on(tensors.byName())) {
      return OrtTensors.withoutFlags(result);
    }
  }
}
