package org.tribuo.distill.operator.internal;

import org.tribuo.distill.graph.GraphException;

/** Says why a loss cannot be differentiated with respect to some weights. */
public class UndifferentiableException extends GraphException {
  private static final long serialVersionUID = 1L;

  public UndifferentiableException(String message) {
    super(message);
  }
}
