package org.tribuo.distill.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.Optimizer;
import org.tribuo.distill.engine.internal.TrainingSession;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.student.internal.Narrowing;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.cut.ChannelGroup;
import org.tribuo.distill.transformer.internal.cut.ChannelGroup.Kind;
import org.tribuo.distill.transformer.internal.cut.ChannelGroup.ReadingProduct;
import org.tribuo.distill.transformer.internal.cut.ChannelGroups;
import org.tribuo.distill.transformer.internal.cut.LayerCut;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;

/** Models of which half the heads, half the inner width, or half the width is taken out. */
class NarrowedZooTest {
  private static final double TOLERANCE = 1e-5;
  private static final ToIntFunction<ChannelGroup> HALF = group -> group.size() / 2;
  private static final Set<String> TWO_STACKS =
      Set.of("bart_seq2seq_ts14", "marian_seq2seq_ts17", "t5_seq2seq_optimum");

  /** A convolution in groups reads its hidden states. */
  private static final String OF_ONE_WIDTH = "wav2vec2_audiocls_ts17";

  /** Its outputs, which its loss reads, are of its width. */
  private static final String OF_VECTORS = "minilm_embedding_ts14";

  static Stream<ZooCase> cases() throws URISyntaxException {
    return ZooCase.in(
            Path.of(Objects.requireNonNull(NarrowedZooTest.class.getResource("/zoo")).toURI()))
        .stream()
        .filter(zooCase -> !TWO_STACKS.contains(zooCase.name()));
  }

