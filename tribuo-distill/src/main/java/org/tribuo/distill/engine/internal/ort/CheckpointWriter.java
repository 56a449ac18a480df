package org.tribuo.distill.engine.internal.ort;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.ObjIntConsumer;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.tribuo.distill.engine.internal.ort.CheckpointSchema.ModuleState;
import org.tribuo.distill.engine.internal.ort.CheckpointSchema.OptimizerGroup;
import org.tribuo.distill.engine.internal.ort.CheckpointSchema.ParameterState;
import org.tribuo.distill.engine.internal.ort.CheckpointSchema.Property;
import org.tribuo.distill.engine.internal.ort.CheckpointSchema.PropertyBag;
import org.tribuo.distill.engine.internal.ort.CheckpointSchema.Root;
import org.tribuo.distill.engine.internal.ort.CheckpointSchema.TensorFields;
import org.tribuo.distill.file.AtomicFile;
import org.tribuo.distill.graph.Tensor;

/**
 * Writes a checkpoint. The whole file is laid out in one direct buffer, because a flatbuffer is
 * built from its end.
 */
final class CheckpointWriter {
  /** More than the tables, vtables and alignment around one named entry can take. */
  private static final int BYTES_AROUND_AN_ENTRY = 256;

  private static final int BYTES_AROUND_ALL = 4096;

  private final FlatBufferBuilder out;

  private CheckpointWriter(int capacity) {
    out = new FlatBufferBuilder(capacity, new DirectBuffers());
  }

