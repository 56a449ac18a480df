package org.tribuo.distill.transformer.internal.head;

import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.transformer.internal.Transformer;

/** What an encoder outputs in place of everything behind its layers. Immutable. */
public interface EncoderHead {
  /** The output that is compared with others. */
  String output();

  /**
   * A copy of an encoder that has {@link #output} alone.
   *
   * @throws org.tribuo.distill.graph.GraphException if the encoder cannot have this head
   */
  Graph attachAlone(Transformer encoder);
}