  /** What is taken out is as if the products that read it multiplied it by zero. */
  @ParameterizedTest
  @MethodSource("cases")
  void whatStaysComputesTheSame(ZooCase zooCase) throws Exception {
    OnnxModel whole = zooCase.model();
    ChannelGroups groups = ChannelGroups.in(Transformer.of(whole));
    Set<Integer> removed = new HashSet<>();
    Map<String, Tensor> silent = new LinkedHashMap<>();
    for (Kind kind : List.of(Kind.HEADS, Kind.INNER)) {
      for (ChannelGroup group : groups.of(kind)) {
        List<Integer> channels = group.channels();
        removed.addAll(channels.subList(channels.size() / 2, channels.size()));
        assertThat(group.products()).as("products that read %s", group).isNotEmpty();
      }
    }
    for (Kind kind : List.of(Kind.HEADS, Kind.INNER)) {
      for (ChannelGroup group : groups.of(kind)) {
        group.products().forEach(product -> silence(whole, product, removed, silent));
      }
    }

    Graph narrow = groups.without(removed);

    assertThat(narrow.outputs()).isEqualTo(Graph.of(whole).outputs());
    assertThat(narrow.inputs().keySet()).isEqualTo(Graph.of(whole).inputs().keySet());
    assertThat(narrow.opset("")).isEqualTo(Graph.of(whole).opset(""));
    assertThat(names(Graph.of(whole))).containsAll(names(narrow));
    assertThat(narrow.toModel().bytesOfInitializers()).isLessThan(whole.bytesOfInitializers());
    Map<String, Tensor> expected =
        GraphRunner.run(whole.withInitializers(silent), zooCase.inputs());
    Map<String, Tensor> actual = GraphRunner.run(narrow.toModel(), inputs(narrow, zooCase));
    for (String output : zooCase.studentOutputs()) {
      compare(output, actual.get(output), expected.get(output));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatStaysTrains(ZooCase zooCase) throws Exception {
    step(zooCase, zooCase.name().equals(OF_VECTORS) ? half(zooCase, false) : half(zooCase, true));
  }

  @Test
  void aWidthThatIsReadAsAWholeStays() throws Exception {
    ChannelGroups groups = ChannelGroups.in(Transformer.of(wav2vec2().model()));

    assertThatThrownBy(() -> groups.of(Kind.WIDTH))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("The width of the hidden states cannot be reduced: Conv")
        .hasMessageContaining("pos_conv_embed");
  }

  private static ZooCase wav2vec2() throws URISyntaxException {
    return cases().filter(zooCase -> zooCase.name().equals(OF_ONE_WIDTH)).findFirst().orElseThrow();
  }

  private static Graph half(ZooCase zooCase, boolean ofWidth) throws IOException {
    ChannelGroups groups = ChannelGroups.in(Transformer.of(zooCase.model()));
    Map<Kind, ToIntFunction<ChannelGroup>> sizes = new LinkedHashMap<>();
    sizes.put(Kind.HEADS, HALF);
    sizes.put(Kind.INNER, HALF);
    if (ofWidth && !zooCase.name().equals(OF_ONE_WIDTH)) {
      sizes.put(Kind.WIDTH, HALF);
    }
    return Narrowing.of(groups, sizes).apply(Optional.empty());
  }

  /** Two layers of full width become one of half the width. */
  @Tag("slow")
  @ParameterizedTest
  @MethodSource("cases")
  void gradientsOfWhatStaysAgreeWithFiniteDifferences(ZooCase zooCase) throws Exception {
    Graph narrow = Transformer.of(half(zooCase, true).toModel()).withLayersApart().graph();
    Graph small = LayerCut.keep(narrow, TransformerLayers.find(narrow), List.of(0));
    try (CheckedModel model =
        CheckedModel.of(
            small.toModel(), StandardOperators.TABLE, name -> true, inputs(small, zooCase))) {
      assertThat(model.gradients()).hasSizeGreaterThan(8);
      assertThat(ThirdPartyTest.wrong(model)).isEmpty();
    }
  }

  private static void step(ZooCase zooCase, Graph narrow) throws Exception {
    DifferentiatedCase student = DifferentiatedCase.of(zooCase, narrow.toModel());
    Optimizer optimizer = new Optimizer(zooCase.optimizer(), OptionalDouble.empty(), Set.of());
    try (TrainingSession session =
        Engines.training().train(student.trainingGraph(), optimizer, Device.cpu(1), 1)) {
      Map<String, Tensor> batch = new LinkedHashMap<>(student.feeds());
      batch.putAll(inputs(narrow, zooCase));
      batch.keySet().retainAll(session.inputs().keySet());
      float before = loss(session.step(batch));
      session.optimizerStep(zooCase.learningRate());
      assertThat(loss(session.step(batch))).isFinite().isLessThan(before);
    }
  }

  private static float loss(Map<String, Tensor> results) {
    return Objects.requireNonNull(results.get("loss")).toFloats()[0];
  }

  /** Lets a product multiply what goes by zero. */
  private static void silence(
      OnnxModel whole, ReadingProduct product, Set<Integer> removed, Map<String, Tensor> silent) {
    Tensor weight =
        silent.getOrDefault(
            product.weight(), Objects.requireNonNull(whole.initializers().get(product.weight())));
    float[] values = weight.toFloats();
    int columns = (int) weight.dim(1);
    for (int i = 0; i < values.length; i++) {
      int channel = product.axis() == 0 ? i / columns : i % columns;
      if (removed.contains(product.channels().get(channel))) {
        values[i] = 0;
      }
    }
    silent.put(product.weight(), Tensor.of(values, weight.dims()));
  }

  private static Set<String> names(Graph graph) {
    return graph.nodes().stream().map(Node::name).collect(Collectors.toSet());
  }

  /** Those of the case; of a cache the first heads, which are those that stay. */
  private static Map<String, Tensor> inputs(Graph narrow, ZooCase zooCase) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    zooCase
        .inputs()
        .forEach(
            (name, tensor) -> {
              TensorType type = narrow.inputs().get(name);
              if (type != null) {
                inputs.put(name, fitting(tensor, type));
              }
            });
    return inputs;
  }

  private static Tensor fitting(Tensor tensor, TensorType type) {
    long[] dims = tensor.dims();
    List<Dimension> sizes = type.shape().orElseThrow().dimensions();
    for (int axis = 0; axis < dims.length; axis++) {
      dims[axis] = sizes.get(axis) instanceof Dimension.Fixed fixed ? fixed.size() : dims[axis];
    }
    return tensor.dims().length == 4 && dims[1] < tensor.dim(1) ? firstHeads(tensor, dims) : tensor;
  }

  /** [batch, heads, positions, size] */
  private static Tensor firstHeads(Tensor tensor, long... dims) {
    float[] all = tensor.toFloats();
    int ofHeads = (int) (tensor.dim(1) * tensor.dim(2) * tensor.dim(3));
    int kept = (int) (dims[1] * dims[2] * dims[3]);
    List<Float> values = new ArrayList<>();
    for (int i = 0; i < all.length; i++) {
      if (i % ofHeads < kept) {
        values.add(all[i]);
      }
    }
    float[] first = new float[values.size()];
    for (int i = 0; i < first.length; i++) {
      first[i] = values.get(i);
    }
    return Tensor.of(first, dims);
  }

  private static void compare(String output, Tensor actual, Tensor expected) {
    assertThat(actual.dims()).as(output).isEqualTo(expected.dims());
    float[] values = actual.toFloats();
    float[] wanted = expected.toFloats();
    for (int i = 0; i < wanted.length; i++) {
      assertThat((double) values[i])
          .as("%s %d", output, i)
          .isCloseTo(wanted[i], within(TOLERANCE * Math.max(1, Math.abs(wanted[i]))));
    }
  }
}
