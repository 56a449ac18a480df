package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.internal.QuantisedWeights;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.transformer.internal.LayerCut;
import org.tribuo.distill.transformer.internal.TransformerFiles;
import org.tribuo.distill.transformer.internal.TransformerLayers;

/**
 * Another student of which only some layers are kept, with the embeddings and the head.
 *
 * <pre>{@code
 * <component name="student" type="org.tribuo.distill.student.PrunedStudent">
 *   <property name="source" value="whole"/>
 *   <property name="keep" value="2"/>
 * </component>
 * <component name="whole" type="org.tribuo.distill.student.OnnxStudent">
 *   <property name="path" value="teacher.onnx"/>
 * </component>
 * }</pre>
 */
public final class PrunedStudent implements StudentSource {
  @ConfigurableName private String component = "PrunedStudent";

  @Config(mandatory = true, description = "The student that is cut.")
  private StudentSource source;

  @Config(
      description =
          "How many layers are kept, spread evenly, the first and the last among them; 0 where"
              + " 'layers' states which.")
  private int keep;

  @Config(description = "The layers that are kept, counted from 1, in ascending order.")
  private int[] layers = new int[0];

  /** For OLCUT. */
  private PrunedStudent() {}

  /**
   * Keeps a number of layers, spread evenly, the first and the last among them.
   *
   * @throws PropertyException if the number is less than 1
   */
  public static PrunedStudent keeping(int keep, StudentSource source) {
    PrunedStudent student = new PrunedStudent();
    student.source = source;
    student.keep = keep;
    student.postConfig();
    return student;
  }

  /**
   * Keeps some layers.
   *
   * @param layers counted from 1, in ascending order
   * @throws PropertyException if there is none, one is below 1, or they are not in ascending order
   */
  public static PrunedStudent keeping(List<Integer> layers, StudentSource source) {
    PrunedStudent student = new PrunedStudent();
    student.source = source;
    student.layers = layers.stream().mapToInt(Integer::intValue).toArray();
    student.postConfig();
    return student;
  }

  /**
   * How many layers a model has, of which some can be kept.
   *
   * @param model an ONNX file
   * @throws org.tribuo.distill.graph.GraphException if it is no Transformer, or its weights are
   *     quantised
   * @throws IOException if it cannot be read
   */
  public static int layersOf(Path model) throws IOException {
    Graph graph = Graph.of(OnnxModel.read(model));
    QuantisedWeights.checkCanBeCut(graph, model.toString());
    return TransformerLayers.find(graph).count();
  }

  @Override
  public void postConfig() {
    if (layers.length == 0 && keep < 1) {
      throw new PropertyException(
          component, "keep", "%d layers are kept, expected at least 1".formatted(keep));
    }
    if (layers.length > 0 && keep != 0) {
      throw new PropertyException(
          component,
          "keep",
          "is %d, and 'layers' is %s; state one of the two"
              .formatted(keep, Arrays.toString(layers)));
    }
    for (int i = 0; i < layers.length; i++) {
      if (layers[i] < 1 || (i > 0 && layers[i] <= layers[i - 1])) {
        throw new PropertyException(
            component,
            "layers",
            "are %s, expected numbers from 1 in ascending order; 0 is the embeddings, which always stay"
                .formatted(Arrays.toString(layers)));
      }
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws PropertyException if there are fewer layers than are to be kept
   * @throws org.tribuo.distill.graph.GraphException if the weights are quantised
   */
  @Override
  public Student make(Head head, long seed, TransformerFiles files) throws IOException {
    Student whole = source.make(head, seed, files);
    Graph graph = whole.transformer().graph();
    QuantisedWeights.checkCanBeCut(graph, source.toString());
    TransformerLayers found = whole.transformer().layers();
    return whole.with(LayerCut.keep(graph, found, kept(found.count())).toModel());
  }

  /** As {@link LayerCut} counts them, from 0. */
  private List<Integer> kept(int count) {
    int least = layers.length == 0 ? keep : layers[layers.length - 1];
    if (count < least) {
      throw new PropertyException(
          component,
          layers.length == 0 ? "keep" : "layers",
          "%s has %d layers, expected at least %d".formatted(source, count, least));
    }
    return layers.length == 0
        ? LayerCut.spread(count, keep)
        : Arrays.stream(layers).mapToObj(layer -> layer - 1).toList();
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "Student");
  }

  @Override
  public String toString() {
    return "PrunedStudent(%s, keep=%s)"
        .formatted(source, layers.length == 0 ? keep : Arrays.toString(layers));
  }
}
