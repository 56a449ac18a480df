package org.tribuo.distill.operator.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tribuo.distill.operator.Operator.GradientRule.grads;
import static org.tribuo.distill.operator.Operator.operator;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.operator.Operator;
import org.tribuo.distill.operator.Operator.Derivative;

class OperatorsTest {
  private static final Operator ROUND = operator("Round").elementwise();
  private static final Operators TABLE =
      Operators.of(List.of(ROUND, operator("Floor").elementwise().flat()));

  private static Node node(String domain, String opType) {
    Graph graph = Graph.empty(Ops.OPSET);
    graph.addInput("x", TensorType.of(ElementType.FLOAT, 2));
    TensorType type = TensorType.of(ElementType.FLOAT, 2);
    return graph.add(domain, opType, Attributes.NONE, List.of("x"), Map.of("y", type));
  }

  @Test
  void anOperatorWithoutADerivativeTakesThatOfAFurtherEntry() {
    Operators table = TABLE.with(operator("Round").gradient((op, n, dy) -> grads(dy)));
    Node round = node(Node.ONNX, "Round");

    assertThat(table.of(round).derivative()).containsInstanceOf(Derivative.Rule.class);
    assertThat(table.all()).hasSize(2);
    assertThat(TABLE.of(round).derivative()).isEmpty();
  }

  @Test
  void aSecondDerivativeIsRefused() {
    assertThatThrownBy(() -> TABLE.with(operator("Floor").gradient((op, n, dy) -> grads(dy))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Operator 'Floor' is in the table already");
  }

  @Test
  void aSecondEntryOfAFamilyIsRefused() {
    assertThatThrownBy(() -> Operators.of(List.of(ROUND), List.of(ROUND)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Operator 'Round' has two entries");
  }

  @Test
  void ofAnotherDomainNothingIsKnown() {
    Operator other = TABLE.of(node(Node.MICROSOFT, "Floor"));

    assertThat(other.name()).isEqualTo("com.microsoft::Floor");
    assertThat(other.derivative()).isEmpty();
  }

  @Test
  void anEntryStaysAsItIsWhenMoreIsStatedOfIt() {
    Operator mean = operator("Mean");
    Operator broadcasting = mean.broadcasting().gradient((op, n, dy) -> grads(dy, dy));

    assertThat(mean.has(Operator.Trait.BROADCASTS)).isFalse();
    assertThat(broadcasting.derivative())
        .hasValueSatisfying(
            derivative ->
                assertThat(((Derivative.Rule) derivative).shapes())
                    .isEqualTo(Derivative.Shapes.OF_OUTPUT));
  }
}
