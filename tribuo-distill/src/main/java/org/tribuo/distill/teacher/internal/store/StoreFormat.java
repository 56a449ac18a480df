package org.tribuo.distill.teacher.internal.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.internal.RowShape;

/**
 * The bytes of a file of soft targets. Rows are appended as the teacher makes them, and a file that
 * has all of them ends in a seal; so one that was cut off has fewer rows, and none that are wrong.
 * Every record ends in a CRC-32C over the key and its bytes: one that was damaged, or comes from
 * another file, is distinguished from a good one.
 *
 * <pre>
 * file:    magic, int32 version, int32 bytes of the header, header, CRC-32C, records
 * header:  key (teacher, output, arithmetic, inputs, largest or 0), columns, rows, shape,
 *          runtime's version
 * record:  int32 row, int32 length, int32 bytes of the payload, payload, CRC-32C
 * payload: float32 × elements of the row, or where only the largest are kept what {@link
 *          LargestCode} makes of them
 * seal:    int32 -1, int32 rows, int32 0, CRC-32C
 * </pre>
 *
 * <p>Numbers are little-endian, but for those inside the header.
 */
final class StoreFormat {
  /** Written into every file; another number is another format. */
  static final int VERSION = 4;

  /**
   * The oldest that is still read. Its largest logits are coded otherwise, and found by another
   * key.
   */
  static final int OLDEST_VERSION = 3;

  static final byte[] MAGIC = "tribuo-distill soft targets\n".getBytes(StandardCharsets.US_ASCII);

  /** The number of the record that states that all rows are there. */
  static final int SEAL = -1;

  /** Number and length of a row, and the bytes of its payload. */
  static final int RECORD_HEAD_BYTES = 3 * Integer.BYTES;

  static final int CHECKSUM_BYTES = Integer.BYTES;
  static final int SEAL_BYTES = RECORD_HEAD_BYTES + CHECKSUM_BYTES;

  /** Stands before a dimension that is a name. */
  private static final String NAMED = "'";

  private StoreFormat() {}

