package org.tribuo.distill.operator;

import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.Dimension;

/** The numbers in an operator's output, where that is a small tensor of integers. */
@FunctionalInterface
public interface ContentFunction {
  /** The maximum number of elements of a tensor whose numbers are kept. */
  int LONGEST = 64;

  /**
   * @return the numbers in a vector, one for a scalar; a number that is not known is unknown
   */
  Optional<List<Dimension>> contents(SizedNode node);
}
