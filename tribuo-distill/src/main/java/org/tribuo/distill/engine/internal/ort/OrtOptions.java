package org.tribuo.distill.engine.internal.ort;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.EnumSet;
import java.util.Set;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.engine.OperatorLibrary;
import org.tribuo.distill.engine.RuntimeUnavailableException;

/** ONNX Runtime's options for sessions on a device. */
final class OrtOptions {
  private OrtOptions() {}

  /** The providers that the native library was built with. */
  static Set<ExecutionProvider> providers() {
    OrtRuntime.loaded();
    Set<OrtProvider> builtIn = OrtEnvironment.getAvailableProviders();
    Set<ExecutionProvider> providers = EnumSet.noneOf(ExecutionProvider.class);
    for (ExecutionProvider provider : ExecutionProvider.values()) {
      if (builtIn.contains(ort(provider))) {
        providers.add(provider);
      }
    }
    return providers;
  }

  private static OrtProvider ort(ExecutionProvider provider) {
    return switch (provider) {
      case CPU -> OrtProvider.CPU;
      case CUDA -> OrtProvider.CUDA;
    };
  }

  /**
   * New options for one session, which the caller closes. ONNX Runtime's log stays silent, because
   * every error also comes as an exception.
   *
   * @throws RuntimeUnavailableException if ONNX Runtime, the provider or the precision cannot be
   *     used
   */
  static SessionOptions of(Device device) {
    requireBuiltIn(device.provider());
    SessionOptions options = new SessionOptions();
    try {
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setInterOpNumThreads(1);
      if (device.threads().isPresent()) {
        options.setIntraOpNumThreads(device.threads().getAsInt());
      }
      options.setDeterministicCompute(true);
      // Buffers that ONNX Runtime plans for a shape in its first run overlap in later runs of some
      // graphs, which then compute something else (onnxruntime#18672); and a plan is kept for ever
      // for each shape of a batch.
      options.setMemoryPatternOptimization(false);
      if (device.provider() == ExecutionProvider.CUDA) {
        addCuda(options, device);
      }
      device.operators().ifPresent(library -> add(library, options));
      return options;
    } catch (OrtException e) {
      options.close();
      throw new RuntimeUnavailableException(
          "ONNX Runtime refuses " + device + ": " + e.getMessage(), e);
    } catch (RuntimeUnavailableException e) {
      options.close();
      throw e;
    }
  }

  private static void requireBuiltIn(ExecutionProvider provider) {
    Set<ExecutionProvider> providers = providers();
    if (!providers.contains(provider)) {
      throw new RuntimeUnavailableException(
          "The execution provider "
              + provider
              + " is not part of the native library in use, which has "
              + providers
              + ". "
              + Platform.current()
                  .cudaClassifier()
                  .map(cuda -> "Add " + Coordinates.nativeLibrary(cuda) + " to the class path")
                  .orElse("No build for this platform has it")
              + "; or use ExecutionProvider.CPU.");
    }
  }

  private static void addCuda(SessionOptions options, Device device) {
    try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(device.deviceId())) {
      if (device.gpuMemoryLimitBytes().isPresent()) {
        cuda.add("gpu_mem_limit", Long.toString(device.gpuMemoryLimitBytes().getAsLong()));
      }
      options.addCUDA(cuda);
    } catch (OrtException e) {
      throw new RuntimeUnavailableException(
          "CUDA device "
              + device.deviceId()
              + " cannot be used. An NVIDIA driver, CUDA 13 and cuDNN 9 must be installed and on"
              + " the library path; or use ExecutionProvider.CPU. ONNX Runtime says: "
              + String.valueOf(e.getMessage()).strip(),
          e);
    }
  }

  /** Adds the operators of a library, whether it is active or not. */
  static void add(OperatorLibrary library, SessionOptions options) {
    library.addTo(address(options), OrtRuntime.loaded().library());
  }

  /** ONNX Runtime's Java API keeps the address of its native options to itself. */
  private static long address(SessionOptions options) {
    try {
      Method handle = SessionOptions.class.getDeclaredMethod("getNativeHandle");
      handle.setAccessible(true);
      return (Long) handle.invoke(options);
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      throw new RuntimeUnavailableException(
          "ONNX Runtime's Java API is of another version than " + Coordinates.javaApi(), e);
    }
  }
}