  /**
   * Writes a file that ONNX Runtime reads, whole or not at all.
   *
   * @throws IllegalArgumentException if the file would be larger than 2 GB; nothing is written then
   * @throws IOException if the file cannot be written
   */
  static void write(Checkpoint checkpoint, Path file) throws IOException {
    long capacity = sizeBound(checkpoint);
    if (capacity > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "A checkpoint is limited to 2 GB, but this one would have about %,d bytes: %d trainable and %d"
                  .formatted(capacity, checkpoint.trainable().size(), checkpoint.frozen().size())
              + " frozen parameters, and the optimizer's state. Keep frozen parameters as"
              + " initializers of the training model, or train a smaller one");
    }
    ByteBuffer content = new CheckpointWriter((int) capacity).build(checkpoint);
    AtomicFile.write(
        file,
        channel -> {
          while (content.hasRemaining()) {
            channel.write(content);
          }
        });
  }

  /** An upper bound of the file's size, in bytes. */
  static long sizeBound(Checkpoint checkpoint) {
    Stream<Map.Entry<String, Tensor>> moments =
        checkpoint.optimizer().stream()
            .flatMap(state -> state.moments().values().stream())
            .flatMap(byName -> byName.entrySet().stream());
    Stream<Map.Entry<String, Tensor>> tensors =
        Stream.of(
                checkpoint.trainable().entrySet().stream(),
                checkpoint.frozen().entrySet().stream(),
                moments)
            .flatMap(entries -> entries);
    Stream<String> names =
        Stream.of(
                checkpoint.optimizer().stream().flatMap(s -> s.moments().keySet().stream()),
                checkpoint.properties().integers().keySet().stream(),
                checkpoint.properties().floats().keySet().stream(),
                checkpoint.properties().strings().entrySet().stream()
                    .map(entry -> entry.getKey() + entry.getValue()))
            .flatMap(all -> all);
    return BYTES_AROUND_ALL
        + tensors.mapToLong(e -> bytesOf(e.getKey()) + bytesOf(e.getValue())).sum()
        + names.mapToLong(CheckpointWriter::bytesOf).sum();
  }

  private static long bytesOf(String name) {
    int mostBytesOfAChar = 3;
    return BYTES_AROUND_AN_ENTRY + (long) mostBytesOfAChar * name.length();
  }

  private static long bytesOf(Tensor tensor) {
    return (long) tensor.rank() * Long.BYTES + tensor.data().remaining();
  }

  private ByteBuffer build(Checkpoint checkpoint) {
    int trainable = tensors(checkpoint.trainable());
    int frozen = tensors(checkpoint.frozen());
    out.startTable(ModuleState.FIELDS);
    out.addOffset(ModuleState.TRAINABLE, trainable, 0);
    out.addOffset(ModuleState.FROZEN, frozen, 0);
    int module = out.endTable();

    int groups =
        out.createVectorOfTables(
            checkpoint.optimizer().stream().mapToInt(this::optimizerGroup).toArray());
    int properties = properties(checkpoint.properties());

    out.startTable(Root.FIELDS);
    out.addInt(Root.VERSION, CheckpointSchema.VERSION, 0);
    out.addOffset(Root.MODULE_STATE, module, 0);
    out.addOffset(Root.OPTIMIZER_GROUPS, groups, 0);
    out.addOffset(Root.PROPERTY_BAG, properties, 0);
    out.finish(out.endTable(), CheckpointSchema.FILE_IDENTIFIER);
    return out.dataBuffer();
  }

  private int optimizerGroup(OptimizerState state) {
    int name = out.createString(OptimizerGroup.ONLY_NAME);
    int states = vector(state.moments().entrySet(), this::parameterState);
    out.startTable(OptimizerGroup.FIELDS);
    out.addOffset(OptimizerGroup.NAME, name, 0);
    out.addLong(OptimizerGroup.STEP, state.step(), 0);
    out.addFloat(OptimizerGroup.INITIAL_LEARNING_RATE, state.initialLearningRate(), 0);
    out.addOffset(OptimizerGroup.PARAMETER_STATES, states, 0);
    return out.endTable();
  }

  private int parameterState(Map.Entry<String, Map<String, Tensor>> momentsOfParameter) {
    int parameter = out.createString(momentsOfParameter.getKey());
    int moments = tensors(momentsOfParameter.getValue());
    out.startTable(ParameterState.FIELDS);
    out.addOffset(ParameterState.PARAMETER, parameter, 0);
    out.addOffset(ParameterState.MOMENTS, moments, 0);
    return out.endTable();
  }

  private int properties(Checkpoint.Properties properties) {
    int integers = properties(properties.integers(), (value, slot) -> out.addLong(slot, value, 0));
    int floats = properties(properties.floats(), (value, slot) -> out.addFloat(slot, value, 0));
    int strings =
        vector(
            properties.strings().entrySet(),
            property -> {
              int value = out.createString(property.getValue());
              return property(property.getKey(), slot -> out.addOffset(slot, value, 0));
            });
    out.startTable(PropertyBag.FIELDS);
    out.addOffset(PropertyBag.INTEGERS, integers, 0);
    out.addOffset(PropertyBag.FLOATS, floats, 0);
    out.addOffset(PropertyBag.STRINGS, strings, 0);
    return out.endTable();
  }

  private <T> int properties(Map<String, T> properties, ObjIntConsumer<T> addValueAtSlot) {
    return vector(
        properties.entrySet(),
        property ->
            property(property.getKey(), slot -> addValueAtSlot.accept(property.getValue(), slot)));
  }

  private int property(String name, IntConsumer addValueAtSlot) {
    int nameOffset = out.createString(name);
    out.startTable(Property.FIELDS);
    out.addOffset(Property.NAME, nameOffset, 0);
    addValueAtSlot.accept(Property.VALUE);
    return out.endTable();
  }

  private int tensors(Map<String, Tensor> tensors) {
    return vector(tensors.entrySet(), entry -> tensor(entry.getKey(), entry.getValue()));
  }

  private int tensor(String name, Tensor tensor) {
    int data = out.createByteVector(tensor.data());
    int dims = int64s(tensor.dims());
    int nameOffset = out.createString(name);
    out.startTable(TensorFields.FIELDS);
    out.addOffset(TensorFields.NAME, nameOffset, 0);
    out.addOffset(TensorFields.DIMS, dims, 0);
    out.addInt(TensorFields.DATA_TYPE, tensor.elementType().onnxNumber(), 0);
    out.addOffset(TensorFields.RAW_DATA, data, 0);
    return out.endTable();
  }

  private int int64s(long[] values) {
    out.startVector(Long.BYTES, values.length, Long.BYTES);
    for (int i = values.length - 1; i >= 0; i--) {
      out.addLong(values[i]);
    }
    return out.endVector();
  }

  private <T> int vector(Collection<T> items, ToIntFunction<T> table) {
    return out.createVectorOfTables(items.stream().mapToInt(table).toArray());
  }

  private static final class DirectBuffers extends FlatBufferBuilder.ByteBufferFactory {
    @Override
    public ByteBuffer newByteBuffer(int capacity) {
      return ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
