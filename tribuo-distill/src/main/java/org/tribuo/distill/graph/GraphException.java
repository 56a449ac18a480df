package org.tribuo.distill.graph;

import org.jspecify.annotations.Nullable;

/** Says what is wrong with a model's graph, where, and what was expected. */
public class GraphException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** The file that the graph came from, once it is known. */
  private @Nullable String file;

  public GraphException(String message) {
    super(message);
  }

  public GraphException(String message, Throwable cause) {
    super(message, cause);
  }

  /** This exception, whose message names the file from now on, if it did not before. */
  final GraphException in(String named) {
    if (!getMessage().contains(named)) {
      file = named;
    }
    return this;
  }

  @Override
  public String getMessage() {
    String message = String.valueOf(super.getMessage());
    return file == null ? message : "'%s': %s".formatted(file, message);
  }
}
