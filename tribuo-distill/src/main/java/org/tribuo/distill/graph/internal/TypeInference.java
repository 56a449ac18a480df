package org.tribuo.distill.graph.internal;

import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.TensorType;

/**
 * What is inferred of a graph's values by a program that knows all operators, such as ONNX Runtime.
 * A module on the class path brings it, and names its implementation for {@link ServiceLoader}.
 * Safe for many threads.
 */
public interface TypeInference {
  /**
   * The types of the values that nodes make, as far as they can be inferred. Nothing is computed.
   *
   * @throws GraphException if the graph is refused; the message says which node is wrong
   */
  Map<String, TensorType> infer(Graph graph);

  /**
   * The first one on the class path; always the same object.
   *
   * @throws GraphException if there is none
   */
  static TypeInference onClassPath() {
    return Found.INFERENCE.orElseThrow(
        () ->
            new GraphException(
                "Nothing on the class path infers types: META-INF/services/"
                    + TypeInference.class.getName()
                    + " names nothing. A jar that was merged from several must merge these files"
                    + " too."));
  }

  /** Looks once, when it is first needed. */
  final class Found {
    private static final Optional<TypeInference> INFERENCE =
        ServiceLoader.load(TypeInference.class, TypeInference.class.getClassLoader()).findFirst();

    private Found() {}
  }
}
