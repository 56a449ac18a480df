package org.tribuo.distill.teacher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Engine;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.engine.Engines;
import org.tribuo.distill.engine.ExecutionProvider;
import org.tribuo.distill.engine.InferenceSession;
import org.tribuo.distill.engine.LoadedModel;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.pass.LogitsBelow;
import org.tribuo.distill.output.LabelOrder;
import org.tribuo.distill.transformer.LogitsOutput;

/**
 * An ONNX model that is asked for its logits. The file is read and checked when a teacher is
 * opened; the engine loads it when the first batch is asked for, so a teacher whose soft targets
 * are kept costs no more than its digest. Safe for many threads.
 *
 * <pre>{@code
 * try (Teacher teacher = Teacher.open(TeacherSettings.of(Path.of("teacher.onnx"), labels))) {
 *   Tensor logits = teacher.logits(batch); // [rows, labels]
 * }
 * }</pre>
 */
public final class Teacher implements AutoCloseable {
  /** How far the sum of probabilities may be from 1. */
  private static final double PROBABILITIES_TOLERANCE = 1e-4;

  private final TeacherSettings settings;
  private final ModelFiles files;
  private final Map<String, TensorType> inputs;

  /** The output of the file that was asked for. */
  private final String declared;

  /** That output, or the one of the logits below it. */
  private final String output;

  private final InferenceSession session;
  private volatile boolean closed;

  private Teacher(
      TeacherSettings settings,
      ModelFiles files,
      Map<String, TensorType> inputs,
      String declared,
      String output) {
    this.settings = settings;
    this.files = files;
    this.inputs = inputs;
    this.declared = declared;
    this.output = output;
    this.session = new InferenceSession(this::load, settings.device());
  }

  /**
   * Reads and checks a teacher's model.
   *
   * @throws IOException if the file is not there or cannot be read
   * @throws org.tribuo.distill.graph.GraphException if it is not a whole ONNX model of a known
   *     opset, or its external data is missing or of another size
   * @throws TeacherException if no output, or more than one, can hold logits for these labels, or
   *     it holds maps
   */
  public static Teacher open(TeacherSettings settings) throws IOException {
    OnnxModel model = OnnxModel.read(settings.model());
    Graph graph = Graph.of(model);
    String declared = logits(settings, graph);
    return new Teacher(
        settings,
        ModelFiles.of(settings.model(), model.externalDataFiles()),
        Collections.unmodifiableMap(new LinkedHashMap<>(graph.inputs())),
        declared,
        settings.values() ? declared : logitsBelow(settings, graph, declared));
  }

  private static String logits(TeacherSettings settings, Graph graph) {
    try {
      return LogitsOutput.find(
          "The teacher '%s'".formatted(settings.model()),
          graph,
          settings.labels().size(),
          settings.logits());
    } catch (GraphException e) {
      throw new TeacherException(String.valueOf(e.getMessage()), e);
    }
  }

  private static String logitsBelow(TeacherSettings settings, Graph graph, String declared) {
    try {
      return LogitsBelow.of(graph, declared);
    } catch (GraphException e) {
      throw new TeacherException(
          "The teacher '%s': %s".formatted(settings.model(), e.getMessage()), e);
    }
  }

  public TeacherSettings settings() {
    return settings;
  }

  /** The names of the logits' columns. */
  public LabelOrder labels() {
    return settings.labels();
  }

  /** The inputs by name, in the order of the model. */
  public Map<String, TensorType> inputs() {
    return inputs;
  }

  /**
   * The name of the output that holds the logits; where the file's own output holds probabilities,
   * that of the value that they are made of.
   */
  public String output() {
    return output;
  }

  /** SHA-256 of the model's file; where there is external data, of the digests of all files. */
  public String sha256() {
    return files.sha256();
  }

  /** SHA-256 of each file, as text, the model's own first. */
  public Map<String, String> fileDigests() {
    Map<String, String> digests = new LinkedHashMap<>();
    files.versions().forEach((file, version) -> digests.put(file.toString(), version.sha256()));
    return Collections.unmodifiableMap(digests);
  }

  /**
   * Where the nodes are executed, in order of preference. What a GPU has no kernel for runs on the
   * CPU.
   */
  public List<ExecutionProvider> providers() {
    return settings.device().providers();
  }

  /** What the soft targets for some inputs are found by. */
  public SoftTargetKey keyFor(TeacherInputs rows) {
    Device device = settings.device();
    return new SoftTargetKey(
        sha256(), output, device.provider(), device.computedPrecision(), rows.sha256());
  }

  /**
   * Checks that a batch with tensors of these names can be run.
   *
   * @throws TeacherException if the model has other inputs; the message lists both sides
   */
  public void checkInputNames(Set<String> names) {
    Set<String> missing = new TreeSet<>(inputs.keySet());
    missing.removeAll(names);
    Set<String> unexpected = new TreeSet<>(names);
    unexpected.removeAll(inputs.keySet());
    if (!missing.isEmpty() || !unexpected.isEmpty()) {
      throw new TeacherException(
          "The teacher '%s' takes the inputs %s but is given %s: missing %s, unexpected %s"
              .formatted(
                  settings.model(), inputs.keySet(), new TreeSet<>(names), missing, unexpected));
    }
  }

