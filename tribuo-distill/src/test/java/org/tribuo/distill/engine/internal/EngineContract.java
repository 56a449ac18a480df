package org.tribuo.distill.engine.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Device.ExecutionProvider;
import org.tribuo.distill.engine.EngineException;
import org.tribuo.distill.engine.RuntimeUnavailableException;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/** What every engine does. The test of an engine extends this class. */
public abstract class EngineContract {
  private static final Device ONE_THREAD = Device.cpu(1);
  private static final Set<String> SUM = Set.of("sum");

  /** The engine under test. */
  protected abstract Engine engine();

  /** product = x · w; sum = the sum of its rows. x is [rows, 2], w [2, 3]. */
  private static Graph graph() {
    Graph graph = Graph.empty(Ops.OPSET);
    Ops op = Ops.on(graph);
    graph.addInput(
        "x",
        TensorType.of(
            ElementType.FLOAT, new Shape(List.of(Dimension.of("rows"), Dimension.of(2)))));
    Value w = graph.setInitializer("w", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
    Value product = op.named("product", op.matmul(graph.value("x"), w));
    op.named("sum", op.reduceSum(product, 0));
    graph.addOutput("product");
    graph.addOutput("sum");
    return graph;
  }

  private static Map<String, Tensor> rows(float... values) {
    return Map.of("x", Tensor.of(values, values.length / 2, 2));
  }

  private InferenceSession open() {
    return engine().open(graph().toModel(), ONE_THREAD);
  }

  @Test
  void hasAVersionAndTheProcessor() {
    assertThat(engine().version()).matches("\\d+\\.\\d+.*");
    assertThat(engine().providers()).contains(ExecutionProvider.CPU);
  }

  @Test
  void computesTheOutputsThatAreNamed() {
    try (InferenceSession session = open()) {
      assertThat(session.run(rows(1, 1, 1, 0), SUM))
          .containsOnly(Map.entry("sum", Tensor.of(new float[] {6, 9, 12}, 3)));
      assertThat(session.run(rows(1, 1), Set.of("product", "sum")))
          .containsOnlyKeys("product", "sum")
          .containsEntry("product", Tensor.of(new float[] {5, 7, 9}, 1, 3));
    }
  }

  @Test
  void readsBatchesOfAnySizeThatTheModelAllows() {
    try (InferenceSession session = open()) {
      for (int rows : new int[] {3, 1, 100, 2}) {
        assertThat(session.run(rows(new float[2 * rows]), Set.of("product")))
            .containsEntry("product", Tensor.of(new float[3 * rows], rows, 3));
      }
      assertThat(session.run(rows(), Set.of("product")))
          .containsEntry("product", Tensor.of(new float[0], 0, 3));
    }
  }

  @Test
  void whatItReturnsStaysValid() {
    Map<String, Tensor> first;
    try (InferenceSession session = open()) {
      first = session.run(rows(1, 0), SUM);
      assertThat(session.run(rows(0, 1), SUM)).isNotEqualTo(first);
    }
    assertThat(first).containsEntry("sum", Tensor.of(new float[] {1, 2, 3}, 3));
  }

  @Test
  void runsAgainAfterItWasClosed() {
    InferenceSession session = open();
    Map<String, Tensor> before = session.run(rows(0.1f, 0.7f), SUM);
    session.close();
    session.close();
    assertThat(session.run(rows(0.1f, 0.7f), SUM)).isEqualTo(before);
    session.runOn(Device.cpu(2));
    assertThat(session.run(rows(0.1f, 0.7f), SUM)).isEqualTo(before);
    session.close();
  }

  @Test
  void runsInManyThreadsAtOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (InferenceSession session = open()) {
      List<Future<Map<String, Tensor>>> runs = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        Map<String, Tensor> inputs = rows(i, 0);
        runs.add(threads.submit(() -> session.run(inputs, SUM)));
      }
      for (int i = 0; i < 200; i++) {
        assertThat(runs.get(i).get())
            .containsEntry("sum", Tensor.of(new float[] {i, 2 * i, 3 * i}, 3));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void refusesInputsThatDoNotFit() {
    try (InferenceSession session = open()) {
      assertRefused(session, Map.of(), "Input 'x' is missing, expected {x=FLOAT[rows, 2]}");
      assertRefused(
          session,
          Map.of("x", Tensor.of(new float[2], 1, 2), "y", Tensor.scalar(1f)),
          "Unknown input 'y', expected {x=FLOAT[rows, 2]}");
      assertRefused(
          session,
          Map.of("x", Tensor.of(new long[2], 1, 2)),
          "Input 'x' is INT64[1, 2], expected FLOAT[rows, 2]");
      assertRefused(
          session,
          Map.of("x", Tensor.of(new float[2], 2)),
          "Input 'x' is FLOAT[2], expected FLOAT[rows, 2]");
      assertRefused(
          session,
          Map.of("x", Tensor.of(new float[3], 1, 3)),
          "Input 'x' is FLOAT[1, 3], expected FLOAT[rows, 2]");
      assertThat(session.run(rows(1, 1), SUM)).hasSize(1);
    }
  }

  private static void assertRefused(
      InferenceSession session, Map<String, Tensor> inputs, String message) {
    assertThatThrownBy(() -> session.run(inputs, SUM))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void refusesOutputsThatTheModelDoesNotHave() {
    try (InferenceSession session = open()) {
      for (Set<String> outputs : List.of(Set.<String>of(), Set.of("sum", "w"))) {
        assertThatThrownBy(() -> session.run(rows(1, 1), outputs))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageEndingWith("are to be computed, expected some of [product, sum]");
      }
    }
  }

  @Test
  void aRunThatFailsNamesItsInputsAndLeavesTheModelUsable() {
    Graph graph = Graph.empty(Ops.OPSET);
    Ops op = Ops.on(graph);
    graph.addInput("i", TensorType.of(ElementType.INT64, 1));
    Value table = graph.setInitializer("table", Tensor.of(new float[] {1, 2}, 2));
    op.named("row", op.gather(table, graph.value("i"), 0));
    graph.addOutput("row");
    try (InferenceSession session = engine().open(graph.toModel(), ONE_THREAD)) {
      assertThatThrownBy(() -> session.run(Map.of("i", Tensor.vector(7)), Set.of("row")))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("INT64[1]");
      assertThat(session.run(Map.of("i", Tensor.vector(1)), Set.of("row")))
          .containsEntry("row", Tensor.of(new float[] {2}, 1));
    }
  }

  @Test
  void handsEveryElementTypeThrough() {
    for (ElementType type : ElementType.values()) {
      Graph graph = Graph.empty(Ops.OPSET);
      graph.addInput("x", TensorType.of(type, 2));
      graph.add(
          Node.ONNX,
          "Identity",
          Attributes.NONE,
          List.of("x"),
          Map.of("y", TensorType.of(type, 2)));
      graph.addOutput("y");
      Tensor value = Tensor.of(type, new long[] {2}, bytes(2 * type.bytes()));
      try (LoadedModel model = engine().load(graph.toModel(), ONE_THREAD)) {
        assertThat(model.inputs().inputs()).containsEntry("x", TensorType.of(type, 2));
        assertThat(model.run(Map.of("x", value), Set.of("y"))).containsEntry("y", value);
      }
    }
  }

  /** Zeros and ones, of which each type has some. */
  private static ByteBuffer bytes(int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    bytes.put(0, (byte) 1);
    return bytes;
  }

  @Test
  void loadsAFileAsItIs() throws IOException {
    Path folder = Files.createTempDirectory("engine");
    Path file = folder.resolve("model.onnx");
    try {
      graph().toModel().write(file);
      try (LoadedModel model = engine().load(file, ONE_THREAD)) {
        assertThat(model.outputs()).containsExactlyInAnyOrder("product", "sum");
        assertThat(model.run(rows(1, 1), SUM))
            .containsEntry("sum", Tensor.of(new float[] {5, 7, 9}, 3));
      }
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
    assertThatThrownBy(() -> engine().load(file, ONE_THREAD))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("model.onnx");
  }

  @Test
  void refusesAModelWithAnOperatorThatItDoesNotHave() {
    OnnxModel unknown = withUnknownOperator().toModel();
    try (InferenceSession session = engine().open(unknown, ONE_THREAD)) {
      assertThatThrownBy(() -> session.run(rows(1, 1), Set.of("y")))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("Teleport");
    }
    assertThatThrownBy(() -> engine().infer(withUnknownOperator()))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("Teleport");
  }

  private static Graph withUnknownOperator() {
    Graph graph = graph();
    graph.add(
        Node.MICROSOFT,
        "Teleport",
        Attributes.NONE,
        List.of("sum"),
        Map.of("y", TensorType.ofUnknownRank(ElementType.FLOAT)));
    graph.addOutput("y");
    return graph;
  }

  @Test
  void refusesAProviderThatTheLibraryLacks() {
    assumeFalse(engine().providers().contains(ExecutionProvider.CUDA));
    try (InferenceSession session = engine().open(graph().toModel(), Device.cuda(0))) {
      assertThatThrownBy(() -> session.run(rows(1, 1), SUM))
          .isInstanceOf(RuntimeUnavailableException.class)
          .hasMessageContaining("CUDA");
      session.runOn(ONE_THREAD);
      assertThat(session.run(rows(1, 1), SUM)).hasSize(1);
    }
  }

  @Test
  void infersTypesWithoutChangingTheGraph() {
    Graph graph = graph();
    Map<String, TensorType> types = engine().infer(graph);
    assertThat(types.get("product")).hasToString("FLOAT[rows, 3]");
    assertThat(types.get("sum")).hasToString("FLOAT[3]");
    assertThat(graph.isInitializer("w")).isTrue();
    assertThat(graph.outputs()).containsExactly("product", "sum");
  }
}
