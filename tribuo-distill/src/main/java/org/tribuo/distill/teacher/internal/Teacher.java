package org.tribuo.distill.teacher.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.student.internal.LaterPositions;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.teacher.TeacherException;
import org.tribuo.distill.teacher.internal.store.LargestLogits;
import org.tribuo.distill.teacher.internal.store.SoftTargetKey;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.TransformerFiles;
import org.tribuo.distill.transformer.internal.head.LogitsOutput;

/**
 * An ONNX model that is run for its logits. The file is read and checked when a teacher is opened;
 * the engine loads it when the first batch is run, so a teacher whose soft targets are kept costs
 * no more than its digest. Safe for many threads.
 *
 * <pre>{@code
 * try (Teacher teacher = Teacher.open(TeacherSettings.of(Path.of("teacher.onnx"), labels))) {
 *   List<float[]> logits = teacher.logits(batch); // one each
 * }
 * }</pre>
 */
public final class Teacher implements SoftTargetSource {
  private final TeacherSettings settings;
  private final TransformerFiles transformers;
  private final ModelFiles files;
  private final Map<String, TensorType> inputs;

  /** The outputs of the file that were chosen: one, or one for each column of a row. */
  private final List<String> declared;

  /** These outputs, or those of the logits below them. */
  private final List<String> outputs;

  /** How exactly it computes in float32, as {@link #tolerance} has it. */
  private final float tolerance;

  private final TeacherSession session;

  private Teacher(
      TeacherSettings settings,
      TransformerFiles transformers,
      ModelFiles files,
      Map<String, TensorType> inputs,
      List<String> declared,
      List<String> outputs,
      float tolerance) {
    this.settings = settings;
    this.transformers = transformers;
    this.files = files;
    this.inputs = inputs;
    this.declared = declared;
    this.outputs = outputs;
    this.tolerance = tolerance;
    this.session = new TeacherSession(settings, transformers, files, declared, outputs);
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
    return open(settings, new TransformerFiles());
  }

  /**
   * As above.
   *
   * @param files has the model already if it was read before
   */
  public static Teacher open(TeacherSettings settings, TransformerFiles files) throws IOException {
    Transformer read = files.read(settings.model());
    OnnxModel model = read.model();
    Graph graph = settings.graphOf(read);
    List<String> declared = logits(settings, graph);
    return new Teacher(
        settings,
        files,
        ModelFiles.of(settings.model(), model.externalDataFiles()),
        Collections.unmodifiableMap(new LinkedHashMap<>(graph.inputs())),
        declared,
        settings.values() ? declared : TeacherSession.logitsBelow(settings, graph, declared),
        LaterPositions.tolerance(graph, settings.device().provider() == ExecutionProvider.CPU));
  }

  private static List<String> logits(TeacherSettings settings, Graph graph) {
    String name = "The teacher '%s'".formatted(settings.model());
    Head head = new Head(settings.labels(), settings.rows());
    try {
      return LogitsOutput.findAll(
          name,
          graph,
          settings.rows(),
          head.columns().names(),
          settings.logits().map(head::outputs));
    } catch (GraphException e) {
      throw new TeacherException(String.valueOf(e.getMessage()), e);
    }
  }

  public TeacherSettings settings() {
    return settings;
  }

  @Override
  public Optional<Teacher> inFloat32() {
    if (session.precision() == Precision.FLOAT32) {
      return Optional.empty();
    }
    TeacherSettings exact =
        settings.withInt8(false).withDevice(settings.device().withPrecision(Precision.FLOAT32));
    return Optional.of(
        new Teacher(exact, transformers, files, inputs, declared, outputs, tolerance));
  }

  @Override
  public float tolerance() {
    return tolerance;
  }

  @Override
  public LabelOrder labels() {
    return settings.labels();
  }

  @Override
  public RowShape shape() {
    return settings.rows();
  }

  @Override
  public String runtime() {
    return Engines.inference().version();
  }

  /** The inputs by name, in the order of the model. */
  public Map<String, TensorType> inputs() {
    return inputs;
  }

  /**
   * The name of the output that holds the logits; where the file's own output holds probabilities,
   * that of the value that they are made of. Where each column has an output, all of them, with
   * commas.
   */
  public String output() {
    return String.join(Head.BETWEEN_OUTPUTS, outputs);
  }

  /** SHA-256 of the model's file; where there is external data, of the digests of all files. */
  public String sha256() {
    return files.sha256();
  }

  /**
   * Where the nodes are executed, in order of preference. What a GPU has no kernel for runs on the
   * CPU.
   */
  @Override
  public List<ExecutionProvider> providers() {
    return settings.device().providers();
  }

  @Override
  public SoftTargetKey keyFor(TeacherInputs rows) {
    return new SoftTargetKey(
        sha256(),
        settings.head().map(head -> output() + " of " + head).orElseGet(this::output),
        settings.device().provider(),
        session.precision(),
        rows.sha256(),
        OptionalInt.empty());
  }

