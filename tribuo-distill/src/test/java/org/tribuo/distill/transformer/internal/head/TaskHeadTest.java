package org.tribuo.distill.transformer.internal.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.ZooModel;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;

class TaskHeadTest {
  private static final int LABELS = 5;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert_seqcls_ts11",
        "bert_seqcls_ort_fused",
        "mpnet_seqcls_optimum",
        "minilm_embedding_ts14",
        "roberta_seqcls_ts14",
        "bert_qa_ts17",
        "bert_seqcls_dynamo"
      })
  void theMeanIsOverTheTokensThatTheMaskNames(String name) throws Exception {
    ZooModel model = ZooModel.of(name);
    Graph encoder = model.graph();

    Graph graph = new TaskHead(Pooling.MEAN, LABELS, 7).attach(Transformer.of(encoder.toModel()));

    assertThat(graph.outputs()).containsExactly("logits");
    assertThat(graph.opset(Node.ONNX)).isEqualTo(encoder.opset(Node.ONNX));
    Tensor hidden = hiddenStates(encoder, model);
    Tensor mask = model.inputs().get("attention_mask");
    int batch = (int) hidden.dim(0);
    int positions = (int) hidden.dim(1);
    int width = (int) hidden.dim(2);
    float[][] mean = new float[batch][width];
    for (int b = 0; b < batch; b++) {
      float count = 0;
      for (int p = 0; p < positions; p++) {
        count += mask.toLongs()[b * positions + p];
      }
      for (int p = 0; p < positions; p++) {
        for (int i = 0; i < width; i++) {
          mean[b][i] +=
              hidden.toFloats()[(b * positions + p) * width + i]
                  * mask.toLongs()[b * positions + p]
                  / count;
        }
      }
    }
    assertLogits(ZooModel.run(graph, model.inputs()).get("logits"), mean, graph);
  }

  @Test
  void scaledCosinesAreThoseOfTheVectorWithEachColumn() throws Exception {
    ZooModel model = ZooModel.of("minilm_embedding_ts14");
    Graph graph =
        new TaskHead(Pooling.MEAN, new TaskHead.Form.Cosine(16), LABELS, 7)
            .attach(Transformer.of(model.graph().toModel()));
    graph.addOutput(TaskHead.VECTOR);
    Map<String, Tensor> outputs = ZooModel.run(graph, model.inputs());
    float[] vectors = outputs.get(TaskHead.VECTOR).toFloats();
    float[] logits = outputs.get(TaskHead.LOGITS).toFloats();
    float[] weight = graph.initializer(TaskHead.WEIGHT).toFloats();
    int width = weight.length / LABELS;
    for (int row = 0; row < logits.length / LABELS; row++) {
      double squares = 0;
      for (int i = 0; i < width; i++) {
        squares += Math.pow(vectors[row * width + i], 2);
      }
      assertThat(squares).isEqualTo(1, within(1e-5));
      for (int label = 0; label < LABELS; label++) {
        double dot = 0;
        double norm = 0;
        for (int i = 0; i < width; i++) {
          dot += vectors[row * width + i] * weight[i * LABELS + label];
          norm += Math.pow(weight[i * LABELS + label], 2);
        }
        assertThat((double) logits[row * LABELS + label])
            .isEqualTo(16 * dot / Math.sqrt(norm), within(1e-4));
      }
    }
  }

  @Test
  void theFirstTokenSpeaksForTheText() throws Exception {
    ZooModel model = ZooModel.of("bert_multilabel_dynamo");
    Graph encoder = model.graph();

    Graph graph =
        new TaskHead(Pooling.FIRST_TOKEN, LABELS, 7).attach(Transformer.of(encoder.toModel()));

    Tensor hidden = hiddenStates(encoder, model);
    int batch = (int) hidden.dim(0);
    int width = (int) hidden.dim(2);
    float[][] first = new float[batch][width];
    for (int b = 0; b < batch; b++) {
      System.arraycopy(hidden.toFloats(), b * (int) hidden.dim(1) * width, first[b], 0, width);
    }
    assertLogits(ZooModel.run(graph, model.inputs()).get("logits"), first, graph);
  }

  @Test
  void withoutPoolingEachTokenHasLogits() throws Exception {
    ZooModel model = ZooModel.of("electra_tokcls_ts11");

    Graph graph =
        new TaskHead(Pooling.NONE, LABELS, 7).attach(Transformer.of(model.graph().toModel()));

    Tensor ids = model.inputs().get("input_ids");
    assertThat(ZooModel.run(graph, model.inputs()).get("logits").dims())
        .containsExactly(ids.dim(0), ids.dim(1), LABELS);
  }

  @Test
  void aModelsOwnPoolerIsItsOutputOfTwoDimensions() throws Exception {
    ZooModel model = ZooModel.of("minilm_embedding_ts14");
    Graph encoder = model.graph();

    Graph graph = new TaskHead(Pooling.OWN, LABELS, 7).attach(Transformer.of(encoder.toModel()));

    Tensor embedding = ZooModel.run(encoder, model.inputs()).get("sentence_embedding");
    float[][] rows = new float[(int) embedding.dim(0)][32];
    for (int b = 0; b < rows.length; b++) {
      System.arraycopy(embedding.toFloats(), b * 32, rows[b], 0, 32);
    }
    assertLogits(ZooModel.run(graph, model.inputs()).get("logits"), rows, graph);
  }

  @Test
  void theHeadTakesThePlaceOfTheOldOne() throws Exception {
    Graph encoder = ZooModel.of("bert_seqcls_ts11").graph();
    TaskHead head = new TaskHead(Pooling.MEAN, LABELS, 7);

    Graph once = head.attach(Transformer.of(encoder.toModel()));
    Graph twice = new TaskHead(Pooling.MEAN, 2, 7).attach(Transformer.of(once.toModel()));

    assertThat(once.initializers().keySet())
        .contains("head.weight", "head.bias")
        .doesNotContain("classifier.weight", "bert.pooler.dense.weight");
    assertThat(twice.initializers().get("head.weight").dims()).containsExactly(32, 2);
    assertThat(encoder.outputs()).containsExactly("logits");
  }

  @Test
  void theSameSeedGivesTheSameWeights() throws Exception {
    Graph encoder = ZooModel.of("bert_seqcls_dynamo").graph();

    float[] weights = weights(encoder, 200, 1);

    assertThat(weights(encoder, 200, 1)).isEqualTo(weights);
    assertThat(weights(encoder, 200, 2)).isNotEqualTo(weights);
    double squares = 0;
    for (float weight : weights) {
      squares += weight * weight;
    }
    assertThat(Math.sqrt(squares / weights.length)).isCloseTo(0.02, Offset.offset(0.001));
  }

  private static float[] weights(Graph encoder, int labels, long seed) {
    return new TaskHead(Pooling.NONE, labels, seed)
        .attach(Transformer.of(encoder.toModel()))
        .initializers()
        .get("head.weight")
        .toFloats();
  }

  @ParameterizedTest
  @EnumSource(
      value = Pooling.class,
      names = {"FIRST_TOKEN", "MEAN", "NONE"})
  void theHeadOfAHalfPrecisionEncoderIsOfHalfPrecision(Pooling pooling) throws Exception {
    ZooModel model = ZooModel.of("bert_seqcls_dynamo");
    Graph encoder = inHalfPrecision(model.graph());

    Graph graph = new TaskHead(pooling, LABELS, 7).attach(Transformer.of(encoder.toModel()));
    Graph full = new TaskHead(pooling, LABELS, 7).attach(Transformer.of(model.graph().toModel()));

    assertThat(graph.initializers().get("head.weight").elementType())
        .isEqualTo(ElementType.FLOAT16);
    Tensor logits = ZooModel.run(graph, model.inputs()).get("logits");
    assertThat(logits.elementType()).isEqualTo(ElementType.FLOAT16);
    assertThat(logits.toFloats())
        .usingComparatorWithPrecision(0.01f)
        .containsExactly(ZooModel.run(full, model.inputs()).get("logits").toFloats());
  }

  @Test
  void saysWhyThereIsNoPooler() throws Exception {
    Graph tokens = ZooModel.of("bert_tokcls_ts14").graph();

    assertThatThrownBy(
            () -> new TaskHead(Pooling.OWN, 2, 1).attach(Transformer.of(tokens.toModel())))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("none of its outputs [logits] have two")
        .hasMessageContaining("choose the pooling FIRST_TOKEN or MEAN");
  }

  @Test
  void doesNotTakeLogitsForAPooler() throws Exception {
    Graph classifier = ZooModel.of("bert_seqcls_dynamo").graph();

    assertThatThrownBy(
            () -> new TaskHead(Pooling.OWN, 2, 1).attach(Transformer.of(classifier.toModel())))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("'logits' is a head's output, not a pooler's");
  }

  @Test
  void saysWhyThereIsNoMask() {
    Transformer tokens = Transformer.of(Zoo.withoutMask("bert_seqcls_ts11"));

    assertThatThrownBy(() -> new TaskHead(Pooling.MEAN, 2, 1).attach(tokens))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("none of the inputs {input_ids=")
        .hasMessageContaining("choose another pooling");
  }

  @Test
  void needsALabel() {
    assertThatThrownBy(() -> new TaskHead(Pooling.MEAN, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A head needs one label or more, this has 0");
  }

  private static Tensor hiddenStates(Graph encoder, ZooModel model) throws Exception {
    TransformerLayers layers = TransformerLayers.find(encoder);
    Graph tapped = encoder.copy();
    tapped.setType(layers.output(), layers.stateType());
    tapped.addOutput(layers.output());
    return ZooModel.run(tapped, model.inputs()).get(layers.output());
  }

  private static void assertLogits(Tensor logits, float[][] pooled, Graph graph) {
    float[] weight = graph.initializers().get("head.weight").toFloats();
    assertThat(logits.dims()).containsExactly(pooled.length, LABELS);
    for (int b = 0; b < pooled.length; b++) {
      for (int label = 0; label < LABELS; label++) {
        float expected = 0;
        for (int i = 0; i < pooled[b].length; i++) {
          expected += pooled[b][i] * weight[i * LABELS + label];
        }
        assertThat(logits.toFloats()[b * LABELS + label]).isCloseTo(expected, Offset.offset(1e-5f));
      }
    }
  }

  private static Graph inHalfPrecision(Graph graph) {
    Map<String, Tensor> initializers = new HashMap<>(graph.initializers());
    initializers.forEach(
        (name, tensor) -> {
          if (tensor.elementType() == ElementType.FLOAT) {
            graph.setInitializer(name, tensor.cast(ElementType.FLOAT16));
          }
        });
    for (Node node : List.copyOf(graph.nodes())) {
      for (String output : node.outputs()) {
        graph
            .type(output)
            .filter(type -> type.elementType() == ElementType.FLOAT)
            .ifPresent(
                type -> graph.setType(output, new TensorType(ElementType.FLOAT16, type.shape())));
      }
    }
    return graph;
  }
}