  /**
   * Runs the teacher.
   *
   * @return float32 logits [rows of the batch, labels], all finite
   * @throws TeacherException if the batch does not fit the model's inputs, the logits do not fit
   *     rows and labels or are not finite, the model's files have changed, or the engine fails
   * @throws org.tribuo.distill.engine.RuntimeUnavailableException if the provider cannot be used
   * @throws IllegalStateException if this teacher is closed
   */
  public Tensor logits(TeacherBatch batch) {
    checkInputNames(batch.inputs().keySet());
    inputs.forEach((name, type) -> checkFits(name, type, batch));
    if (closed) {
      throw isClosed();
    }
    try {
      Tensor logits = session.run(batch.inputs(), Set.of(output)).get(output);
      return checked(Objects.requireNonNull(logits, output), batch);
    } catch (EngineException e) {
      throw new TeacherException(
          "The teacher '%s' failed on %s: %s"
              .formatted(settings.model(), described(batch), e.getMessage()),
          e);
    }
  }

  /** Frees the native memory, after the batches that are running. May be called twice. */
  @Override
  public void close() {
    closed = true;
    try {
      session.close();
    } catch (EngineException e) {
      throw new TeacherException(
          "The teacher '%s' cannot be closed: %s".formatted(settings.model(), e.getMessage()), e);
    }
  }

  private IllegalStateException isClosed() {
    return new IllegalStateException("The teacher '%s' is closed".formatted(settings.model()));
  }

  /** Reads the file again, so that a teacher that is not run keeps nothing in memory. */
  private LoadedModel load(Device device) {
    if (closed) {
      throw isClosed();
    }
    try {
      files.checkUnchanged();
      return load(OnnxModel.read(settings.model()), device);
    } catch (EngineException e) {
      throw new TeacherException(
          "The teacher '%s' cannot be loaded: %s".formatted(settings.model(), e.getMessage()), e);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The teacher '%s' cannot be read: %s".formatted(settings.model(), e.getMessage()), e);
    }
  }

  /** Weights beside the file may be larger than what can be handed over; so it stays as it is. */
  private LoadedModel load(OnnxModel model, Device device) {
    Engine engine = Engines.inference();
    if (!output.equals(declared)) {
      Graph graph = Graph.of(model);
      logitsBelow(settings, graph, declared);
      return engine.load(graph.toModel(), device);
    }
    return model.hasExternalData()
        ? engine.load(settings.model(), device)
        : engine.load(model, device);
  }

  private void checkFits(String name, TensorType expected, TeacherBatch batch) {
    Tensor tensor = batch.input(name);
    int rows = batch.rows().length;
    boolean fits =
        tensor.fits(expected)
            && tensor.rank() > 0
            && (tensor.dim(0) == rows || tensor.dim(0) > rows && fixesRows(expected));
    if (!fits) {
      throw new TeacherException(
          "The input '%s' of the teacher '%s' is %s, expected %s with %d rows"
              .formatted(name, settings.model(), tensor, expected, rows));
    }
  }

  private static boolean fixesRows(TensorType input) {
    return input
        .shape()
        .filter(shape -> shape.rank() > 0 && shape.dimension(0) instanceof Dimension.Fixed)
        .isPresent();
  }

  private Tensor checked(Tensor logits, TeacherBatch batch) {
    int rows = batch.rows().length;
    int width = labels().size();
    long given = batch.inputs().values().iterator().next().dim(0);
    if (!logits.elementType().isFloat()
        || logits.rank() != 2
        || logits.dim(0) != given
        || logits.dim(1) != width) {
      throw new TeacherException(
          "The output '%s' of the teacher '%s' is %s for %d rows, expected floats [%d, %d] for %d labels"
              .formatted(output, settings.model(), logits, given, given, width, width));
    }
    float[] values = Arrays.copyOf(logits.toFloats(), rows * width);
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new TeacherException(
            "The teacher '%s' says %s for row %d, label '%s', expected a finite logit; look at that row and"
                    .formatted(
                        settings.model(),
                        values[i],
                        batch.rows()[i / width],
                        labels().names().get(i % width))
                + " at the model's weights");
      }
    }
    checkNoProbabilities(values, rows, width);
    return Tensor.of(values, rows, width);
  }

  /** Probabilities whose logits were not found. A single row may add up to 1 by chance. */
  private void checkNoProbabilities(float[] values, int rows, int width) {
    if (settings.values() || rows < 2 || width < 2) {
      return;
    }
    for (int row = 0; row < rows; row++) {
      double sum = 0;
      for (int column = 0; column < width; column++) {
        float value = values[row * width + column];
        if (value < 0) {
          return;
        }
        sum += value;
      }
      if (Math.abs(sum - 1) > PROBABILITIES_TOLERANCE) {
        return;
      }
    }
    throw new TeacherException(
        "The output '%s' of the teacher '%s' holds probabilities, which add up to 1 in each row, expected logits, and they were not found in the graph; name the output that holds them, or export the model without its softmax"
            .formatted(output, settings.model()));
  }

  private static String described(TeacherBatch batch) {
    return "a batch of %d rows (the first is row %d), %s"
        .formatted(batch.rows().length, batch.rows()[0], batch.inputs());
  }
}
