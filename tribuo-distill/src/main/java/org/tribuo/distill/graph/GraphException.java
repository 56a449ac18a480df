package org.tribuo.distill.graph;

/** Says what is wrong with a model's graph, where, and what was expected. */
public class GraphException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public GraphException(String message) {
    super(message);
  }

  public GraphException(String message, Throwable cause) {
    super(message, cause);
  }
}
