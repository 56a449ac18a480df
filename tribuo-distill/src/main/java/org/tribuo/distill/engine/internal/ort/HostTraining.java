package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.engine.internal.Optimizer;
import org.tribuo.distill.engine.internal.Signature;
import org.tribuo.distill.engine.internal.TrainingGraph;
import org.tribuo.distill.engine.internal.TrainingSession;
import org.tribuo.distill.graph.Tensor;

/**
 * A training on the processor: an ordinary session computes losses and gradients from weights that
 * it is handed where they lie, and a {@link HostOptimizer} changes them there. The session's
 * gradients are used as they are; only those of a batch in parts are added up.
 */
final class HostTraining implements TrainingBackend {
  private final OrtSession session;
  private final GradientModel model;
  private final Workers workers;
  private final HostOptimizer optimizer;
  private final boolean clips;
  private final InputBuffers buffers = new InputBuffers();
  private final long earlierSteps;
  private @Nullable Gradients gradients;
  private int parts;

  /** The gradients of the batch, or of its parts so far, which belong to the result of a run. */
  private record Gradients(OrtSession.Result run, List<FloatBuffer> values, float norm) {}

  private HostTraining(
      OrtSession session,
      GradientModel model,
      Workers workers,
      HostOptimizer optimizer,
      Optimizer settings) {
    this.session = session;
    this.model = model;
    this.workers = workers;
    this.optimizer = optimizer;
    this.clips = settings.maxGradientNorm().isPresent();
    this.earlierSteps = optimizer.steps();
  }

  /**
   * Starts a training, or continues one.
   *
   * @throws IllegalArgumentException if the checkpoint is of another graph
   */
  static HostTraining open(
      TrainingGraph graph,
      Optimizer settings,
      Device device,
      long seed,
      Optional<Checkpoint> checkpoint) {
    GradientModel model = GradientModel.of(graph, seed);
    Checkpoint start = checkpoint.map(model::sorted).orElse(Checkpoint.of(model.parameters()));
    OrtRuntime.loaded().requireTraining();
    Workers workers = Workers.of(device);
    try {
      HostOptimizer optimizer = new HostOptimizer(settings, start, workers);
      try {
        return new HostTraining(session(model, device, seed), model, workers, optimizer, settings);
      } catch (OrtException | RuntimeException e) {
        optimizer.close();
        throw e;
      }
    } catch (OrtException e) {
      throw new EngineException("ONNX Runtime refuses the training graph: " + e.getMessage(), e);
    }
  }

  private static OrtSession session(GradientModel model, Device device, long seed)
      throws OrtException {
    try (SessionOptions options = OrtOptions.of(device)) {
      options.addConfigEntry("session.disable_prepacking", "1");
      // Threads that wait for the next operator would take the processors from the optimizer.
      options.addConfigEntry("session.force_spinning_stop", "1");
      return RuntimeSeed.during(seed, () -> OrtEngine.open(model.model(), options));
    }
  }

  @Override
  public Signature batch() {
    return model.batch();
  }

  @Override
  public long earlierSteps() {
    return earlierSteps;
  }

  @Override
  public Map<String, Tensor> addGradients(Map<String, Tensor> batch, boolean last)
      throws OrtException {
    Map<String, Tensor> reported = new LinkedHashMap<>();
    OrtSession.Result run = run(batch);
    Gradients sum;
    try {
      for (String loss : model.losses()) {
        reported.put(loss, OrtTensors.of(output(run, loss)));
      }
      sum = added(run);
    } catch (RuntimeException e) {
      run.close();
      throw e;
    }
    if (clips) {
      reported.put(TrainingSession.GRADIENT_NORM, Tensor.scalar(sum.norm()));
    }
    gradients = sum;
    parts++;
    return reported;
  }

  /** The gradients of a run, or where there are some already, those with them. */
  private Gradients added(OrtSession.Result run) {
    List<FloatBuffer> values = new ArrayList<>();
    for (String output : model.gradients().values()) {
      values.add(HostOptimizer.floats(output(run, output)));
    }
    @Nullable Gradients before = gradients;
    if (before == null) {
      return new Gradients(run, values, norm(values));
    }
    optimizer.add(values, before.values());
    float norm = norm(before.values());
    run.close();
    return new Gradients(before.run(), before.values(), norm);
  }

  private float norm(List<FloatBuffer> values) {
    return clips ? optimizer.norm(values) : 0;
  }

  private OrtSession.Result run(Map<String, Tensor> batch) throws OrtException {
    try (InputBuffers.Filled inputs = buffers.fill(batch);
        InputBuffers.Filled masks =
            model.masks().draw(batch, optimizer.steps(), parts, workers, optimizer.memory())) {
      Map<String, OnnxTensor> all = new LinkedHashMap<>(optimizer.weights());
      all.putAll(inputs.byName());
      all.putAll(masks.byName());
      return session.run(all);
    }
  }

  private static OnnxTensor output(OrtSession.Result run, String name) {
    return (OnnxTensor) run.get(name).orElseThrow();
  }

  @Override
  public void update(float learningRate) {
    Gradients used = Objects.requireNonNull(gradients);
    optimizer.update(used.values(), used.norm(), learningRate);
    discardGradients();
  }

  @Override
  public void discardGradients() {
    @Nullable Gradients unused = gradients;
    gradients = null;
    parts = 0;
    if (unused != null) {
      unused.run().close();
    }
  }

  @Override
  public Map<String, Tensor> weights() throws IOException {
    return MappedWeights.copyOf(optimizer.parameters());
  }

  @Override
  public void save(Path file) throws IOException {
    CheckpointWriter.write(optimizer.checkpoint(), file);
  }

  @Override
  public void close() {
    discardGradients();
    try {
      session.close();
    } catch (OrtException e) {
      throw new EngineException("ONNX Runtime does not end a session: " + e.getMessage(), e);
    } finally {
      optimizer.close();
      workers.close();
    }
  }
}
