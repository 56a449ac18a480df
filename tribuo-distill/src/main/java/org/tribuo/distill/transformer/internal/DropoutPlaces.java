package org.tribuo.distill.transformer.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.transformer.internal.layer.DataFlow;
import org.tribuo.distill.transformer.internal.layer.Dependants;
import org.tribuo.distill.transformer.internal.layer.ResidualStream;

/**
 * Where a Transformer drops out: the embeddings, and what each block (attention, feed-forward) adds
 * to the hidden state (Vaswani et al. 2017, section 5.4). Exports for inference have lost these
 * places; they are found again by structure, as the sums of a hidden state and of something that is
 * computed from it.
 */
public final class DropoutPlaces {
  private DropoutPlaces() {}

  /** A hidden state and what a block makes of it, to be added to it. */
  private record Residual(String state, String branch) {}

  /**
   * Finds them in a normalised graph.
   *
   * @return names of values; none if the graph has no residual connection
   */
  public static List<String> in(Graph normalized) {
    Set<String> firstStates = new LinkedHashSet<>();
    Set<String> branches = new LinkedHashSet<>();
    for (ResidualStream stream : ResidualStream.in(DataFlow.of(normalized))) {
      List<Residual> residuals = residuals(normalized, stream);
      residuals.stream().map(Residual::state).findFirst().ifPresent(firstStates::add);
      residuals.stream().map(Residual::branch).forEach(branches::add);
    }
    // What comes in later, as a bias of the attention does, has a first state that is no embedding.
    Set<String> behindBlocks = new HashSet<>();
    branches.forEach(branch -> behindBlocks.addAll(Dependants.of(normalized, branch)));
    firstStates.removeAll(behindBlocks);

    List<String> places = new ArrayList<>(firstStates);
    places.addAll(branches);
    return places;
  }

  private static List<Residual> residuals(Graph graph, ResidualStream stream) {
    List<Residual> residuals = new ArrayList<>();
    for (int i = 1; i < stream.values().size(); i++) {
      String state = stream.values().get(i - 1);
      branch(graph, state, stream.values().get(i))
          .ifPresent(branch -> residuals.add(new Residual(state, branch)));
    }
    return residuals;
  }

  /** What is added to a state, where the next value is the sum of both. */
  private static Optional<String> branch(Graph graph, String state, String next) {
    Node sum = graph.producer(next).filter(node -> node.is("Add")).orElse(null);
    if (sum == null || !sum.inputs().contains(state)) {
      return Optional.empty();
    }
    String other = sum.input(0).equals(state) ? sum.input(1) : sum.input(0);
    return Dependants.ofContent(graph, state, next).contains(other)
        ? Optional.of(other)
        : Optional.empty();
  }
}
