package org.tribuo.distill.engine.internal.ort;

import com.google.flatbuffers.Table;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads the fields of a flatbuffer table by their slot numbers. */
final class FlatTable extends Table {
  /** A vtable begins with its own size and the table's. */
  private static final int FIRST_FIELD = 4;

  private FlatTable(int position, ByteBuffer file) {
    __reset(position, file);
  }

  /** Whether a little-endian buffer begins as a flatbuffer with this file identifier. */
  static boolean hasIdentifier(ByteBuffer file, String identifier) {
    return file.remaining() >= 8 && __has_identifier(file, identifier);
  }

  static FlatTable root(ByteBuffer file) {
    return new FlatTable(file.getInt(file.position()) + file.position(), file);
  }

  boolean bool(int slot) {
    int offset = offset(slot);
    return offset != 0 && bb.get(bb_pos + offset) != 0;
  }

  int int32(int slot) {
    int offset = offset(slot);
    return offset == 0 ? 0 : bb.getInt(bb_pos + offset);
  }

  long int64(int slot) {
    int offset = offset(slot);
    return offset == 0 ? 0 : bb.getLong(bb_pos + offset);
  }

  float float32(int slot) {
    int offset = offset(slot);
    return offset == 0 ? 0 : bb.getFloat(bb_pos + offset);
  }

  /** A string; empty where the field is absent. */
  String string(int slot) {
    int offset = offset(slot);
    return offset == 0 ? "" : __string(bb_pos + offset);
  }

  /** A table; null where the field is absent. */
  @Nullable FlatTable table(int slot) {
    int offset = offset(slot);
    return offset == 0 ? null : new FlatTable(__indirect(bb_pos + offset), bb);
  }

  /** A vector of tables; empty where the field is absent. */
  List<FlatTable> tables(int slot) {
    int offset = offset(slot);
    if (offset == 0) {
      return List.of();
    }
    int start = __vector(offset);
    List<FlatTable> tables = new ArrayList<>();
    for (int i = 0; i < length(offset, Integer.BYTES); i++) {
      tables.add(new FlatTable(__indirect(start + i * Integer.BYTES), bb));
    }
    return tables;
  }

  /** A vector of int64; empty where the field is absent. */
  long[] int64s(int slot) {
    int offset = offset(slot);
    if (offset == 0) {
      return new long[0];
    }
    long[] values = new long[length(offset, Long.BYTES)];
    int start = __vector(offset);
    for (int i = 0; i < values.length; i++) {
      values[i] = bb.getLong(start + i * Long.BYTES);
    }
    return values;
  }

  /** A vector of bytes, as a view of the file; empty where the field is absent. */
  ByteBuffer bytes(int slot) {
    int offset = offset(slot);
    ByteBuffer view =
        offset == 0 ? bb.slice(0, 0) : bb.slice(__vector(offset), __vector_len(offset));
    return view.order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The length of a vector, if the file has room for so many elements. */
  private int length(int offset, int bytesOfAnElement) {
    int length = __vector_len(offset);
    Objects.checkFromIndexSize(0, length, bb.limit() / bytesOfAnElement);
    return length;
  }

  private int offset(int slot) {
    return __offset(FIRST_FIELD + Short.BYTES * slot);
  }
}
