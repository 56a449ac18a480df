package org.tribuo.distill.engine;

import java.util.List;
import java.util.Optional;

/**
 * Where and how a model runs: on the processor or a GPU, with how many threads, in which numbers.
 * The same device on the same machine computes the same bits. Immutable.
 *
 * @param provider where the graph is executed
 * @param deviceId the GPU, counted from 0; 0 on the CPU
 * @param gpuMemoryLimitBytes the maximum memory of a session on the GPU; 0 for no limit, and on the
 *     CPU
 * @param intraOpThreads the threads that one operator may use; 0 for the engine's own choice, one
 *     for each physical core
 * @param precision the numbers in which it computes
 */
public record Device(
    ExecutionProvider provider,
    int deviceId,
    long gpuMemoryLimitBytes,
    int intraOpThreads,
    Precision precision) {

  /**
   * @throws IllegalArgumentException if a number is negative, or a GPU setting is given for the
   *     CPU, or a precision for the CPU alone is given for a GPU
   */
  public Device {
    requireNotNegative("deviceId", deviceId);
    requireNotNegative("gpuMemoryLimitBytes", gpuMemoryLimitBytes);
    requireNotNegative("intraOpThreads", intraOpThreads);
    if (provider == ExecutionProvider.CPU && (deviceId != 0 || gpuMemoryLimitBytes != 0)) {
      throw new IllegalArgumentException(
          "deviceId and gpuMemoryLimitBytes are for a GPU and must be 0 on the CPU, but are "
              + deviceId
              + " and "
              + gpuMemoryLimitBytes);
    }
    if (provider != ExecutionProvider.CPU && precision == Precision.BFLOAT16_PRODUCTS) {
      throw new IllegalArgumentException(
          "The precision BFLOAT16_PRODUCTS is for the CPU, but the provider is "
              + provider
              + "; state the precision FLOAT32");
    }
  }

  /** In float32; the rest as in the record. */
  public Device(
      ExecutionProvider provider, int deviceId, long gpuMemoryLimitBytes, int intraOpThreads) {
    this(provider, deviceId, gpuMemoryLimitBytes, intraOpThreads, Precision.FLOAT32);
  }

  /** The processor in float32; {@code intraOpThreads} as in the record. */
  public static Device cpu(int intraOpThreads) {
    return new Device(ExecutionProvider.CPU, 0, 0, intraOpThreads);
  }

  /** An NVIDIA GPU without a memory limit. */
  public static Device cuda(int deviceId) {
    return new Device(ExecutionProvider.CUDA, deviceId, 0, 0);
  }

  /** The same with another memory limit of the GPU, in bytes; 0 for none. */
  public Device withGpuMemoryLimit(long bytes) {
    return new Device(provider, deviceId, bytes, intraOpThreads, precision);
  }

  /** The same with other threads; 0 as in the record. */
  public Device withThreads(int threads) {
    return new Device(provider, deviceId, gpuMemoryLimitBytes, threads, precision);
  }

  /** The same in another precision. */
  public Device withPrecision(Precision other) {
    return new Device(provider, deviceId, gpuMemoryLimitBytes, intraOpThreads, other);
  }

  /**
   * The providers of the nodes, in order of preference. What a GPU has no kernel for runs on the
   * CPU.
   */
  public List<ExecutionProvider> providers() {
    return provider == ExecutionProvider.CPU
        ? List.of(provider)
        : List.of(provider, ExecutionProvider.CPU);
  }

  /**
   * The operators that a graph may have beside ONNX Runtime's: those of a library where the
   * precision asks for them and the processor has the instructions.
   *
   * @throws RuntimeUnavailableException if the precision asks for a library, and there is none
   */
  public Optional<OperatorLibrary> operators() {
    return precision == Precision.FLOAT32
        ? Optional.empty()
        : Optional.of(OperatorLibrary.required()).filter(OperatorLibrary::isActive);
  }

  /**
   * The precision in which sessions compute: float32 where the processor lacks the instructions for
   * that which was asked for.
   *
   * @throws RuntimeUnavailableException as {@link #operators()}
   */
  public Precision computedPrecision() {
    return operators().isPresent() ? precision : Precision.FLOAT32;
  }

  private static void requireNotNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " must not be negative, but is " + value);
    }
  }
}
