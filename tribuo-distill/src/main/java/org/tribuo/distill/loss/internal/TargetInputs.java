package org.tribuo.distill.loss.internal;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.transformer.Activation;

/** Adds inputs to a graph as losses ask for them, each once. */
public final class TargetInputs {
  private final Graph graph;
  private final ElementType floatType;
  private final Map<String, TensorType> added = new LinkedHashMap<>();
  private final Map<String, ClassIndices> classIndices = new LinkedHashMap<>();
  private final Set<Activation> activations = new LinkedHashSet<>();

  TargetInputs(Graph graph, ElementType floatType) {
    this.graph = graph;
    this.floatType = floatType;
  }

  /** The element type of all inputs that are no integers. */
  public ElementType floatType() {
    return floatType;
  }

  /** The inputs added so far, in order. */
  Map<String, TensorType> types() {
    return Collections.unmodifiableMap(added);
  }

  /** Those of the inputs that hold classes. */
  Map<String, ClassIndices> classIndices() {
    return Collections.unmodifiableMap(classIndices);
  }

  /** Those of the inputs that hold activations of the teacher. */
  Set<Activation> activations() {
    return Collections.unmodifiableSet(activations);
  }

  public Value input(Activation activation, TensorType type) {
    activations.add(activation);
    return input(activation.inputName(), type);
  }

  public Value scalar(String name) {
    return input(name, TensorType.of(floatType));
  }

  public Value input(String name, TensorType type, ClassIndices indices) {
    classIndices.put(name, indices);
    return input(name, type);
  }

  public Value input(String name, TensorType type) {
    TensorType before = added.get(name);
    if (before == null) {
      if (graph.has(name)) {
        throw new GraphException(
            "The student's graph has a value '%s' already, and the objective needs that name for"
                    .formatted(name)
                + " an input: rename it in the student's file");
      }
      graph.addInput(name, type);
      added.put(name, type);
    } else if (!before.equals(type)) {
      throw new GraphException(
          "One loss wants input '%s' as %s, another as %s: they cannot be used together"
              .formatted(name, before, type));
    }
    return new Value(name, type);
  }
}
