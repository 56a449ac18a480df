package org.tribuo.distill.graph.internal;

import java.util.Optional;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/**
 * What takes time before a model runs, as an event of Java's flight recorder. A program that is
 * started with {@code -XX:StartFlightRecording} shows by it which files are read or analysed, how
 * often, and by whom. Costs nothing where nothing is recorded.
 */
@Name("org.tribuo.distill.GraphWork")
@Label("Graph work")
@Category("Tribuo Distill")
@Description("A model is read or analysed")
@SuppressWarnings("unused") // the flight recorder reads the fields
public final class GraphWork extends Event {
  /** What is done with a graph. */
  public enum Kind {
    /** The ONNX file is parsed. */
    READ,
    /** The graph is brought into its normal form. */
    NORMALIZE,
    /** The types of all values are inferred, by a session that is opened for that alone. */
    INFER_TYPES
  }

  @Label("Kind")
  private final String kind;

  @Label("File")
  @Description("The file of the model, or of that from which it was made")
  private final @Nullable String file;

  private GraphWork(Kind kind, Optional<String> file) {
    this.kind = kind.name();
    this.file = file.orElse(null);
  }

  /**
   * Starts an event, which {@link #commit} ends.
   *
   * @param file where the graph came from; empty if it was made here
   */
  public static GraphWork started(Kind kind, Optional<String> file) {
    GraphWork work = new GraphWork(kind, file);
    work.begin();
    return work;
  }
}
