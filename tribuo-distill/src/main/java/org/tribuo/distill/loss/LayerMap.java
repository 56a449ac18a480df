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
}
