package org.tribuo.distill.engine.internal;

import java.nio.file.Path;
import java.util.Set;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.engine.RuntimeUnavailableException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.internal.TypeInference;

/**
 * Runs models and infers the types of their values. {@link Engines} has the one of this JVM. Safe
 * for many threads.
 */
public interface Engine extends TypeInference {
  /**
   * The version of the library that computes, such as {@code 1.28.0}.
   *
   * @throws RuntimeUnavailableException if it cannot be loaded
   */
  String version();

  /**
   * The providers with which the library was built. A device or a driver may still be missing;
   * {@link #load} finds that out.
   *
   * @throws RuntimeUnavailableException as {@link #version}
   */
  Set<ExecutionProvider> providers();

  /**
   * Loads a model. Outputs are those of the model, up to rounding and the precision.
   *
   * @throws EngineException if the engine refuses the model
   * @throws RuntimeUnavailableException if the library, the provider, the device or the precision
   *     cannot be used
   * @throws java.io.UncheckedIOException if a large model cannot be written to a temporary file,
   *     from which it is loaded
   */
  LoadedModel load(OnnxModel model, Device device);

  /**
   * Loads a file as it is, together with the external data beside it, however large that is.
   *
   * @throws EngineException if the engine refuses the file
   * @throws RuntimeUnavailableException as above
   */
  LoadedModel load(Path file, Device device);

  /** A session that loads a model when it is run for the first time. */
  default InferenceSession open(OnnxModel model, Device device) {
    return new InferenceSession(where -> load(model, where), device);
  }
}
