package org.tribuo.distill.onednn;

import static java.util.Map.entry;

import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.SymbolProvider;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.engine.RuntimeUnavailableException;

/**
 * Functions of ONNX Runtime's C API. The library hands out one table of them, in which each
 * function keeps its place for ever: new ones are appended. The methods have the names and
 * arguments of <a href="https://onnxruntime.ai/docs/api/c/struct_ort_api.html">OrtApi</a>; pointers
 * are {@code long}.
 */
final class OrtApi {
  /** The version of the table: that of ONNX Runtime 1.28. */
  static final int VERSION = 28;

  private static final Map<String, Integer> PLACES =
      Map.ofEntries(
          entry("CreateStatus", 0),
          entry("GetErrorMessage", 2),
          entry("CreateCustomOpDomain", 26),
          entry("CustomOpDomain_Add", 27),
          entry("AddCustomOpDomain", 28),
          entry("GetTensorMutableData", 51),
          entry("GetTensorElementType", 60),
          entry("GetDimensionsCount", 61),
          entry("GetDimensions", 62),
          entry("GetTensorTypeAndShape", 65),
          entry("KernelInfoGetAttribute_float", 85),
          entry("KernelInfoGetAttribute_int64", 86),
          entry("KernelContext_GetInputCount", 88),
          entry("KernelContext_GetInput", 90),
          entry("KernelContext_GetOutput", 91),
          entry("ReleaseStatus", 93),
          entry("ReleaseTensorTypeAndShapeInfo", 99),
          entry("CreateOpAttr", 211),
          entry("ReleaseOpAttr", 212),
          entry("CreateOp", 213),
          entry("InvokeOp", 214),
          entry("ReleaseOp", 215),
          entry("KernelInfoGetConstantInput_tensor", 249),
          entry("KernelContext_ParallelFor", 274));

  private OrtApi() {}

  static native long CreateStatus(int code, long message);

  static native long GetErrorMessage(long status);

  static native void ReleaseStatus(long status);

  static native long CreateCustomOpDomain(long name, long domain);

  static native long CustomOpDomain_Add(long domain, long operator);

  static native long AddCustomOpDomain(long options, long domain);

  static native long GetTensorMutableData(long value, long data);

  static native long GetTensorElementType(long type, long elementType);

  static native long GetDimensionsCount(long type, long count);

  static native long GetDimensions(long type, long dims, long count);

  static native long GetTensorTypeAndShape(long value, long type);

  static native void ReleaseTensorTypeAndShapeInfo(long type);

  static native long KernelInfoGetAttribute_float(long info, long name, long value);

  static native long KernelInfoGetAttribute_int64(long info, long name, long value);

  static native long KernelInfoGetConstantInput_tensor(
      long info, long index, long isConstant, long value);

  static native long CreateOpAttr(long name, long data, int length, int type, long attribute);

  static native void ReleaseOpAttr(long attribute);

  static native long CreateOp(
      long info,
      long name,
      long domain,
      int version,
      long typeNames,
      long types,
      int typeCount,
      long attributes,
      int attributeCount,
      int inputCount,
      int outputCount,
      long operation);

  static native long InvokeOp(
      long context, long operation, long inputs, int inputCount, long outputs, int outputCount);

  static native void ReleaseOp(long operation);

  static native long KernelContext_GetInputCount(long context, long count);

  static native long KernelContext_GetInput(long context, long index, long value);

  static native long KernelContext_GetOutput(
      long context, long index, long dims, long count, long value);

  static native long KernelContext_ParallelFor(
      long context, long function, long total, long batches, long data);

  /**
   * @param file the library that the JVM has loaded
   * @throws RuntimeUnavailableException if it has no table of this version
   */
  static void load(Path file) {
    Pointer base =
        NativeLibrary.getInstance(file.toString())
            .getFunction("OrtGetApiBase")
            .invokePointer(new Object[0]);
    Function getApi = Function.getFunction(base.getPointer(0));
    @Nullable Pointer table = getApi.invokePointer(new Object[] {VERSION});
    if (table == null) {
      throw new RuntimeUnavailableException(
          "ONNX Runtime %s (%s) has no C API of version %d; use a version from 1.28 on"
              .formatted(
                  Function.getFunction(base.getPointer(Native.POINTER_SIZE))
                      .invokeString(new Object[0], false),
                  file,
                  VERSION));
    }
    SymbolProvider places =
        (handle, name, parent) -> {
          Integer place = PLACES.get(name);
          return place == null
              ? parent.getSymbolAddress(handle, name, parent)
              : Pointer.nativeValue(table.getPointer((long) Native.POINTER_SIZE * place));
        };
    Native.register(
        OrtApi.class,
        NativeLibrary.getInstance(file.toString(), Map.of(Library.OPTION_SYMBOL_PROVIDER, places)));
  }

  /**
   * @throws IllegalStateException if a function has returned an error, with its message
   */
  static void check(long status) {
    if (status != 0) {
      String message = new Pointer(GetErrorMessage(status)).getString(0);
      ReleaseStatus(status);
      throw new IllegalStateException("ONNX Runtime: " + message);
    }
  }
}
