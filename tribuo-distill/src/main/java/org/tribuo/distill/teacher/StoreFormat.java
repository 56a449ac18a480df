package org.tribuo.distill.teacher;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.tribuo.distill.output.LabelOrder;

/**
 * The bytes of the store's values. A value ends in a CRC-32C over its name and its bytes, so one
 * that was damaged, cut off or put under another name is told from a good one.
 *
 * <pre>
 * header: key (teacher, output, provider, inputs), labels, rows, width, rows per block,
 *         blocks per stretch, runtime's version, complete, CRC-32C
 * block:  float32 × rows of the block × width, little-endian, row by row, CRC-32C
 * </pre>
 */
final class StoreFormat {
  /** Written into every file; another number is another format. */
  static final int VERSION = 1;

  /** The oldest that is still read. */
  static final int OLDEST_VERSION = 1;

  private static final int CHECKSUM_BYTES = 4;

  private StoreFormat() {}

  static byte[] encode(SoftTargetHeader header) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      SoftTargetKey key = header.key();
      out.writeUTF(key.teacherSha256());
      out.writeUTF(key.output());
      out.writeUTF(key.arithmetic());
      out.writeUTF(key.inputsSha256());
      out.writeInt(header.labels().size());
      for (String label : header.labels().names()) {
        out.writeUTF(label);
      }
      BlockLayout layout = header.layout();
      out.writeInt(layout.rows());
      out.writeInt(layout.width());
      out.writeInt(layout.rowsPerBlock());
      out.writeInt(layout.blocksPerStretch());
      out.writeUTF(header.runtimeVersion());
      out.writeBoolean(header.complete());
    } catch (IOException e) {
      throw new IllegalArgumentException("A name is too long to be kept: " + e.getMessage(), e);
    }
    return sealed(headerName(header.key().sha256()), bytes.toByteArray());
  }

  /**
   * Reads a header.
   *
   * @return empty if the bytes are not a header that was written for this key
   */
  static Optional<SoftTargetHeader> decodeHeader(String keySha256, byte[] value) {
    if (!isIntact(headerName(keySha256), value)) {
      return Optional.empty();
    }
    try (DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(value, 0, value.length - CHECKSUM_BYTES))) {
      SoftTargetKey key = SoftTargetKey.of(in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF());
      int labels = in.readInt();
      List<String> names = new ArrayList<>();
      for (int i = 0; i < labels; i++) {
        names.add(in.readUTF());
      }
      BlockLayout layout = new BlockLayout(in.readInt(), in.readInt(), in.readInt(), in.readInt());
      return Optional.of(
              new SoftTargetHeader(
                  key, new LabelOrder(names), layout, in.readUTF(), in.readBoolean()))
          .filter(header -> header.key().sha256().equals(keySha256));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** A block of rows out of a larger matrix. */
  static byte[] encodeBlock(String keySha256, int block, float[] values, int from, int length) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values, from, length);
    return sealed(blockName(keySha256, block), bytes.array());
  }

  /**
   * Reads a block.
   *
   * @return empty if the bytes are not the floats that were written for this block
   */
  static Optional<float[]> decodeBlock(String keySha256, int block, int length, byte[] value) {
    if (value.length != 4 * length + CHECKSUM_BYTES
        || !isIntact(blockName(keySha256, block), value)) {
      return Optional.empty();
    }
    float[] values = new float[length];
    ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return Optional.of(values);
  }

  private static String headerName(String keySha256) {
    return "header " + keySha256;
  }

  private static String blockName(String keySha256, int block) {
    return "block " + block + " " + keySha256;
  }

  private static byte[] sealed(String name, byte[] content) {
    byte[] value = Arrays.copyOf(content, content.length + CHECKSUM_BYTES);
    ByteBuffer.wrap(value).putInt(content.length, checksum(name, value, content.length));
    return value;
  }

  private static boolean isIntact(String name, byte[] value) {
    int length = value.length - CHECKSUM_BYTES;
    return length >= 0 && ByteBuffer.wrap(value).getInt(length) == checksum(name, value, length);
  }

  private static int checksum(String name, byte[] value, int length) {
    CRC32C crc = new CRC32C();
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    crc.update(value, 0, length);
    return (int) crc.getValue();
  }
}
