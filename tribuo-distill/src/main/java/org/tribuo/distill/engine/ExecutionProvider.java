package org.tribuo.distill.engine;

/** Where an engine executes a graph. */
public enum ExecutionProvider {
  /** The processor; always available. */
  CPU,

  /**
   * An NVIDIA GPU. Needs the native library with the classifier {@code linux-x86_64-gpu} or {@code
   * windows-x86_64-gpu}, CUDA 13 and cuDNN 9.
   */
  CUDA
}
