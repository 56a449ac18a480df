package org.tribuo.distill.graph.internal.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.cut.TiedWeights;

class Int8ProductsTest {
  private static final int ROWS = 5;

  private final Graph graph = Graph.empty(21);
  private final Ops op = Ops.on(graph);
  private final SplittableRandom random = new SplittableRandom(3);

  private Value input(long... sizes) {
    graph.addInput("x", TensorType.of(ElementType.FLOAT, sizes));
    return graph.value("x");
  }

  private Tensor normal(long... sizes) {
    int elements = (int) Arrays.stream(sizes).reduce(1, Math::multiplyExact);
    float[] values = new float[elements];
    for (int i = 0; i < elements; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(values, sizes);
  }

  private Value weight(String name, long... sizes) {
    return graph.setInitializer(name, normal(sizes));
  }

  private long count(String opType) {
    return graph.nodes().stream().filter(node -> node.is(opType)).count();
  }

  private List<Integer> bytes(String initializer) {
    return Arrays.stream(graph.initializer(initializer).toLongs()).mapToObj(i -> (int) i).toList();
  }

  /** How far an output is from that in float32, as a part of the largest element. */
  private double error(Value output, Tensor x) throws OrtException {
    graph.addOutput(output.name());
    float[] exact = run(graph.toModel(), x, output);
    Int8Products.apply(graph);
    float[] rounded = run(graph.toModel(), x, output);
    double largest = 0;
    double error = 0;
    for (int i = 0; i < exact.length; i++) {
      largest = Math.max(largest, Math.abs(exact[i]));
      error = Math.max(error, Math.abs(exact[i] - rounded[i]));
    }
    return error / largest;
  }

  private static float[] run(OnnxModel model, Tensor x, Value output) throws OrtException {
    return Objects.requireNonNull(GraphRunner.run(model, Map.of("x", x)).get(output.name()))
        .toFloats();
  }

  @Test
  void eachColumnHasAScaleOfItsOwn() {
    Value w =
        graph.setInitializer(
            "w", Tensor.of(new float[] {127, -.254f, 0, 1e-42f, -64, .1f, 0, 0}, 2, 4));
    graph.addOutput(op.matmul(input(ROWS, 2), w).name());

    Int8Products.apply(graph);

    assertThat(bytes("w_int8")).containsExactly(127, -127, 0, 0, -64, 50, 0, 0);
    assertThat(graph.initializers().values())
        .filteredOn(tensor -> tensor.elementType() == ElementType.FLOAT)
        .singleElement()
        .satisfies(scales -> assertThat(scales.toFloats()).containsExactly(1, .254f / 127, 1, 1));
    assertThat(graph.isInitializer("w")).isFalse();
  }

  @Test
  void columnsOfZerosAreZero() throws OrtException {
    float[] values = normal(64, 3).toFloats();
    for (int row = 0; row < 64; row++) {
      values[row * 3 + 1] = 0;
    }
    Value w = graph.setInitializer("w", Tensor.of(values, 64, 3));
    Value output = op.matmul(input(ROWS, 64), w);
    Tensor x = normal(ROWS, 64);

    assertThat(error(output, x)).isLessThan(.02);
    float[] rounded = run(graph.toModel(), x, output);
    for (int row = 0; row < ROWS; row++) {
      assertThat(rounded[row * 3 + 1]).isZero();
    }
  }

  @Test
  void aMatrixOfTwoProductsIsRoundedOnceAndSoIsAFactor() throws OrtException {
    Value w = weight("w", 32, 32);
    Value x = input(2, ROWS, 32);
    Value transposed = op.matmul(x, false, w, true, .5f);
    Value y = op.add(op.matmul(x, w), op.add(transposed, op.matmul(x, w)));

    assertThat(error(y, normal(2, ROWS, 32))).isLessThan(.03);
    assertThat(count("DynamicQuantizeLinear")).isEqualTo(1);
    assertThat(count("MatMulInteger")).isEqualTo(3);
    assertThat(graph.initializers().values())
        .filteredOn(tensor -> tensor.elementType() == ElementType.INT8)
        .as("the matrix and its transpose")
        .hasSize(2);
  }

  @Test
  void aMatrixThatIsALookupTableTooStaysForThat() throws OrtException {
    Value table = weight("table", 20, 32);
    graph.addInput("x", TensorType.of(ElementType.INT64, ROWS));
    Value embedded = op.gather(table, graph.value("x"), 0);
    Value y = op.matmul(embedded, false, table, true);

    assertThat(error(y, Tensor.vector(3, 19, 0, 7, 7))).isLessThan(.02);
    assertThat(graph.isInitializer("table")).isTrue();
  }

  @Test
  void ofAGemmTransposeFactorsAndSummandCount() throws OrtException {
    Value x = input(ROWS, 48);
    Attributes attributes = Attributes.NONE.with("transB", 1L).with("alpha", -2f).with("beta", 3f);
    Value y =
        op.one(
            "Gemm",
            attributes,
            TensorType.of(ElementType.FLOAT, ROWS, 24),
            x,
            weight("w", 24, 48),
            weight("c", 24));

    assertThat(error(y, normal(ROWS, 48))).isLessThan(.02);
    assertThat(count("Gemm")).isZero();
    assertThat(count("MatMulInteger")).isEqualTo(1);
  }

  @Test
  void productsOfComputedMatricesOfOtherTypesAndOfWhatIsNotFiniteStay() {
    Value x = input(2, ROWS, ROWS);
    Value stack = op.matmul(x, false, x, true);
    Value batched = op.matmul(stack, weight("stack", 2, ROWS, ROWS));
    Value infinite =
        op.matmul(
            batched,
            graph.setInitializer(
                "infinite", Tensor.of(new float[] {1, 2, 3, 4, Float.NEGATIVE_INFINITY}, 5, 1)));
    Value doubles =
        op.matmul(
            op.cast(x, ElementType.DOUBLE),
            graph.setInitializer("d", Tensor.of(new double[ROWS], ROWS, 1)));
    Value transposed =
        op.matmul(op.matmul(x, weight("w", ROWS, 4)), true, weight("v", 5, 3), false);
    List.of(infinite, doubles, transposed).forEach(output -> graph.addOutput(output.name()));

    Int8Products.apply(graph);

    assertThat(count("MatMulInteger")).isEqualTo(1);
    assertThat(graph.initializers().keySet())
        .contains("stack", "infinite", "d", "v")
        .doesNotContain("w");
  }

  @Test
  void aGraphWithoutSuchAProductIsRefused() {
    Value x = input(ROWS, ROWS);
    graph.addOutput(op.matmul(x, x).name());
    assertThatThrownBy(() -> Int8Products.apply(graph))
        .isInstanceOf(GraphException.class)
        .hasMessage(
            "No product of float32 has a constant matrix, so that none can be computed in 8 bits; run the model in the precision FLOAT32");
  }

  @Test
  void aQuantisedGraphIsRefused() {
    graph.addOutput(op.matmul(input(ROWS, 4), weight("w", 4, 3)).name());
    Int8Products.apply(graph);
    assertThatThrownBy(() -> Int8Products.apply(graph))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("is quantised already");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "albert_seqcls_dynamo",
        "bert_qa_ts17",
        "bert_seqcls_ort_fused",
        "bert_seqcls_ts11",
        "bert_tokcls_ts14",
        "deberta_v2_seqcls_optimum",
        "distilbert_seqcls_optimum",
        "gpt2_causal_optimum",
        "llama_causal_dynamo",
        "mpnet_seqcls_optimum",
        "roberta_seqcls_ts14",
        "vit_imgcls_dynamo"
      })
  void exportsComputeNearlyTheSame(String name) throws OrtException {
    OnnxModel model = Zoo.model(name);
    Map<String, Tensor> inputs = inputs(Graph.of(model));
    Map<String, Tensor> exact = GraphRunner.run(model, inputs);
    OnnxModel form = InferenceForm.withInt8Products(Transformer.of(model).normalizedForTraining());

    Map<String, Tensor> rounded = GraphRunner.run(form, inputs);

    assertThat(rounded.keySet()).isEqualTo(exact.keySet());
    String logits = Graph.of(model).outputs().get(0);
    assertThat(relative(exact.get(logits), rounded.get(logits))).isBetween(1e-6, .1);
    assertThat(form.bytesOfInitializers()).isLessThan(model.bytesOfInitializers());
  }

