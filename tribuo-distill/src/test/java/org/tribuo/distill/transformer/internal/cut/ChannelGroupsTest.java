package org.tribuo.distill.transformer.internal.cut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.ZooModel;
import org.tribuo.distill.transformer.internal.cut.ChannelGroup.Kind;

class ChannelGroupsTest {
  @Test
  void eachLayerHasItsOwnHeadsAndInnerWidth() throws Exception {
    ChannelGroups groups = in(ZooModel.of("bert_tokcls_ts14").graph());

    assertThat(groups.of(Kind.HEADS))
        .extracting(ChannelGroup::name, ChannelGroup::size, ChannelGroup::together)
        .containsExactly(tuple("layer 1", 4, 1), tuple("layer 2", 4, 1));
    assertThat(groups.of(Kind.INNER))
        .extracting(ChannelGroup::name, ChannelGroup::size, ChannelGroup::together)
        .containsExactly(tuple("layer 1", 48, 1), tuple("layer 2", 48, 1));
    assertThat(groups.of(Kind.WIDTH)).singleElement().extracting(ChannelGroup::size).isEqualTo(32);
  }

  @Test
  void whatLayersShareIsOneGroup() throws Exception {
    assertThat(in(ZooModel.of("albert_qa_optimum").graph()).of(Kind.INNER))
        .extracting(ChannelGroup::name)
        .containsExactly("layer 1 and layer 2");
    assertThat(in(ZooModel.of("mpnet_seqcls_optimum").graph()).of(Kind.HEADS))
        .as("a table of relative positions has a column for each head")
        .extracting(ChannelGroup::name)
        .containsExactly("layer 1 and layer 2");
  }

  @Test
  void headsThatShareKeysAndValuesGoTogether() throws Exception {
    assertThat(in(ZooModel.of("llama_causal_dynamo").graph()).of(Kind.HEADS))
        .extracting(ChannelGroup::size, ChannelGroup::together)
        .containsExactly(tuple(4, 2), tuple(4, 2));
  }

  @Test
  void aSizeThatIsComputedInAnotherWayIsRefused() throws Exception {
    Graph graph = ZooModel.of("bert_seqcls_ts11").graph();
    Tensor four = Tensor.vector(4);
    String sum = graph.freshName("sum");
    graph.setInitializer("three", Tensor.vector(3));
    graph.setInitializer("one", Tensor.vector(1));
    graph.add(
        Node.ONNX,
        "Add",
        Attributes.NONE,
        List.of("three", "one"),
        Map.of(sum, TensorType.of(ElementType.INT64, Shape.of(1))));
    for (Node node : List.copyOf(graph.nodes())) {
      if (node.is("Concat")) {
        List.copyOf(node.inputs()).stream()
            .filter(input -> graph.constant(input).filter(four::equals).isPresent())
            .forEach(input -> graph.replaceUse(node, input, sum));
      }
    }
    ChannelGroups groups = in(graph);
    Set<Integer> removed = new HashSet<>();
    groups.of(Kind.HEADS).forEach(group -> removed.addAll(group.channels().subList(0, 2)));

    assertThatThrownBy(() -> groups.without(removed))
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith("Without the channels that go ");
  }

  private static ChannelGroups in(Graph graph) {
    return ChannelGroups.in(Transformer.of(graph.toModel()));
  }
}
