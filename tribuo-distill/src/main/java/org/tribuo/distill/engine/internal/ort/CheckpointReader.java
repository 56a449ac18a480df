package org.tribuo.distill.engine.internal.ort;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.engine.internal.ort.CheckpointSchema.ModuleState;
import org.tribuo.distill.engine.internal.ort.CheckpointSchema.OptimizerGroup;
import org.tribuo.distill.engine.internal.ort.CheckpointSchema.ParameterState;
import org.tribuo.distill.engine.internal.ort.CheckpointSchema.Property;
import org.tribuo.distill.engine.internal.ort.CheckpointSchema.PropertyBag;
import org.tribuo.distill.engine.internal.ort.CheckpointSchema.Root;
import org.tribuo.distill.engine.internal.ort.CheckpointSchema.TensorFields;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Tensor;

/** Reads a checkpoint; its tensors are views of the memory-mapped file. */
final class CheckpointReader {
  private final Path file;

  private CheckpointReader(Path file) {
    this.file = file;
  }

  /**
   * Reads a file that {@link CheckpointWriter} or ONNX Runtime wrote. The tensors are views of the
   * memory-mapped file, which stays mapped as long as one of them is reachable.
   *
   * @throws CheckpointException if the file is no checkpoint, is damaged, is of another version, or
   *     holds no data
   * @throws IOException if the file cannot be read
   */
  static Checkpoint read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new CheckpointException(
            file, "has " + channel.size() + " bytes; a checkpoint is limited to 2 GB");
      }
      ByteBuffer content = channel.map(MapMode.READ_ONLY, 0, channel.size());
      return new CheckpointReader(file).read(content.order(ByteOrder.LITTLE_ENDIAN));
    }
  }

  private Checkpoint read(ByteBuffer content) throws CheckpointException {
    if (!FlatTable.hasIdentifier(content, CheckpointSchema.FILE_IDENTIFIER)) {
      throw new CheckpointException(
          file,
          "is no ONNX Runtime training checkpoint: it lacks the file identifier "
              + CheckpointSchema.FILE_IDENTIFIER);
    }
    try {
      return read(FlatTable.root(content));
    } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
      throw new CheckpointException(file, "is damaged or truncated: " + e.getMessage(), e);
    }
  }

  private Checkpoint read(FlatTable root) throws CheckpointException {
    int version = root.int32(Root.VERSION);
    if (version != CheckpointSchema.VERSION) {
      throw new CheckpointException(
          file, "has version " + version + ", expected " + CheckpointSchema.VERSION);
    }
    FlatTable module = root.table(Root.MODULE_STATE);
    if (module == null) {
      return Checkpoint.of(Map.of());
    }
    if (module.bool(ModuleState.IS_NOMINAL)) {
      throw new CheckpointException(
          file, "is nominal: it holds the parameters' names without their values");
    }
    if (module.bool(ModuleState.HAS_EXTERNAL_DATA)) {
      throw new CheckpointException(
          file,
          "keeps its tensors in a second file, which is not supported; it must be below 2 GB");
    }
    return new Checkpoint(
        tensors(module.tables(ModuleState.TRAINABLE)),
        tensors(module.tables(ModuleState.FROZEN)),
        optimizerState(root.tables(Root.OPTIMIZER_GROUPS)),
        properties(root.table(Root.PROPERTY_BAG)));
  }

  private static Optional<OptimizerState> optimizerState(List<FlatTable> groups) {
    if (groups.isEmpty()) {
      return Optional.empty();
    }
    FlatTable group = groups.get(0);
    Map<String, Map<String, Tensor>> moments = new LinkedHashMap<>();
    for (FlatTable state : group.tables(OptimizerGroup.PARAMETER_STATES)) {
      moments.put(
          state.string(ParameterState.PARAMETER), tensors(state.tables(ParameterState.MOMENTS)));
    }
    return Optional.of(
        new OptimizerState(
            group.int64(OptimizerGroup.STEP),
            group.float32(OptimizerGroup.INITIAL_LEARNING_RATE),
            moments));
  }

  private static Checkpoint.Properties properties(@Nullable FlatTable bag) {
    return bag == null
        ? Checkpoint.Properties.NONE
        : new Checkpoint.Properties(
            values(bag.tables(PropertyBag.INTEGERS), p -> p.int64(Property.VALUE)),
            values(bag.tables(PropertyBag.FLOATS), p -> p.float32(Property.VALUE)),
            values(bag.tables(PropertyBag.STRINGS), p -> p.string(Property.VALUE)));
  }

  private static <T> Map<String, T> values(
      List<FlatTable> properties, Function<FlatTable, T> value) {
    Map<String, T> values = new LinkedHashMap<>();
    for (FlatTable property : properties) {
      values.put(property.string(Property.NAME), value.apply(property));
    }
    return values;
  }

  private static Map<String, Tensor> tensors(List<FlatTable> tables) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (FlatTable table : tables) {
      String name = table.string(TensorFields.NAME);
      try {
        tensors.put(
            name,
            Tensor.of(
                ElementType.ofOnnx(table.int32(TensorFields.DATA_TYPE)),
                table.int64s(TensorFields.DIMS),
                table.bytes(TensorFields.RAW_DATA)));
      } catch (GraphException e) {
        throw new GraphException("tensor '" + name + "': " + e.getMessage(), e);
      }
    }
    return tensors;
  }
}
