package org.tribuo.distill.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import java.util.Optional;

/**
 * Where and with how many threads a session runs. Sessions made with the same settings on the same
 * machine compute the same bits.
 *
 * @param provider where the graph is executed
 * @param deviceId the GPU, counted from 0; 0 on the CPU
 * @param gpuMemoryLimitBytes the most memory that a session takes on the GPU; 0 for no limit, and
 *     on the CPU
 * @param intraOpThreads the threads that one operator may use; 0 for ONNX Runtime's own choice, one
 *     for each physical core
 * @param precision the numbers in which it computes
 */
public record SessionSettings(
    ExecutionProvider provider,
    int deviceId,
    long gpuMemoryLimitBytes,
    int intraOpThreads,
    Precision precision) {

  /**
   * @throws IllegalArgumentException if a number is negative, or a GPU setting is given for the
   *     CPU, or a precision for the CPU alone is given for a GPU
   */
  public SessionSettings {
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
  public SessionSettings(
      ExecutionProvider provider, int deviceId, long gpuMemoryLimitBytes, int intraOpThreads) {
    this(provider, deviceId, gpuMemoryLimitBytes, intraOpThreads, Precision.FLOAT32);
  }

  /** The processor in float32; {@code intraOpThreads} as in the record. */
  public static SessionSettings cpu(int intraOpThreads) {
    return new SessionSettings(ExecutionProvider.CPU, 0, 0, intraOpThreads);
  }

  /** An NVIDIA GPU without a memory limit. */
  public static SessionSettings cuda(int deviceId) {
    return new SessionSettings(ExecutionProvider.CUDA, deviceId, 0, 0);
  }

  /** The same place in another precision. */
  public SessionSettings withPrecision(Precision other) {
    return new SessionSettings(provider, deviceId, gpuMemoryLimitBytes, intraOpThreads, other);
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

  /**
   * New options for one session, which the caller closes. ONNX Runtime's log stays silent, because
   * every error also comes as an exception.
   *
   * @throws RuntimeUnavailableException if ONNX Runtime's training API, the provider or the
   *     precision cannot be used
   */
  public SessionOptions newOptions() {
    provider.requireBuiltIn();
    SessionOptions options = new SessionOptions();
    try {
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setInterOpNumThreads(1);
      options.setIntraOpNumThreads(intraOpThreads);
      options.setDeterministicCompute(true);
      // Buffers that ONNX Runtime plans for a shape in its first run overlap in later runs of some
      // graphs, which then compute something else (onnxruntime#18672); and a plan is kept for ever
      // for each shape of a batch.
      options.setMemoryPatternOptimization(false);
      if (provider == ExecutionProvider.CUDA) {
        addCuda(options);
      }
      operators().ifPresent(library -> library.addTo(options));
      return options;
    } catch (OrtException e) {
      options.close();
      throw new RuntimeUnavailableException(
          "ONNX Runtime refuses " + this + ": " + e.getMessage(), e);
    } catch (RuntimeUnavailableException e) {
      options.close();
      throw e;
    }
  }

  private void addCuda(SessionOptions options) {
    try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(deviceId)) {
      if (gpuMemoryLimitBytes > 0) {
        cuda.add("gpu_mem_limit", Long.toString(gpuMemoryLimitBytes));
      }
      options.addCUDA(cuda);
    } catch (OrtException e) {
      throw new RuntimeUnavailableException(
          "CUDA device "
              + deviceId
              + " cannot be used. An NVIDIA driver, CUDA 13 and cuDNN 9 must be installed and on"
              + " the library path; or use ExecutionProvider.CPU. ONNX Runtime says: "
              + String.valueOf(e.getMessage()).strip(),
          e);
    }
  }

  private static void requireNotNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " must not be negative, but is " + value);
    }
  }
}
