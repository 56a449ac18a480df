package org.tribuo.distill.teacher.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.engine.internal.Engine;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.InferenceSession;
import org.tribuo.distill.engine.internal.LoadedModel;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.internal.pass.ChosenLogits;
import org.tribuo.distill.graph.internal.pass.InferenceForm;
import org.tribuo.distill.graph.internal.pass.LogitsBelow;
import org.tribuo.distill.teacher.TeacherException;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.TransformerFiles;

/**
 * Runs a teacher's model, which is loaded when it is run for the first time. Safe for many threads.
 */
final class TeacherSession implements AutoCloseable {
  private final TeacherSettings settings;
  private final TransformerFiles transformers;
  private final ModelFiles files;
  private final List<String> declared;
  private final List<String> outputs;

  /** Many may run at once, but none while one session takes the place of another. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private Running running;
  private volatile boolean choosingFailed;
  private boolean closed;

  /**
   * What runs.
   *
   * @param session gives all logits
   * @param largest those that it gives too; empty for none
   */
  private record Running(InferenceSession session, Optional<LargestOf> largest) {}

  /**
   * A session in which nothing is loaded yet.
   *
   * @param declared the outputs of the file that have the logits, or probabilities
   * @param outputs these, or those of the logits below them
   */
  TeacherSession(
      TeacherSettings settings,
      TransformerFiles transformers,
      ModelFiles files,
      List<String> declared,
      List<String> outputs) {
    this.settings = settings;
    this.transformers = transformers;
    this.files = files;
    this.declared = declared;
    this.outputs = outputs;
    this.running = running(Optional.empty());
  }

  private Running running(Optional<LargestOf> largest) {
    return new Running(
        new InferenceSession(device -> load(device, largest), settings.device()), largest);
  }

  /**
   * The logits of a batch, by the names of their outputs.
   *
   * @throws EngineException if the engine fails
   * @throws TeacherException if the model cannot be loaded
   * @throws IllegalStateException if this is closed
   */
  Map<String, Tensor> run(Map<String, Tensor> inputs) {
    lock.readLock().lock();
    try {
      checkOpen();
      return running.session().run(inputs, Set.copyOf(outputs));
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * The outputs {@link ChosenLogits} of a batch; empty for a graph that cannot have them, because
   * it is of an old opset or runs as it is in its file, and from then on where it failed with them.
   *
   * @throws RuntimeException if the model cannot be loaded, or this is closed
   */
  Optional<Map<String, Tensor>> run(Map<String, Tensor> inputs, LargestOf wanted) {
    if (choosingFailed) {
      return Optional.empty();
    }
    try {
      return chosen(inputs, wanted);
    } catch (EngineException e) {
      choosingFailed = true;
      change(Optional.empty());
      return Optional.empty();
    }
  }

  private Optional<Map<String, Tensor>> chosen(Map<String, Tensor> inputs, LargestOf wanted) {
    while (true) {
      lock.readLock().lock();
      try {
        checkOpen();
        if (running.largest().equals(Optional.of(wanted))) {
          InferenceSession session = running.session();
          return session.outputs().containsAll(ChosenLogits.OUTPUTS)
              ? Optional.of(session.run(inputs, ChosenLogits.OUTPUTS))
              : Optional.empty();
        }
      } finally {
        lock.readLock().unlock();
      }
      change(Optional.of(wanted));
    }
  }

  /** Closes what runs, and lets a session that gives these too take its place. */
  private void change(Optional<LargestOf> largest) {
    lock.writeLock().lock();
    try {
      if (!running.largest().equals(largest)) {
        running.session().close();
        running = running(largest);
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** What the model computes in: that of the settings, or what its file states. */
  Precision precision() {
    return runsAsInItsFile() ? Precision.FLOAT32 : settings.precision();
  }

  /** Weights beside the file may be larger than what can be handed over. */
  private boolean runsAsInItsFile() {
    return !settings.int8()
        && files.haveExternalData()
        && settings.head().isEmpty()
        && outputs.equals(declared);
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("The teacher '%s' is closed".formatted(settings.model()));
    }
  }

  /** Reads the file again if it may have changed, so that what runs is what was digested. */
  private LoadedModel load(Device device, Optional<LargestOf> largest) {
    checkOpen();
    try {
      files.checkUnchanged();
      return load(transformers.readIfChanged(settings.model()), device, largest);
    } catch (EngineException e) {
      throw new TeacherException(
          "The teacher '%s' cannot be loaded: %s".formatted(settings.model(), e.getMessage()), e);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The teacher '%s' cannot be read: %s".formatted(settings.model(), e.getMessage()), e);
    }
  }

  private LoadedModel load(Transformer read, Device device, Optional<LargestOf> largest) {
    Engine engine = Engines.inference();
    if (runsAsInItsFile()) {
      return engine.load(settings.model(), device);
    }
    Transformer transformer = withOutputs(read);
    OnnxModel form = settings.int8() ? int8(transformer) : transformer.forInference();
    return largest
        .flatMap(wanted -> choosing(form, wanted, engine, device))
        .orElseGet(() -> engine.load(form, device));
  }

  /** Empty where the form is of an old opset, or what it outputs is not what the file declares. */
  private Optional<LoadedModel> choosing(
      OnnxModel form, LargestOf wanted, Engine engine, Device device) {
    boolean some = wanted.columns() < settings.labels().size();
    OptionalInt among = some ? OptionalInt.of(wanted.columns()) : OptionalInt.empty();
    try {
      Graph graph = Graph.of(form);
      ChosenLogits.addTo(graph, outputs.get(0), wanted.k(), among);
      return Optional.of(engine.load(graph.toModel(), device));
    } catch (GraphException | EngineException e) {
      return Optional.empty();
    }
  }

  private OnnxModel int8(Transformer transformer) {
    try {
      return InferenceForm.withInt8Products(transformer.normalizedForTraining());
    } catch (GraphException e) {
      throw new TeacherException(
          "The teacher '%s' cannot compute in %s: %s"
              .formatted(settings.model(), Precision.INT8_PRODUCTS, e.getMessage()),
          e);
    }
  }

  private Transformer withOutputs(Transformer read) {
    Graph graph = settings.graphOf(read);
    if (outputs.equals(declared)) {
      return settings.head().isEmpty() ? read : Transformer.of(graph.toModel());
    }
    logitsBelow(settings, graph, declared);
    return Transformer.of(graph.toModel());
  }

  /**
   * The outputs of logits.
   *
   * @param graph in which they become outputs where they are none
   * @param declared the outputs of the file, which may be those of probabilities
   * @throws TeacherException if one of them holds maps
   */
  static List<String> logitsBelow(TeacherSettings settings, Graph graph, List<String> declared) {
    try {
      return declared.stream().map(output -> LogitsBelow.of(graph, output)).toList();
    } catch (GraphException e) {
      throw new TeacherException(
          "The teacher '%s': %s".formatted(settings.model(), e.getMessage()), e);
    }
  }

  /**
   * Frees the native memory, after the batches that are running. May be called twice.
   *
   * @throws EngineException if the engine fails
   */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      closed = true;
      running.session().close();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
