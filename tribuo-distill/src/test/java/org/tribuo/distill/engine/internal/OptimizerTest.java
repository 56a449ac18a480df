package org.tribuo.distill.engine.internal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.GraphException;

class OptimizerTest {
  @Test
  void ofSeveralThatAreNoParametersTheFirstIsNamed() {
    Set<String> unknown = new LinkedHashSet<>(List.of("h", "g", "f", "e", "d", "c", "b", "a"));
    Optimizer optimizer = new Optimizer(AdamW.DEFAULT, OptionalDouble.empty(), unknown);

    assertThatThrownBy(() -> optimizer.decayed(Set.of("weight")))
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith("'h' is to have no weight decay");
  }
}
