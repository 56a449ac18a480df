package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.List;
import org.tribuo.distill.graph.GraphException;

/** Which layer of the student is compared with which one of the teacher. Immutable. */
public interface LayerMap extends Configurable, Provenancable<ConfiguredObjectProvenance> {
  /**
   * The pairs for a student and a teacher, in the order of the student's layers.
   *
   * @throws GraphException if a layer does not exist, the student has more layers than the teacher
   *     ({@link PairedLayers} aside), or no pair is left
   */
  List<LayerPair> of(int studentLayers, int teacherLayers);

  @Override
  default ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "LayerMap");
  }

  /**
   * A layer of the student and the one of the teacher that it is compared with. Layers count from
   * 1; negative numbers count from the end, -1 is the last. 0 stands for the embeddings, which
   * losses on hidden states can compare.
   */
  record LayerPair(int student, int teacher) {
    /** The last layer of both. */
    public static final LayerPair LAST = new LayerPair(-1, -1);

    /**
     * The same with all numbers counted from 1.
     *
     * @throws GraphException if one of the layers does not exist
     */
    LayerPair in(int studentLayers, int teacherLayers) {
      return new LayerPair(
          counted("student", student, studentLayers), counted("teacher", teacher, teacherLayers));
    }

    private int counted(String whose, int layer, int layers) {
      int counted = layer < 0 ? layers + 1 + layer : layer;
      if (counted > layers || counted < 0 || (layer < 0 && counted == 0)) {
        throw new GraphException(
            "%s names layer %d of the %s, which has %d: expected 0 (the embeddings) to %d, or -1 (the last) to -%d"
                .formatted(this, layer, whose, layers, layers, layers));
      }
      return counted;
    }

    @Override
    public String toString() {
      return student + ":" + teacher;
    }
  }
}
