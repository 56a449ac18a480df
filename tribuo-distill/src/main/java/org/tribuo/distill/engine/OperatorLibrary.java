package org.tribuo.distill.engine;

import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Operators of the domain {@code org.tribuo.distill}, which ONNX Runtime does not have, provided by
 * a module on the class path, which registers its implementation with {@link ServiceLoader}.
 *
 * <p>Implementations are safe for many threads, and compute the same bits for any number of them.
 */
public interface OperatorLibrary {
  /** The message for a precision whose library is missing: what is wrong, and what to do. */
  String MISSING =
      "is "
          + Precision.BFLOAT16_PRODUCTS
          + ", but no library on the class path has such operators; add"
          + " org.tribuo.distill:tribuo-distill-onednn in the version of this library, or state the"
          + " precision "
          + Precision.FLOAT32;

  /** The library and its version, such as {@code oneDNN 3.13.0}. */
  String version();

  /**
   * The instructions that it computes with, or why it does not, for instance because the processor
   * lacks them. To be read by people, not parsed.
   */
  String instructionSet();

  /** Whether the processor has the instructions that make the operators faster than float32. */
  boolean isActive();

  /**
   * Adds the operators to the options of a session, before it is opened.
   *
   * @param options the address of an {@code OrtSessionOptions} of ONNX Runtime's C API
   * @param onnxRuntime the file of the library that this JVM has loaded, for its C API
   * @throws RuntimeUnavailableException if ONNX Runtime refuses them
   */
  void addTo(long options, Path onnxRuntime);

  /** The first library on the class path, if there is one; always the same object. */
  static Optional<OperatorLibrary> onClassPath() {
    return Found.LIBRARY;
  }

  /**
   * As above, where one was asked for.
   *
   * @throws RuntimeUnavailableException if there is none; the message says what to add
   */
  static OperatorLibrary required() {
    return onClassPath()
        .orElseThrow(() -> new RuntimeUnavailableException("The precision " + MISSING));
  }

  /** Looks once, when it is first asked. */
  final class Found {
    private static final Optional<OperatorLibrary> LIBRARY =
        ServiceLoader.load(OperatorLibrary.class, OperatorLibrary.class.getClassLoader())
            .findFirst();

    private Found() {}
  }
}
