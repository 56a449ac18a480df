package org.tribuo.distill.engine.internal.ort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tribuo.distill.engine.internal.AdamW;
import org.tribuo.distill.engine.internal.Optimizer;
import org.tribuo.distill.engine.internal.TrainingGraph;
import org.tribuo.distill.engine.internal.TrainingSession;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * Everything that {@link DeviceTraining} needs: the models that compute gradients and change
 * weights, and the state to start from. Immutable.
 *
 * <p><b>The training model</b> computes losses and gradients. Its inputs are, by name,
 *
 * <ul>
 *   <li>each parameter {@code NAME} of the checkpoint, which therefore is no initializer;
 *   <li>for each trainable parameter {@code NAME_grad.accumulation.buffer}, of its shape, and
 *       {@code lazy_reset_grad}, bool[1], which a {@code com.microsoft:InPlaceAccumulatorV2} reads
 *       together with the gradient;
 *   <li>where gradients are clipped, {@value GradientAccumulation#UPDATE_FOLLOWS}, bool[1];
 *   <li>the batch: all other inputs.
 * </ul>
 *
 * Its outputs are the loss and then the terms to be reported, float scalars; where gradients are
 * clipped, {@value TrainingSession#GRADIENT_NORM}; and bools, which are not reported.
 *
 * <p><b>The optimizer model</b> has the inputs that ONNX Runtime prescribes, {@code learning_rate},
 * {@code step}, {@code params}, {@code gradients}, {@code first_order_moments} and {@code
 * second_order_moments}, one {@code AdamWOptimizer}, and as its output whether it has updated.
 *
 * <p><b>The weight decay model</b> is there where weight decay is not the same for all parameters.
 * Its inputs are {@code learning_rate}, float[1], and all parameters; it changes in place those
 * that are to be decayed.
 *
 * @param trainingModel computes losses and gradients
 * @param optimizerModel updates all parameters
 * @param weightDecayModel shrinks some parameters before each update
 * @param checkpoint the parameters, and the optimizer's state where training is continued
 */
record TrainingArtifacts(
    OnnxModel trainingModel,
    OnnxModel optimizerModel,
    Optional<OnnxModel> weightDecayModel,
    Checkpoint checkpoint) {

  private static final String TRAINING_FILE = "training_model.onnx";
  private static final String OPTIMIZER_FILE = "optimizer_model.onnx";
  private static final String WEIGHT_DECAY_FILE = "weight_decay_model.onnx";
  private static final String CHECKPOINT_FILE = "checkpoint";

  /**
   * The artifacts that train by a graph, which is not changed.
   *
   * @throws GraphException if the optimizer names a parameter that the graph does not train
   */
  static TrainingArtifacts of(TrainingGraph training, Optimizer optimizer) {
    Map<String, Value> gradients = training.gradients();
    Set<String> decayed = optimizer.decayed(gradients.keySet());
    Graph graph = training.graph().copy();
    graph.outputs().forEach(graph::removeOutput);
    training.losses().forEach(graph::addOutput);
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    Map<String, TensorType> types = new LinkedHashMap<>();
    for (String name : gradients.keySet()) {
      Tensor parameter = graph.initializerToInput(name);
      parameters.put(name, parameter);
      types.put(name, parameter.type());
    }
    GradientAccumulation.addTo(graph, gradients, optimizer.maxGradientNorm());
    graph.removeUnused();

    boolean forAll = decayed.equals(gradients.keySet());
    AdamW rule = optimizer.adamW();
    return new TrainingArtifacts(
        graph.toModel(),
        OptimizerGraph.adamW(forAll ? rule : rule.withWeightDecay(0)),
        forAll || decayed.isEmpty()
            ? Optional.empty()
            : Optional.of(OptimizerGraph.weightDecay(types, decayed, rule.weightDecay())),
        Checkpoint.of(parameters));
  }

  /**
   * Reads what {@link #writeTo} or ONNX Runtime's own tools have written to a folder: {@value
   * #TRAINING_FILE}, {@value #OPTIMIZER_FILE}, {@value #CHECKPOINT_FILE}, and {@value
   * #WEIGHT_DECAY_FILE} if it is there.
   *
   * @throws GraphException if a model is damaged
   * @throws CheckpointException if the checkpoint is
   * @throws IOException if a file is missing or cannot be read
   */
  static TrainingArtifacts in(Path folder) throws IOException {
    for (String name : List.of(TRAINING_FILE, OPTIMIZER_FILE, CHECKPOINT_FILE)) {
      if (!Files.isRegularFile(folder.resolve(name))) {
        throw new NoSuchFileException(
            folder.resolve(name).toString(), null, "Training artifacts lack this file");
      }
    }
    Path weightDecay = folder.resolve(WEIGHT_DECAY_FILE);
    return new TrainingArtifacts(
        OnnxModel.read(folder.resolve(TRAINING_FILE)),
        OnnxModel.read(folder.resolve(OPTIMIZER_FILE)),
        Files.exists(weightDecay) ? Optional.of(OnnxModel.read(weightDecay)) : Optional.empty(),
        CheckpointReader.read(folder.resolve(CHECKPOINT_FILE)));
  }

  /** The same models with another state to start from. */
  TrainingArtifacts withCheckpoint(Checkpoint other) {
    return new TrainingArtifacts(trainingModel, optimizerModel, weightDecayModel, other);
  }

  /**
   * Writes the artifacts to a folder, which is made if it is missing; each file whole or not at
   * all.
   *
   * @throws IllegalArgumentException if the checkpoint is larger than 2 GB
   * @throws IOException if the folder cannot be written to
   */
  void writeTo(Path folder) throws IOException {
    Files.createDirectories(folder);
    CheckpointWriter.write(checkpoint, folder.resolve(CHECKPOINT_FILE));
    trainingModel.write(folder.resolve(TRAINING_FILE));
    optimizerModel.write(folder.resolve(OPTIMIZER_FILE));
    Path weightDecay = folder.resolve(WEIGHT_DECAY_FILE);
    if (weightDecayModel.isPresent()) {
      weightDecayModel.get().write(weightDecay);
    } else {
      Files.deleteIfExists(weightDecay);
    }
  }

  static Path trainingModelIn(Path folder) {
    return folder.resolve(TRAINING_FILE);
  }

  static Path optimizerModelIn(Path folder) {
    return folder.resolve(OPTIMIZER_FILE);
  }

  static Path weightDecayModelIn(Path folder) {
    return folder.resolve(WEIGHT_DECAY_FILE);
  }

  static Path checkpointIn(Path folder) {
    return folder.resolve(CHECKPOINT_FILE);
  }
}