  /** Magic, version and header. */
  static byte[] encode(SoftTargetHeader header) {
    byte[] content = content(header);
    ByteBuffer bytes =
        ByteBuffer.allocate(MAGIC.length + 2 * Integer.BYTES + content.length + CHECKSUM_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(MAGIC).putInt(VERSION).putInt(content.length).put(content);
    CRC32C checksum = checksumOf(header.spec().key().sha256());
    checksum.update(content);
    return bytes.putInt((int) checksum.getValue()).array();
  }

  private static byte[] content(SoftTargetHeader header) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    SoftTargetSpec spec = header.spec();
    SoftTargetKey key = spec.key();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeUTF(key.teacherSha256());
      out.writeUTF(key.output());
      out.writeUTF(key.arithmetic());
      out.writeUTF(key.inputsSha256());
      out.writeInt(key.largest().orElse(0));
      writeStrings(out, spec.columns());
      out.writeInt(spec.rows());
      writeStrings(out, spec.shape().shape().dimensions().stream().map(StoreFormat::text).toList());
      out.writeUTF(header.runtimeVersion());
    } catch (IOException e) {
      throw new IllegalArgumentException("A name is too long to be kept: " + e.getMessage(), e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads a header.
   *
   * @param content the bytes between its length and its checksum
   * @return empty if the bytes are not a header that was written for this key
   */
  static Optional<SoftTargetHeader> decodeHeader(String keySha256, byte[] content, int checksum) {
    CRC32C expected = checksumOf(keySha256);
    expected.update(content);
    if ((int) expected.getValue() != checksum) {
      return Optional.empty();
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(content))) {
      SoftTargetKey key =
          SoftTargetKey.of(in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF(), in.readInt());
      List<String> columns = readStrings(in);
      int rows = in.readInt();
      List<Dimension> shape = readStrings(in).stream().map(StoreFormat::dimension).toList();
      SoftTargetSpec spec = new SoftTargetSpec(key, columns, rows, new RowShape(new Shape(shape)));
      return Optional.of(new SoftTargetHeader(spec, in.readUTF()))
          .filter(header -> key.sha256().equals(keySha256));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static void writeStrings(DataOutputStream out, List<String> strings) throws IOException {
    out.writeInt(strings.size());
    for (String string : strings) {
      out.writeUTF(string);
    }
  }

  private static List<String> readStrings(DataInputStream in) throws IOException {
    int count = in.readInt();
    List<String> strings = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      strings.add(in.readUTF());
    }
    return strings;
  }

  private static String text(Dimension dimension) {
    return (dimension instanceof Dimension.Fixed ? "" : NAMED) + dimension;
  }

  private static Dimension dimension(String text) {
    return text.startsWith(NAMED)
        ? Dimension.of(text.substring(NAMED.length()))
        : Dimension.of(Long.parseLong(text));
  }

  /** How many vectors a row has, of each of which the largest are kept. */
  private static int vectors(SoftTargetSpec spec, int length) {
    return spec.kept().elements(length) / spec.kept().columns();
  }

  /** The bytes of a record with such a payload. */
  static long recordBytes(int payload) {
    return (long) RECORD_HEAD_BYTES + payload + CHECKSUM_BYTES;
  }

  /** A record. */
  static byte[] encode(SoftTargetSpec spec, int number, Row row) {
    byte[] payload = payload(spec, row);
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(recordBytes(payload.length)))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(number).putInt(row.length()).putInt(payload.length).put(payload);
    return sealed(spec, bytes);
  }

  private static byte[] payload(SoftTargetSpec spec, Row row) {
    Row.Chosen chosen = row.chosen();
    if (chosen != null) {
      return LargestCode.encode(row.logits(), chosen, vectors(spec, row.length()));
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(row.logits().length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(row.logits());
    return bytes.array();
  }

  /** The record that states that all rows are there. */
  static byte[] seal(SoftTargetSpec spec) {
    ByteBuffer bytes = ByteBuffer.allocate(SEAL_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return sealed(spec, bytes.putInt(SEAL).putInt(spec.rows()).putInt(0));
  }

  private static byte[] sealed(SoftTargetSpec spec, ByteBuffer bytes) {
    CRC32C checksum = checksumOf(spec.key().sha256());
    checksum.update(bytes.array(), 0, bytes.position());
    return bytes.putInt((int) checksum.getValue()).array();
  }

  /**
   * Reads a record.
   *
   * @return empty if the bytes are not the record that was written for this row
   */
  static Optional<Row> decode(SoftTargetSpec spec, int number, int length, byte[] record) {
    ByteBuffer bytes = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
    int payload = record.length - RECORD_HEAD_BYTES - CHECKSUM_BYTES;
    CRC32C checksum = checksumOf(spec.key().sha256());
    checksum.update(record, 0, RECORD_HEAD_BYTES + payload);
    if (bytes.getInt(RECORD_HEAD_BYTES + payload) != (int) checksum.getValue()
        || bytes.getInt() != number
        || bytes.getInt() != length
        || bytes.getInt() != payload) {
      return Optional.empty();
    }
    if (spec.key().largest().isPresent()) {
      return Optional.of(
          LargestCode.decode(bytes, length, vectors(spec, length), spec.kept().columns()));
    }
    float[] logits = new float[spec.kept().elements(length)];
    if (payload != logits.length * Float.BYTES) {
      return Optional.empty();
    }
    bytes.asFloatBuffer().get(logits);
    return Optional.of(Row.of(length, logits));
  }

  /** Of what is written under a key. */
  static CRC32C checksumOf(String keySha256) {
    CRC32C checksum = new CRC32C();
    checksum.update(keySha256.getBytes(StandardCharsets.US_ASCII));
    return checksum;
  }
}
