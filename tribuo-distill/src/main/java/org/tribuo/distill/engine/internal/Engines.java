package org.tribuo.distill.engine.internal;

import java.util.Optional;
import java.util.ServiceLoader;
import org.tribuo.distill.engine.RuntimeUnavailableException;

/** The engines of this JVM: those of the first {@link EngineProvider} on the class path. */
public final class Engines {
  private static final Optional<EngineProvider> PROVIDER =
      ServiceLoader.load(EngineProvider.class, Engines.class.getClassLoader()).findFirst();

  private Engines() {}

  /**
   * Runs models. With ONNX Runtime that is the library with the training API if this JVM can load
   * it, and else the library that is there, such as the one of the official jar.
   */
  public static Engine inference() {
    return provider().inference();
  }

  /**
   * Trains. With ONNX Runtime this loads the library with the training API, so that nothing in the
   * JVM may have used ONNX Runtime with another library earlier.
   *
   * @throws RuntimeUnavailableException if this JVM cannot train; the message says what to do
   */
  public static TrainingEngine training() {
    return provider().training();
  }

  private static EngineProvider provider() {
    return PROVIDER.orElseThrow(
        () ->
            new RuntimeUnavailableException(
                "No engine is on the class path: META-INF/services/"
                    + EngineProvider.class.getName()
                    + " names none. A jar that was merged from several must merge these files"
                    + " too."));
  }
}