  /** All matrices are integers, and one that is a table and a factor is held once. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "albert_seqcls_dynamo",
        "bert_seqcls_ort_fused",
        "bert_seqcls_ts11",
        "bert_tokcls_ts14",
        "deberta_v2_seqcls_optimum",
        "distilbert_seqcls_optimum",
        "electra_tokcls_ts11",
        "gpt2_causal_optimum",
        "llama_causal_dynamo",
        "mpnet_seqcls_optimum",
        "roberta_seqcls_ts14"
      })
  void filesOfExportsComputeNearlyTheSame(String name) throws OrtException {
    OnnxModel model = Zoo.model(name);
    Map<String, Tensor> inputs = inputs(Graph.of(model));
    Graph normalized = Transformer.of(model).normalizedForTraining();
    TiedWeights.find(normalized).merge(normalized);
    long rows = Transformer.of(model).embeddings().rows("input_ids").orElseThrow();
    long ofTokens = matricesOf(normalized, ElementType.FLOAT, rows);

    OnnxModel file = InferenceForm.withInt8Weights(normalized);

    Graph graph = Graph.of(file);
    String logits = graph.outputs().get(0);
    assertThat(
            relative(
                GraphRunner.run(model, inputs).get(logits),
                GraphRunner.run(file, inputs).get(logits)))
        .isBetween(1e-6, .12);
    if (!name.endsWith("ort_fused")) {
      assertThat(graph.nodes()).extracting(Node::domain).containsOnly(Node.ONNX);
    }
    assertThat(graph.inputs().keySet()).isEqualTo(Graph.of(model).inputs().keySet());
    assertThat(matricesOf(graph, ElementType.INT8, rows)).isEqualTo(ofTokens).isPositive();
    assertThat(matricesOf(graph, ElementType.FLOAT, rows)).as("scales of rows").isEqualTo(1);
    assertThat(Transformer.of(file).embeddings().rows("input_ids")).hasValue(rows);
  }

  private static long matricesOf(Graph graph, ElementType type, long tokens) {
    return graph.initializers().values().stream()
        .filter(tensor -> tensor.elementType() == type && tensor.rank() == 2)
        .filter(tensor -> tensor.dim(0) == tokens || tensor.dim(1) == tokens)
        .count();
  }

  @Test
  void eachRowOfATableHasAScaleOfItsOwn() throws OrtException {
    Value table =
        graph.setInitializer(
            "table", Tensor.of(new float[] {127, -64, 0, 0, .5f, -.254f, 3, 1e-9f}, 4, 2));
    Value product = op.matmul(input(ROWS, 2), weight("w", 2, 3));
    graph.addInput("ids", TensorType.of(ElementType.INT64, 2, 2));
    Value rows = op.gather(table, graph.value("ids"), 0);
    List.of(product, rows).forEach(output -> graph.addOutput(output.name()));

    OnnxModel file = InferenceForm.withInt8Weights(graph);

    Map<String, Tensor> inputs =
        Map.of("x", normal(ROWS, 2), "ids", Tensor.of(new long[] {3, 0, 1, 2}, 2, 2));
    float[] actual =
        Objects.requireNonNull(GraphRunner.run(file, inputs).get(rows.name())).toFloats();
    assertThat(actual)
        .containsExactly(
            3,
            0,
            127,
            -64,
            0,
            0,
            127 * (.5f / 127),
            Math.round(-.254f / (.5f / 127)) * (.5f / 127));
    assertThat(Graph.of(file).isInitializer("table")).isFalse();
  }

  private static double relative(Tensor exact, Tensor rounded) {
    float[] a = exact.toFloats();
    float[] b = rounded.toFloats();
    double error = 0;
    double size = 0;
    for (int i = 0; i < a.length; i++) {
      error += Math.pow(a[i] - b[i], 2);
      size += Math.pow(a[i], 2);
    }
    return Math.sqrt(error / size);
  }

  private Map<String, Tensor> inputs(Graph of) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    of.inputs()
        .forEach(
            (name, type) -> {
              long[] dims =
                  type.shape().orElseThrow().rank() == 4
                      ? type.shape().orElseThrow().with(0, Dimension.of(2)).fixed().orElseThrow()
                      : new long[] {2, 7};
              inputs.put(
                  name,
                  type.elementType().isFloat()
                      ? normal(dims)
                      : Tensor.of(
                          random.longs(14, 1, name.equals("input_ids") ? 90 : 2).toArray(), dims));
            });
    return inputs;
  }

  @Test
  void aFileOfHalfPrecisionBecomesOneOfFloatsFirst() throws OrtException {
    graph.addInput("x", TensorType.of(ElementType.FLOAT16, ROWS, 64));
    Value w = graph.setInitializer("w", normal(64, 8).cast(ElementType.FLOAT16));
    Value y = op.tanh(op.matmul(graph.value("x"), w));
    graph.addOutput(y.name());
    OnnxModel halves = graph.toModel();
    Map<String, Tensor> inputs = Map.of("x", normal(ROWS, 64).cast(ElementType.FLOAT16));

    OnnxModel form = InferenceForm.withInt8Products(Transformer.of(halves).normalizedForTraining());

    assertThat(
            relative(
                GraphRunner.run(halves, inputs).get(y.name()),
                GraphRunner.run(form, inputs).get(y.name())))
        .isBetween(1e-6, .02);
    assertThat(Graph.of(form).nodes()).extracting(Node::opType).contains("MatMulInteger");
  }
}
