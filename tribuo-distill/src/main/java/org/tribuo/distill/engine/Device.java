package org.tribuo.distill.engine;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.internal.component.ComponentProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * Where and how a model runs: on the processor or a GPU, with how many threads, in which precision.
 * The same device on the same machine computes the same bits. Immutable and safe for many threads;
 * devices of the same values are equal.
 *
 * <pre>{@code
 * <component name="gpu" type="org.tribuo.distill.engine.Device">
 *   <property name="provider" value="CUDA"/>
 *   <property name="gpuMemoryLimitBytes" value="8589934592"/>
 * </component>
 * }</pre>
 */
public final class Device implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  @ConfigurableName private String component = "Device";

  @Config(description = "Where graphs are executed.")
  private ExecutionProvider provider = ExecutionProvider.CPU;

  @Config(description = "The GPU, counted from 0.")
  private int deviceId;

  @Config(
      description =
          "The maximum memory of a session on the GPU in bytes, 1 or more; by default unlimited.")
  private @Nullable Long gpuMemoryLimitBytes;

  @Config(
      description =
          "The threads that one operator may use, 1 or more; by default the engine's own choice: one"
              + " for each physical core.")
  private @Nullable Integer threads;

  @Config(
      description =
          "The numbers in which models compute: FLOAT32, or BFLOAT16_PRODUCTS, which needs"
              + " tribuo-distill-onednn on the class path.")
  private Precision precision = Precision.FLOAT32;

  /** For OLCUT. */
  private Device() {}

  /** The processor in float32, on as many threads as the engine chooses. */
  public static Device cpu() {
    return new Device();
  }

  /**
   * The processor in float32.
   *
   * @param threads that one operator may use, 1 or more
   * @throws PropertyException if it is less than 1
   */
  public static Device cpu(int threads) {
    return new Device().withThreads(threads);
  }

  /**
   * An NVIDIA GPU without a memory limit.
   *
   * @param deviceId counted from 0
   * @throws PropertyException if it is negative
   */
  public static Device cuda(int deviceId) {
    return new Device()
        .with(
            other -> {
              other.provider = ExecutionProvider.CUDA;
              other.deviceId = deviceId;
            });
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.checkAtLeast("deviceId", 0, deviceId);
    properties.checkIfStated("gpuMemoryLimitBytes", 1, gpuMemoryLimitBytes);
    properties.checkIfStated("threads", 1, threads);
    if (provider == ExecutionProvider.CPU && deviceId != 0) {
      throw properties.refused(
          "deviceId", "is %d, but the provider is the CPU; expected 0".formatted(deviceId));
    }
    if (provider == ExecutionProvider.CPU && gpuMemoryLimitBytes != null) {
      throw properties.refused(
          "gpuMemoryLimitBytes",
          "is %d, but the provider is the CPU; omit it".formatted(gpuMemoryLimitBytes));
    }
    if (precision == Precision.FLOAT32) {
      return;
    }
    if (provider != ExecutionProvider.CPU) {
      throw properties.refused(
          "precision",
          "is %s, which is for the CPU, but the provider is %s; state FLOAT32"
              .formatted(precision, provider));
    }
    if (precision == Precision.INT8_PRODUCTS) {
      throw properties.refused(
          "precision",
          "is %s, which is for the soft targets of a teacher alone; state it as the teacher's precision"
              .formatted(precision));
    }
    if (OperatorLibrary.onClassPath().isEmpty()) {
      throw properties.refused("precision", OperatorLibrary.MISSING);
    }
  }

  /**
   * The same on another provider.
   *
   * @throws PropertyException if a setting is for the other one
   */
  public Device withProvider(ExecutionProvider other) {
    return with(device -> device.provider = other);
  }

  /**
   * The same with another memory limit of the GPU.
   *
   * @param bytes 1 or more
   * @throws PropertyException if it is less than 1, or this is the CPU
   */
  public Device withGpuMemoryLimit(long bytes) {
    return with(other -> other.gpuMemoryLimitBytes = bytes);
  }

  /**
   * The same with other threads.
   *
   * @param count 1 or more
   * @throws PropertyException if it is less than 1
   */
  public Device withThreads(int count) {
    return with(other -> other.threads = count);
  }

  /**
   * The same in another precision.
   *
   * @throws PropertyException if the provider has none but float32, or the library of operators is
   *     not on the class path
   */
  public Device withPrecision(Precision numbers) {
    return with(other -> other.precision = numbers);
  }

  private Device with(Consumer<Device> change) {
    Device other = new Device();
    other.provider = provider;
    other.deviceId = deviceId;
    other.gpuMemoryLimitBytes = gpuMemoryLimitBytes;
    other.threads = threads;
    other.precision = precision;
    change.accept(other);
    other.postConfig();
    return other;
  }

  /** Where graphs are executed. */
  public ExecutionProvider provider() {
    return provider;
  }

  /** The GPU, counted from 0; 0 on the CPU. */
  public int deviceId() {
    return deviceId;
  }

  /** The maximum memory of a session on the GPU in bytes; empty if there is none. */
  public OptionalLong gpuMemoryLimitBytes() {
    return gpuMemoryLimitBytes == null
        ? OptionalLong.empty()
        : OptionalLong.of(gpuMemoryLimitBytes);
  }

  /** The threads that one operator may use; empty for the engine's own choice. */
  public OptionalInt threads() {
    return threads == null ? OptionalInt.empty() : OptionalInt.of(threads);
  }

  /** The numbers in which models compute. */
  public Precision precision() {
    return precision;
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
   * The operators that a graph may have in addition to ONNX Runtime's: those of a library where the
   * precision asks for them and the processor has the instructions.
   */
  public Optional<OperatorLibrary> operators() {
    return precision == Precision.FLOAT32
        ? Optional.empty()
        : Optional.of(OperatorLibrary.required()).filter(OperatorLibrary::isActive);
  }

  /**
   * The precision in which sessions compute: float32 where the processor lacks the instructions for
   * the one that is stated.
   */
  public Precision computedPrecision() {
    return operators().isPresent() ? precision : Precision.FLOAT32;
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ComponentProvenance.of(this, "Device");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Device device
        && provider == device.provider
        && deviceId == device.deviceId
        && Objects.equals(gpuMemoryLimitBytes, device.gpuMemoryLimitBytes)
        && Objects.equals(threads, device.threads)
        && precision == device.precision;
  }

  @Override
  public int hashCode() {
    return Objects.hash(provider, deviceId, gpuMemoryLimitBytes, threads, precision);
  }

  @Override
  public String toString() {
    return "Device(%s%s%s, %s)"
        .formatted(
            provider,
            provider == ExecutionProvider.CPU ? "" : " " + deviceId,
            threads == null ? "" : ", threads=" + threads,
            precision);
  }

  /** Where an engine executes a graph. */
  public enum ExecutionProvider {
    /** The processor; always available. */
    CPU,

    /**
     * An NVIDIA GPU. Needs the native library with the classifier {@code linux-x86_64-gpu} or
     * {@code windows-x86_64-gpu}, CUDA 13 and cuDNN 9.
     */
    CUDA
  }
}
