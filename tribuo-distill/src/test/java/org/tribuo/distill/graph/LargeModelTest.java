package org.tribuo.distill.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.LoadedModel;

/** Weights of more bytes than one message may have; takes as much of the disk. */
@Tag("slow")
class LargeModelTest {
  private static final int TABLES = 5;
  private static final long ROWS = 500_000;
  private static final long WIDTH = 256;

  @Test
  void weightsAboveTwoGigabytesAreWrittenReadAndRun(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("large.onnx");
    sumOfTables().write(file);

    OnnxModel read = OnnxModel.read(file);
    String data = read.externalDataFiles().iterator().next();
    assertThat(Files.size(folder.resolve(data))).isGreaterThan(2L << 30);
    assertThat(read.bytesOfInitializers()).isEqualTo(TABLES * ROWS * WIDTH * 4);

    try (LoadedModel model = Engines.inference().load(file, Device.cpu(1))) {
      Map<String, Tensor> outputs =
          model.run(Map.of("row", Tensor.vector(ROWS - 1)), model.outputs());
      float[] sum = outputs.values().iterator().next().toFloats();
      assertThat(sum).hasSize((int) WIDTH).containsOnly(TABLES * 0.5f);
    }
  }

  /** The sum of one row of each table. All tables are the same memory here. */
  private static OnnxModel sumOfTables() {
    ByteBuffer halves = ByteBuffer.allocate((int) (ROWS * WIDTH * 4));
    halves.order(java.nio.ByteOrder.LITTLE_ENDIAN);
    while (halves.hasRemaining()) {
      halves.putFloat(0.5f);
    }
    Tensor table = Tensor.of(ElementType.FLOAT, new long[] {ROWS, WIDTH}, halves.flip());
    Graph graph = Graph.empty(Ops.OPSET);
    Ops op = Ops.on(graph);
    graph.addInput("row", TensorType.of(ElementType.INT64, 1));
    Value sum =
        java.util.stream.IntStream.range(0, TABLES)
            .mapToObj(
                i -> op.gather(graph.setInitializer("table" + i, table), graph.value("row"), 0))
            .reduce(op::add)
            .orElseThrow();
    graph.addOutput(op.named("sum", sum).name());
    return graph.toModel();
  }
}
