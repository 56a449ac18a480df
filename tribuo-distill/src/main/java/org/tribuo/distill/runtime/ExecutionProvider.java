package org.tribuo.distill.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import java.util.Set;

/** Where ONNX Runtime executes a graph. */
public enum ExecutionProvider {
  /** The processor; always available. */
  CPU(OrtProvider.CPU),

  /**
   * An NVIDIA GPU. Needs the native library with the classifier {@code linux-x86_64-gpu} or {@code
   * windows-x86_64-gpu}, CUDA 13 and cuDNN 9.
   */
  CUDA(OrtProvider.CUDA);

  private final OrtProvider ortProvider;

  ExecutionProvider(OrtProvider ortProvider) {
    this.ortProvider = ortProvider;
  }

  /**
   * Whether the native library in use was built with this provider. A device or a driver may still
   * be missing; {@link SessionSettings#newOptions()} finds that out.
   *
   * @throws RuntimeUnavailableException if ONNX Runtime's training API cannot be loaded
   */
  public boolean isBuiltIn() {
    return builtIn().contains(ortProvider);
  }

  void requireBuiltIn() {
    if (!isBuiltIn()) {
      throw new RuntimeUnavailableException(
          "The execution provider "
              + this
              + " is not part of the native library in use, which has "
              + builtIn()
              + ". "
              + Platform.current()
                  .cudaClassifier()
                  .map(cuda -> "Add " + Coordinates.nativeLibrary(cuda) + " to the class path")
                  .orElse("No build for this platform has it")
              + "; or use ExecutionProvider.CPU.");
    }
  }

  private static Set<OrtProvider> builtIn() {
    TrainingRuntime.environment();
    return OrtEnvironment.getAvailableProviders();
  }
}
