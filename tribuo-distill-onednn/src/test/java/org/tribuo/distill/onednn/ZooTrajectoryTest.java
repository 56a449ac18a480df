package org.tribuo.distill.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Precision;
import org.tribuo.distill.engine.internal.AdamW;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.Optimizer;
import org.tribuo.distill.engine.internal.TrainingGraph;
import org.tribuo.distill.engine.internal.TrainingSession;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.pass.LibraryOperators;
import org.tribuo.distill.graph.internal.pass.Normalization;
import org.tribuo.distill.internal.autodiff.Differentiator;
import org.tribuo.distill.operator.internal.standard.StandardOperators;

/**
 * Every exporter's Transformer that the library's own tests train in float32 takes the same way in
 * bfloat16: ten steps towards random outputs.
 */
class ZooTrajectoryTest {
  private static final Path ZOO =
      Path.of("..", "tribuo-distill", "src", "test", "resources", "zoo");
  private static final int STEPS = 10;
  private static final double TOLERANCE = 2e-2;

  /** A loss that has fallen below this part of the first is compared with that part. */
  private static final double LEAST = 0.05;

  private static final String LOSS = "zoo_loss";

  @ParameterizedTest
  @ValueSource(strings = {"bert_seqcls_ts11", "gpt2_causal_optimum", "vit_imgcls_dynamo"})
  void someTakeTheSameWay(String name) throws IOException {
    check(ZOO.resolve(name));
  }

  @TestFactory
  @Tag("slow")
  Stream<DynamicTest> allTakeTheSameWay() throws IOException {
    List<Path> cases;
    try (Stream<Path> folders = Files.list(ZOO)) {
      cases = folders.filter(folder -> Files.exists(folder.resolve("case.json"))).sorted().toList();
    }
    assertThat(cases).hasSizeGreaterThan(20);
    return cases.stream()
        .map(
            folder ->
                DynamicTest.dynamicTest(folder.getFileName().toString(), () -> check(folder)));
  }

  private static void check(Path folder) throws IOException {
    JsonNode json = new ObjectMapper().readTree(folder.resolve("case.json").toFile());
    double[] expected = losses(folder, json, Device.cpu(1));
    double[] losses =
        losses(folder, json, Device.cpu(1).withPrecision(Precision.BFLOAT16_PRODUCTS));
    for (int step = 0; step < STEPS; step++) {
      double scale = Math.max(expected[step], LEAST * expected[0]);
      assertThat(Math.abs(losses[step] - expected[step]) / scale)
          .as("relative error of step %d, %s for %s", step, losses[step], expected[step])
          .isLessThanOrEqualTo(TOLERANCE);
    }
    assertThat(losses[STEPS - 1]).isLessThan(losses[0]);
  }

  private static double[] losses(Path folder, JsonNode json, Device device) throws IOException {
    Graph graph = Graph.of(OnnxModel.read(folder.resolve("model.onnx")));
    Normalization.applyForTraining(graph);
    List<String> outputs = strings(json.get("student_outputs"));
    Map<String, Tensor> batch = tensors(folder, json.get("inputs"));
    attachLoss(graph, outputs, tensors(folder, json.get("expected_outputs")), batch);
    if (device.operators().isPresent()) {
      LibraryOperators.apply(graph, outputs);
      assertThat(graph.nodes()).anyMatch(node -> node.opType().equals("Product"));
    }
    List<String> trainable =
        strings(json.get("trainable")).stream()
            .filter(
                name ->
                    graph.ancestors(List.of(LOSS)).stream().anyMatch(n -> n.reads().contains(name)))
            .toList();
    Map<String, Value> gradients =
        Differentiator.differentiate(graph, LOSS, trainable, StandardOperators.TABLE);
    if (device.operators().isPresent()) {
      LibraryOperators.shareRoundings(graph, trainable);
    }
    Optimizer optimizer = new Optimizer(AdamW.DEFAULT, OptionalDouble.of(1), Set.of());
    float rate = (float) json.get("trajectory").get("lr").asDouble();
    double[] losses = new double[STEPS];
    try (TrainingSession session =
        Engines.training()
            .train(new TrainingGraph(graph, List.of(LOSS), gradients), optimizer, device, 1)) {
      batch.keySet().retainAll(session.inputs().keySet());
      for (int step = 0; step < STEPS; step++) {
        losses[step] = session.step(batch).get(LOSS).toFloats()[0];
        session.optimizerStep(rate);
      }
    }
    return losses;
  }

  /** The mean square of the distances to random targets, which the batch gets as inputs. */
  private static void attachLoss(
      Graph graph, List<String> outputs, Map<String, Tensor> like, Map<String, Tensor> batch) {
    Ops op = Ops.on(graph);
    SplittableRandom random = new SplittableRandom(5);
    List<Value> terms = new ArrayList<>();
    for (String output : outputs) {
      Tensor target = ProductGraph.random(random, like.get(output).dims());
      String name = output + "_target";
      graph.addInput(name, target.type());
      batch.put(name, target);
      Value distance = op.sub(graph.value(output), graph.value(name));
      long[] axes = new long[target.rank()];
      for (int axis = 0; axis < axes.length; axis++) {
        axes[axis] = axis;
      }
      terms.add(op.reduceMean(op.square(distance), axes));
    }
    Value sum = terms.stream().reduce(op::add).orElseThrow();
    graph.add(
        "",
        "Identity",
        Attributes.NONE,
        List.of(sum.name()),
        Map.of(LOSS, TensorType.of(ElementType.FLOAT)));
  }

  private static Map<String, Tensor> tensors(Path folder, JsonNode list) throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (JsonNode entry : list) {
      byte[] bytes = Files.readAllBytes(folder.resolve(entry.get("file").asText()));
      tensors.put(entry.get("name").asText(), Tensor.of(TensorProto.parseFrom(bytes)));
    }
    return tensors;
  }

  private static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(node -> strings.add(node.asText()));
    return strings;
  }
}
