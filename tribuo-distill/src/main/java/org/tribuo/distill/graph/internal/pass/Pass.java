package org.tribuo.distill.graph.internal.pass;

import org.tribuo.distill.graph.Graph;

/** One change of a graph that keeps what it computes and the names of its values. */
@FunctionalInterface
interface Pass {
  void apply(Graph graph);
}
