package org.tribuo.distill.training.internal.data;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.loss.internal.ObjectiveInputs;
import org.tribuo.distill.student.internal.Imprint;
import org.tribuo.distill.student.internal.NetworkRunner;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.head.TaskHead;

/**
 * Makes the weights of a head of cosines the class means of labelled examples: of each label the
 * mean of the vectors of its rows, each divided by its norm (Qi, Brown and Lowe 2018,
 * arXiv:1712.07136, section 3.2). A row of several labels counts for each of them.
 *
 * @param network whose head has {@link TaskHead#VECTOR} and {@link TaskHead#WEIGHT}
 * @param imprint what its head takes: more than nothing
 * @param rows the examples
 * @param labelled the numbers of those whose labels are used
 */
public record Imprinting(
    StudentNetwork network, Imprint imprint, ExampleRows rows, int[] labelled) {
  /** How many rows' vectors are in memory at once. */
  private static final int AT_ONCE = 1024;

  /**
   * @throws IllegalArgumentException if there is no labelled example
   */
  public Imprinting {
    if (labelled.length == 0) {
      throw new IllegalArgumentException(
          "The student's head is to be imprinted, and no example of the dataset that is trained on has a label; label some, or set imprinted to false");
    }
  }

  /**
   * The network with these weights, and with the scale that fits them where that is open; weights
   * of labels without examples are left as they are.
   *
   * @param device where it runs
   */
  public StudentNetwork apply(Device device) {
    Tensor initial = network.transformer().graph().initializer(TaskHead.WEIGHT);
    Tensor weight = initial.cast(ElementType.FLOAT);
    ClassMeans means = new ClassMeans((int) weight.dim(0), (int) weight.dim(1));
    StartingScale start = new StartingScale((int) weight.dim(0), (int) weight.dim(1));
    try (NetworkRunner runner = new NetworkRunner(below(), device)) {
      for (int from = 0; from < labelled.length; from += AT_ONCE) {
        int to = Math.min(labelled.length, from + AT_ONCE);
        add(runner, Arrays.copyOfRange(labelled, from, to), means, start);
      }
    }
    Tensor imprinted = means.into(weight.toFloats());
    Map<String, Tensor> initializers = new HashMap<>();
    initializers.put(TaskHead.WEIGHT, imprinted.cast(initial.elementType()));
    if (imprint == Imprint.CLASS_MEANS_AND_SCALE) {
      Tensor largest = network.transformer().graph().initializer(TaskHead.SCALE);
      float scale = start.scale(imprinted, largest.cast(ElementType.FLOAT).toFloats()[0]);
      initializers.put(TaskHead.SCALE, Tensor.scalar(scale).cast(largest.elementType()));
    }
    return network.withWeightsOf(network.onnx().withInitializers(initializers));
  }

  private void add(NetworkRunner runner, int[] some, ClassMeans means, StartingScale start) {
    List<float[]> vectors = runner.rows(rows.inputs().pick(some));
    for (int i = 0; i < some.length; i++) {
      Tensor labels = rows.targets().batch(ObjectiveInputs.LABELS, some[i]);
      float exampleWeight = rows.weights().of(some[i]);
      means.add(vectors.get(i), labels, exampleWeight);
      if (exampleWeight > 0) {
        start.add(vectors.get(i), labels);
      }
    }
  }

  /** Outputs of each row its vector, or those of its positions one after the other. */
  private StudentNetwork below() {
    Graph graph = network.transformer().graph();
    graph.outputs().forEach(graph::removeOutput);
    graph.addOutput(TaskHead.VECTOR);
    int width = Math.toIntExact(graph.initializer(TaskHead.WEIGHT).dim(0));
    graph.removeUnused();
    LabelOrder axes =
        new LabelOrder(IntStream.range(0, width).mapToObj(Integer::toString).toList());
    return new StudentNetwork(
        Transformer.of(graph.toModel()),
        List.of(TaskHead.VECTOR),
        network.head().withColumns(axes),
        network.reader());
  }
}
