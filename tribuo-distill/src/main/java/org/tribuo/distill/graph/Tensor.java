package org.tribuo.distill.graph;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A dense tensor in memory: an initializer, a batch of inputs, a result. Immutable as long as the
 * arrays or buffers that it was made from are not written to; safe for many threads.
 */
public final class Tensor {
  private final ElementType elementType;
  private final long[] dims;
  private final ByteBuffer data;

  private Tensor(ElementType elementType, long[] dims, ByteBuffer data) {
    long expected = TensorSizes.bytes(elementType, dims);
    if (expected != data.remaining()) {
      throw new GraphException(
          "A tensor %s%s has %d bytes, expected %d"
              .formatted(elementType, Arrays.toString(dims), data.remaining(), expected));
    }
    this.elementType = elementType;
    this.dims = dims.clone();
    this.data = data.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * A tensor over little-endian, row-major bytes, which are shared, not copied.
   *
   * @throws GraphException if the number of bytes does not fit the dimensions
   */
  public static Tensor of(ElementType elementType, long[] dims, ByteBuffer littleEndian) {
    return new Tensor(elementType, dims, littleEndian);
  }

  public static Tensor of(float[] values, long... dims) {
    ByteBuffer data = allocate(values.length * 4L);
    data.asFloatBuffer().put(values);
    return new Tensor(ElementType.FLOAT, dims, data);
  }

  public static Tensor of(double[] values, long... dims) {
    ByteBuffer data = allocate(values.length * 8L);
    data.asDoubleBuffer().put(values);
    return new Tensor(ElementType.DOUBLE, dims, data);
  }

  public static Tensor of(long[] values, long... dims) {
    ByteBuffer data = allocate(values.length * 8L);
    data.asLongBuffer().put(values);
    return new Tensor(ElementType.INT64, dims, data);
  }

  public static Tensor of(boolean[] values, long... dims) {
    ByteBuffer data = allocate(values.length);
    for (int i = 0; i < values.length; i++) {
      data.put(i, (byte) (values[i] ? 1 : 0));
    }
    return new Tensor(ElementType.BOOL, dims, data);
  }

  /** A float scalar: no dimensions. */
  public static Tensor scalar(float value) {
    return of(new float[] {value});
  }

  /** An int64 scalar: no dimensions. */
  public static Tensor scalar(long value) {
    return of(new long[] {value});
  }

  /** An int64 vector. */
  public static Tensor vector(long... values) {
    return of(values, values.length);
  }

  /**
   * Copies a tensor out of an ONNX file. External data must have been resolved before.
   *
   * @throws GraphException if the element type is not supported, or the data does not fit the
   *     dimensions
   */
  public static Tensor of(TensorProto proto) {
    ElementType type = ElementType.ofOnnx(proto.getDataType());
    long[] dims = proto.getDimsList().stream().mapToLong(Long::longValue).toArray();
    TensorSizes.check(proto);
    if (proto.hasRawData()) {
      return new Tensor(type, dims, proto.getRawData().asReadOnlyByteBuffer());
    }
    ByteBuffer data = allocate(TensorSizes.bytes(type, dims));
    switch (type) {
      case FLOAT -> proto.getFloatDataList().forEach(data::putFloat);
      case DOUBLE -> proto.getDoubleDataList().forEach(data::putDouble);
      case INT64 -> proto.getInt64DataList().forEach(data::putLong);
      case INT32 -> proto.getInt32DataList().forEach(data::putInt);
      case FLOAT16, BFLOAT16, INT16 ->
          proto.getInt32DataList().forEach(v -> data.putShort(v.shortValue()));
      case INT8, UINT8, BOOL -> proto.getInt32DataList().forEach(v -> data.put(v.byteValue()));
    }
    return new Tensor(type, dims, data.flip());
  }

  public ElementType elementType() {
    return elementType;
  }

  public long[] dims() {
    return dims.clone();
  }

  public int rank() {
    return dims.length;
  }

  /** The size of one axis; a negative axis counts from the end. */
  public long dim(int axis) {
    return dims[axis < 0 ? axis + dims.length : axis];
  }

  /** The number of elements. */
  public long elements() {
    return TensorSizes.elements(dims);
  }

  public TensorType type() {
    return TensorType.of(elementType, dims);
  }

  /** Whether it has a type's element type, and its rank and fixed sizes where they are known. */
  public boolean fits(TensorType type) {
    return elementType == type.elementType() && type.shape().map(this::fits).orElse(true);
  }

  private boolean fits(Shape shape) {
    return rank() == shape.rank()
        && IntStream.range(0, dims.length)
            .allMatch(
                axis ->
                    !(shape.dimension(axis) instanceof Dimension.Fixed fixed)
                        || fixed.size() == dims[axis]);
  }

  /** The elements as little-endian, row-major bytes, read-only. */
  public ByteBuffer data() {
    return data.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The elements as floats, copied.
   *
   * @throws GraphException if this is not a tensor of FLOAT, DOUBLE, FLOAT16 or BFLOAT16
   */
  public float[] toFloats() {
    float[] values = new float[Math.toIntExact(elements())];
    switch (elementType) {
      case FLOAT -> data().asFloatBuffer().get(values);
      case DOUBLE -> {
        var doubles = data().asDoubleBuffer();
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) doubles.get(i);
        }
      }
      case FLOAT16 -> {
        var halves = data().asShortBuffer();
        for (int i = 0; i < values.length; i++) {
          values[i] = HalfFloats.fromFloat16(halves.get(i));
        }
      }
      case BFLOAT16 -> {
        var halves = data().asShortBuffer();
        for (int i = 0; i < values.length; i++) {
          values[i] = HalfFloats.fromBfloat16(halves.get(i));
        }
      }
      default -> throw new GraphException("A tensor of " + elementType + " has no floats");
    }
    return values;
  }

