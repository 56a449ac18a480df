package org.tribuo.distill.graph;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where a graph came from. Errors of the graph are reported with that name.
 *
 * @param file the file, unless the graph was made here
 */
record GraphOrigin(Optional<String> file) {
  static final GraphOrigin HERE = new GraphOrigin(Optional.empty());

  static GraphOrigin of(String file) {
    return new GraphOrigin(Optional.of(file));
  }

  /**
   * Does something with the graph.
   *
   * @throws GraphException that names the file, if the action throws one, or an exception that has
   *     indices or numbers and nothing that a user knows
   */
  <R> R named(Supplier<R> action) {
    try {
      return action.get();
    } catch (GraphException e) {
      throw file.map(e::in).orElse(e);
    } catch (IndexOutOfBoundsException
        | ArithmeticException
        | NegativeArraySizeException
        | ClassCastException
        | java.util.NoSuchElementException
        | NullPointerException e) {
      throw new GraphException(
          "'%s' has a graph that does not fit together: %s"
              .formatted(file.orElse("The model"), e.getMessage()),
          e);
    }
  }
}
