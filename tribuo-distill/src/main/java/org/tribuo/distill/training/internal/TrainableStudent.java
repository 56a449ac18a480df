package org.tribuo.distill.training.internal;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.engine.internal.Optimizer;
import org.tribuo.distill.engine.internal.TrainingGraph;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.pass.LibraryOperators;
import org.tribuo.distill.graph.internal.pass.SinkSelection;
import org.tribuo.distill.internal.autodiff.Differentiator;
import org.tribuo.distill.loss.internal.AttachedObjective;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.operator.internal.Operators;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.TransformerActivations;
import org.tribuo.distill.transformer.internal.cut.TiedWeights;
import org.tribuo.distill.transformer.internal.layer.Weight;
import org.tribuo.distill.transformer.internal.layer.Weights;

/**
 * A student as a training graph, and the way from its weights back to the student: copies of one
 * parameter are merged in it, tables hold the rows of the data alone, and dropout, the objective
 * and the gradients are part of it.
 */
final class TrainableStudent {
  private final OnnxModel model;
  private final TrainingSettings settings;
  private final Set<String> decayed;
  private final TiedWeights tied;
  private final TrainingGraph trainingGraph;
  private final Optimizer optimizer;
  private final AttachedObjective attached;
  private VocabularyCompaction vocabulary;
  private OnnxModel start;

  /**
   * @param student has the outputs that the objective reads, and no others
   * @param rules the gradients of the student's operators
   * @param data the inputs of the student
   * @throws org.tribuo.distill.graph.GraphException if the student cannot be trained on the
   *     objective
   */
  TrainableStudent(
      Transformer student,
      Objective objective,
      Operators rules,
      TrainingSettings settings,
      TrainingData data) {
    this.model = student.model();
    this.start = model;
    this.settings = settings;
    Graph graph = student.normalizedForTraining();
    this.tied = TiedWeights.find(graph);
    Set<String> frozen = tied.closure(settings.frozen());
    tied.merge(graph);
    Optional<TransformerActivations> activations = objective.activationsIn(graph);
    Set<String> weights = new LinkedHashSet<>();
    this.decayed = new LinkedHashSet<>();
    for (Weight weight : Weights.trainable(graph)) {
      if (!frozen.contains(weight.initializer())) {
        weights.add(weight.initializer());
        if (weight.decays()) {
          decayed.add(weight.initializer());
        }
      }
    }
    this.vocabulary =
        settings.compactVocabulary()
            ? VocabularyCompaction.apply(graph, weights, data)
            : VocabularyCompaction.none();
    Dropout.addTo(graph, settings.dropout(), settings.seed());
    RoundedWeights rounded =
        settings.roundedWeights() ? RoundedWeights.addTo(graph) : RoundedWeights.none();
    Value[] outputs = graph.outputs().stream().map(graph::value).toArray(Value[]::new);
    this.attached = objective.attach(Ops.on(graph), activations, settings.seed(), outputs);
    settings.objective().checkFits(attached);
    SinkSelection.apply(graph);
    weights.addAll(attached.projections());
    decayed.addAll(attached.projections());
    if (objective.hard().isEmpty() && objective.soft().isEmpty()) {
      leaveOutWhatActivationsDoNotReach(graph, weights);
    }
    requireSome(weights, frozen);
    boolean byLibrary = settings.device().operators().isPresent();
    if (byLibrary) {
      LibraryOperators.apply(graph, Arrays.stream(outputs).map(Value::name).toList());
    }
    Map<String, Value> gradients =
        Differentiator.differentiate(
            graph, attached.differentiated().name(), rounded.differentiated(weights), rules);
    if (byLibrary) {
      LibraryOperators.shareRoundings(graph, weights);
    }
    this.trainingGraph =
        new TrainingGraph(
            graph,
            List.copyOf(attached.terms().keySet()),
            rounded.gradients(Ops.on(graph), weights, gradients));
    this.optimizer = optimizer(weights);
  }

  /** Of a student that is compared with its teacher inside, the head and last layers may rest. */
  private void leaveOutWhatActivationsDoNotReach(Graph graph, Set<String> weights) {
    Set<String> read = new HashSet<>();
    graph
        .ancestors(Set.of(attached.differentiated().name()))
        .forEach(node -> read.addAll(node.reads()));
    weights.retainAll(read);
    decayed.retainAll(read);
  }

  private void requireSome(Set<String> weights, Set<String> frozen) {
    if (attached.projections().containsAll(weights)) {
      throw new TrainingException(
          "The student has no weight that the loss reads and that is not frozen; %d are frozen, see frozenWeights"
              .formatted(frozen.size()));
    }
  }

  private Optimizer optimizer(Set<String> weights) {
    Set<String> undecayed = new LinkedHashSet<>(weights);
    undecayed.removeAll(decayed);
    return new Optimizer(settings.adamW(), settings.maxGradientNorm(), undecayed);
  }

  /**
   * Starts from other weights of the same student.
   *
   * @param from the student, or the same with weights that were trained since
   */
  void startFrom(OnnxModel from) {
    Map<String, Tensor> changed = new LinkedHashMap<>(from.initializers());
    changed.entrySet().removeIf(weight -> isUnchanged(weight.getKey(), weight.getValue()));
    Graph graph = trainingGraph.graph();
    changed.forEach(
        (name, tensor) ->
            graph.setInitializer(name, tensor.cast(graph.initializer(name).elementType())));
    vocabulary = vocabulary.of(graph, changed.keySet());
    start = from;
  }

  private boolean isUnchanged(String name, Tensor tensor) {
    return !trainingGraph.graph().initializers().containsKey(name)
        || Objects.equals(tensor, model.initializers().get(name));
  }

  TrainingGraph trainingGraph() {
    return trainingGraph;
  }

  Optimizer optimizer() {
    return optimizer;
  }

  AttachedObjective attached() {
    return attached;
  }

  /** A batch as the training graph reads it. */
  Map<String, Tensor> translate(Map<String, Tensor> batch) {
    return vocabulary.translate(batch);
  }

  /** The number of numbers that are trained. */
  long parameters() {
    return trainingGraph.parameters().stream()
        .mapToLong(name -> trainingGraph.graph().initializer(name).elements())
        .sum();
  }

  /**
   * The student with trained weights. What is not trained here keeps what the student started from.
   *
   * @param weights those of the training graph
   * @param decay what weight decay left of a weight that got no gradient
   */
  OnnxModel with(Map<String, Tensor> weights, double decay) {
    Set<String> shrinking = settings.adamW().weightDecay() == 0 ? Set.of() : decayed;
    Map<String, Tensor> own = new LinkedHashMap<>(weights);
    own.keySet().removeAll(attached.projections());
    return start.withInitializers(tied.restore(vocabulary.restore(own, shrinking, decay)));
  }
}