  /**
   * The elements as longs, copied.
   *
   * @throws GraphException if this is not a tensor of integers or booleans
   */
  public long[] toLongs() {
    long[] values = new long[Math.toIntExact(elements())];
    ByteBuffer bytes = data();
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (elementType) {
            case INT64 -> bytes.getLong(i * 8);
            case INT32 -> bytes.getInt(i * 4);
            case INT16 -> bytes.getShort(i * 2);
            case INT8 -> bytes.get(i);
            case UINT8, BOOL -> bytes.get(i) & 0xFF;
            default -> throw new GraphException("A tensor of " + elementType + " has no integers");
          };
    }
    return values;
  }

  /**
   * The same numbers in another floating-point type, rounded to the nearest.
   *
   * @throws GraphException unless both are the same type, or float types of which the other is
   *     FLOAT, DOUBLE, FLOAT16 or BFLOAT16
   */
  public Tensor cast(ElementType type) {
    if (type == elementType) {
      return this;
    }
    ByteBuffer cast = allocate(elements() * type.bytes());
    for (float value : toFloats()) {
      switch (type) {
        case FLOAT -> cast.putFloat(value);
        case DOUBLE -> cast.putDouble(value);
        case FLOAT16 -> cast.putShort(HalfFloats.toFloat16(value));
        case BFLOAT16 -> cast.putShort(HalfFloats.toBfloat16(value));
        default -> throw new GraphException("A tensor of floats cannot become one of " + type);
      }
    }
    return new Tensor(type, dims, cast.flip());
  }

  /** The same elements under other dimensions. */
  public Tensor reshape(long... newDims) {
    return new Tensor(elementType, newDims, data());
  }

  /** Copies this tensor into a named one of an ONNX file. */
  public TensorProto toProto(String name) {
    TensorProto.Builder proto =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(elementType.onnxNumber())
            .setRawData(ByteString.copyFrom(data()));
    for (long dim : dims) {
      proto.addDims(dim);
    }
    return proto.build();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tensor tensor
        && elementType == tensor.elementType
        && Arrays.equals(dims, tensor.dims)
        && data.equals(tensor.data);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * elementType.hashCode() + Arrays.hashCode(dims)) + data.hashCode();
  }

  @Override
  public String toString() {
    return elementType + Arrays.toString(dims);
  }

  private static ByteBuffer allocate(long bytes) {
    if (bytes > Integer.MAX_VALUE) {
      throw new GraphException("A tensor of %d bytes is larger than 2 GB".formatted(bytes));
    }
    return ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