  /**
   * Checks that a batch with tensors of these names can be run.
   *
   * @throws TeacherException if the model has other inputs; the message lists both sides
   */
  @Override
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
   * @return the logits of each row of the batch, all finite, in the shape that {@link
   *     TeacherSettings#rows()} states, without padding
   * @throws TeacherException if the batch does not fit the model's inputs, the logits do not fit
   *     rows and labels or are not finite, the model's files have changed, or the engine fails
   * @throws org.tribuo.distill.engine.RuntimeUnavailableException if the provider cannot be used
   * @throws IllegalStateException if this teacher is closed
   */
  @Override
  public List<float[]> logits(TeacherBatch batch) {
    checkInputNames(batch.inputs().keySet());
    inputs.forEach((name, type) -> checkFits(name, type, batch));
    try {
      Map<String, Tensor> results = session.run(batch.inputs());
      List<List<float[]>> ofOutputs = new ArrayList<>();
      for (String output : outputs) {
        ofOutputs.add(cut(output, Objects.requireNonNull(results.get(output), output), batch));
      }
      return checked(RowShape.joined(ofOutputs), batch);
    } catch (EngineException e) {
      throw new TeacherException(
          "The teacher '%s' failed on %s: %s"
              .formatted(settings.model(), described(batch), e.getMessage()),
          e);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>They are chosen where the logits are computed. Empty for a model of an old opset that cannot
   * be normalised, and for one that runs as it is in its file, with weights in files of their own;
   * and for a batch on which it fails, or whose logits are not those that are expected, not all
   * finite, or may be probabilities.
   */
  @Override
  public Optional<List<LargestLogits>> largest(TeacherBatch batch, LargestOf wanted) {
    checkInputNames(batch.inputs().keySet());
    inputs.forEach((name, type) -> checkFits(name, type, batch));
    if (outputs.size() > 1 || !settings.rows().endsInColumns()) {
      return Optional.empty();
    }
    return session
        .run(batch.inputs(), wanted)
        .flatMap(chosen -> new ChosenOfBatch(chosen, settings.rows(), wanted.k()).rows(batch));
  }

  /** Frees the native memory, after the batches that are running. May be called twice. */
  @Override
  public void close() {
    try {
      session.close();
    } catch (EngineException e) {
      throw new TeacherException(
          "The teacher '%s' cannot be closed: %s".formatted(settings.model(), e.getMessage()), e);
    }
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

  /** What an output holds of each row. */
  private List<float[]> cut(String output, Tensor logits, TeacherBatch batch) {
    RowShape row = settings.rows().ofEachColumn().orElse(settings.rows());
    int longest = Arrays.stream(batch.lengths()).max().orElseThrow();
    long given = batch.inputs().values().iterator().next().dim(0);
    if (!logits.elementType().isFloat()
        || !row.fits(logits.dims(), longest)
        || logits.dim(0) != given) {
      throw new TeacherException(
          "The output '%s' of the teacher '%s' is %s for %d rows, expected floats %s for %d labels%s"
              .formatted(
                  output,
                  settings.model(),
                  logits,
                  given,
                  row.ofRows(Long.toString(given)),
                  row.columns(),
                  row.isRagged() ? "; export it with logits at every position" : ""));
    }
    return row.cut(logits, batch.lengths());
  }

  private List<float[]> checked(List<float[]> rows, TeacherBatch batch) {
    for (int i = 0; i < rows.size(); i++) {
      checkFinite(rows.get(i), batch, i);
    }
    checkNoProbabilities(rows);
    return rows;
  }

  private void checkFinite(float[] logits, TeacherBatch batch, int at) {
    for (int i = 0; i < logits.length; i++) {
      if (!Float.isFinite(logits[i])) {
        int column = settings.rows().columnOf(i, batch.lengths()[at]);
        throw new TeacherException(
            "The teacher '%s' outputs %s for row %d, label '%s', expected a finite logit; look at that row and"
                    .formatted(
                        settings.model(), logits[i], batch.rows()[at], labels().names().get(column))
                + " at the model's weights");
      }
    }
  }

  /** Probabilities whose logits were not found. A single vector may add up to 1 by chance. */
  private void checkNoProbabilities(List<float[]> rows) {
    int columns = labels().size();
    int vectors = rows.stream().mapToInt(row -> row.length / columns).sum();
    if (settings.values() || !settings.rows().endsInColumns() || vectors < 2 || columns < 2) {
      return;
    }
    for (float[] row : rows) {
      for (int start = 0; start < row.length; start += columns) {
        if (!isDistribution(row, start, columns)) {
          return;
        }
      }
    }
    throw new TeacherException(
        "The output '%s' of the teacher '%s' holds probabilities, which add up to 1 in each row, expected logits, and they were not found in the graph; name the output that holds them, or export the model without its softmax"
            .formatted(output(), settings.model()));
  }

  private static boolean isDistribution(float[] values, int start, int count) {
    double sum = 0;
    for (int i = start; i < start + count; i++) {
      if (values[i] < 0) {
        return false;
      }
      sum += values[i];
    }
    return Probabilities.addUpTo(sum);
  }

  private static String described(TeacherBatch batch) {
    return "a batch of %d rows (the first is row %d), %s"
        .formatted(batch.rows().length, batch.rows()[0], batch.inputs());
  }
}
