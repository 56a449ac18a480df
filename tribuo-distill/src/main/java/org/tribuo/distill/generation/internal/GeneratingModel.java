package org.tribuo.distill.generation.internal;

import java.util.List;

/**
 * A model with which texts are generated. Closing frees its native memory, which the next text
 * takes again. Safe for many threads.
 */
public interface GeneratingModel extends NextTokenModel, AutoCloseable {
  /**
   * What is done once with sources.
   *
   * @param sources that are not encoded
   * @return one for each, in their order
   * @throws IllegalArgumentException if the model cannot read one
   */
  List<Source> encoded(List<Source> sources);

  @Override
  void close();
}
