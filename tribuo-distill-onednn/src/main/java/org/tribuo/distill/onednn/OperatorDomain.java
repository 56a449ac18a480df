package org.tribuo.distill.onednn;

import com.sun.jna.Callback;
import com.sun.jna.CallbackReference;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Operators in the form in which ONNX Runtime calls them: a table of functions each, {@code
 * OrtCustomOp}. ONNX Runtime keeps the addresses as long as the process lives, so all that they
 * belong to is kept as well, and there is one domain for all sessions.
 */
final class OperatorDomain {
  private static final int ANY_TYPE = 0;
  private static final int REQUIRED = 0;
  private static final int OPTIONAL = 1;

  /** What ONNX Runtime takes for an error of the operator itself. */
  private static final int RUNTIME_EXCEPTION = 6;

  /** The functions of {@code OrtCustomOp}, after its version, in their order. */
  private enum Slot {
    CREATE_KERNEL,
    NAME,
    EXECUTION_PROVIDER,
    INPUT_TYPE,
    INPUT_COUNT,
    OUTPUT_TYPE,
    OUTPUT_COUNT,
    COMPUTE,
    DESTROY_KERNEL,
    INPUT_CHARACTERISTIC,
    OUTPUT_CHARACTERISTIC,
    INPUT_MEMORY_TYPE,
    VARIADIC_INPUT_MINIMUM,
    VARIADIC_INPUT_HOMOGENEITY,
    VARIADIC_OUTPUT_MINIMUM,
    VARIADIC_OUTPUT_HOMOGENEITY,
    CREATE_KERNEL_V2,
    COMPUTE_V2,
    INFER_SHAPE,
    START_VERSION,
    END_VERSION,
    MAY_INPLACE,
    RELEASE_MAY_INPLACE,
    ALIAS_MAP,
    RELEASE_ALIAS_MAP
  }

  private interface WordOfOperator extends Callback {
    long callback(long operator);
  }

  private interface IntOfOperator extends Callback {
    int callback(long operator);
  }

  private interface IntOfPlace extends Callback {
    int callback(long operator, long index);
  }

  private interface CreateKernel extends Callback {
    long callback(long operator, long api, long info, long kernel);
  }

  private interface Compute extends Callback {
    long callback(long kernel, long context);
  }

  private interface DestroyKernel extends Callback {
    void callback(long kernel);
  }

  /** A step whose failure becomes a status. */
  private interface Step {
    void run();
  }

  /** All that there are, since no session tells when it needs them no more. */
  private static final Collection<OperatorDomain> DOMAINS = new ConcurrentLinkedQueue<>();

  private final List<Object> kept = new ArrayList<>();
  private final Map<Long, Kernel> kernels = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();
  private final long domain;

  /**
   * @throws IllegalStateException if ONNX Runtime refuses them
   */
  OperatorDomain(String name, List<CustomOperator> operators) {
    NativeWords words = new NativeWords(1);
    OrtApi.check(OrtApi.CreateCustomOpDomain(text(name), words.at(0)));
    this.domain = words.get(0);
    for (CustomOperator operator : operators) {
      OrtApi.check(OrtApi.CustomOpDomain_Add(domain, Pointer.nativeValue(table(operator))));
    }
    DOMAINS.add(this);
  }

  /**
   * @param options the address of an {@code OrtSessionOptions}
   * @throws IllegalStateException if ONNX Runtime refuses the domain
   */
  void addTo(long options) {
    OrtApi.check(OrtApi.AddCustomOpDomain(options, domain));
  }

  private Memory table(CustomOperator operator) {
    Memory table = new Memory((long) Native.POINTER_SIZE * (1 + Slot.values().length));
    table.clear();
    kept.add(table);
    table.setInt(0, OrtApi.VERSION);
    long name = text(operator.name());
    set(table, Slot.NAME, (WordOfOperator) self -> name);
    set(table, Slot.EXECUTION_PROVIDER, (WordOfOperator) self -> 0);
    int inputs = operator.requiredInputs() + operator.optionalInputs();
    set(table, Slot.INPUT_COUNT, (WordOfOperator) self -> inputs);
    set(
        table,
        Slot.INPUT_TYPE,
        (IntOfPlace)
            (self, index) ->
                operator
                    .inputType(Math.toIntExact(index))
                    .map(NumberType::onnxType)
                    .orElse(ANY_TYPE));
    set(
        table,
        Slot.INPUT_CHARACTERISTIC,
        (IntOfPlace) (self, index) -> index < operator.requiredInputs() ? REQUIRED : OPTIONAL);
    set(table, Slot.INPUT_MEMORY_TYPE, (IntOfPlace) (self, index) -> 0);
    set(table, Slot.OUTPUT_COUNT, (WordOfOperator) self -> operator.outputs());
    set(table, Slot.OUTPUT_TYPE, (IntOfPlace) (self, index) -> operator.outputType().onnxType());
    set(table, Slot.OUTPUT_CHARACTERISTIC, (IntOfPlace) (self, index) -> REQUIRED);
    set(table, Slot.START_VERSION, (IntOfOperator) self -> 1);
    set(table, Slot.END_VERSION, (IntOfOperator) self -> Integer.MAX_VALUE);
    set(
        table,
        Slot.CREATE_KERNEL_V2,
        (CreateKernel) (self, api, info, kernel) -> create(operator, info, kernel));
    set(table, Slot.COMPUTE_V2, (Compute) this::compute);
    set(table, Slot.DESTROY_KERNEL, (DestroyKernel) this::destroy);
    return table;
  }

  private void set(Memory table, Slot slot, Callback function) {
    kept.add(function);
    table.setPointer(
        (long) Native.POINTER_SIZE * (1 + slot.ordinal()),
        CallbackReference.getFunctionPointer(function));
  }

  private long text(String content) {
    Memory text = new Memory(content.length() + 1L);
    text.setString(0, content);
    kept.add(text);
    return Pointer.nativeValue(text);
  }

  private long create(CustomOperator operator, long info, long address) {
    return status(
        () -> {
          Kernel kernel = operator.kernel(new KernelInfo(info));
          long number = numbers.incrementAndGet();
          kernels.put(number, kernel);
          new Pointer(address).setLong(0, number);
        });
  }

  private long compute(long number, long context) {
    return status(
        () -> {
          @Nullable Kernel kernel = kernels.get(number);
          if (kernel == null) {
            throw new IllegalStateException("The session is closed");
          }
          kernel.compute(new KernelContext(context));
        });
  }

  private void destroy(long number) {
    @Nullable Kernel kernel = kernels.remove(number);
    if (kernel != null) {
      kernel.close();
    }
  }

  /** Nothing may be thrown into native code: a failure is returned, and thrown by ONNX Runtime. */
  private static long status(Step step) {
    try {
      step.run();
      return 0;
    } catch (RuntimeException | Error e) {
      byte[] message = String.valueOf(e).getBytes(StandardCharsets.UTF_8);
      try (Memory text = new Memory(message.length + 1L)) {
        text.clear();
        text.write(0, message, 0, message.length);
        return OrtApi.CreateStatus(RUNTIME_EXCEPTION, Pointer.nativeValue(text));
      }
    }
  }
}
