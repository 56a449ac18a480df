package org.tribuo.distill.engine.internal.ort;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.tribuo.distill.file.internal.TemporaryFolder;
import org.tribuo.distill.graph.Tensor;

/** Copies of weights as views of a file that is deleted already, beside Java's objects. */
final class MappedWeights {
  /** What deleted files of weights may take of the disk before the garbage collector is run. */
  private static final long MOST_MAPPED = 1L << 30;

  /** Below this, in bytes, a mapping costs more than an array. */
  private static final int SMALL = 1 << 16;

  private static final AtomicLong MAPPED = new AtomicLong();

  private MappedWeights() {}

  /**
   * @param weights may change after this method returns
   * @throws IOException if the temporary file cannot be written
   */
  static Map<String, Tensor> copyOf(Map<String, Tensor> weights) throws IOException {
    Map<String, Tensor> copies = new LinkedHashMap<>();
    try (TemporaryFolder folder = TemporaryFolder.create()) {
      Path file = folder.path().resolve("weights");
      try (FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE)) {
        for (Map.Entry<String, Tensor> weight : weights.entrySet()) {
          Tensor tensor = weight.getValue();
          ByteBuffer data = tensor.data();
          ByteBuffer copy = data.remaining() < SMALL ? onHeap(data) : mapped(data, channel);
          copies.put(weight.getKey(), Tensor.of(tensor.elementType(), tensor.dims(), copy));
        }
        makeRoomOnDisk(channel.size());
      }
    }
    return copies;
  }

  private static ByteBuffer onHeap(ByteBuffer data) {
    return ByteBuffer.allocate(data.remaining()).put(data).flip();
  }

  private static ByteBuffer mapped(ByteBuffer data, FileChannel channel) throws IOException {
    long start = channel.size();
    int bytes = data.remaining();
    long end = start + bytes;
    while (data.hasRemaining()) {
      channel.write(data, end - data.remaining());
    }
    return channel.map(MapMode.READ_ONLY, start, bytes);
  }

  /** The garbage collector sees Java's objects, and not how much of the disk depends on them. */
  static void makeRoomOnDisk(long bytes) {
    if (MAPPED.addAndGet(bytes) > MOST_MAPPED) {
      MAPPED.set(bytes);
      System.gc();
    }
  }
}
