package org.tribuo.distill.teacher;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * The teacher whose intermediate activations the student is compared with. It needs no head, and
 * reads the student's tokens. Immutable and safe for many threads.
 *
 * <pre>{@code
 * <component name="activations" type="org.tribuo.distill.teacher.activations.ActivationTeacher">
 *   <property name="teacher" value="teacher"/>
 *   <property name="cacheBytes" value="1073741824"/>
 * </component>
 * }</pre>
 */
public final class ActivationTeacher
    implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  @ConfigurableName private String component = "ActivationTeacher";

  @Config(mandatory = true, description = "The teacher.")
  private OnnxTeacher teacher;

  @Config(
      description =
          "The maximum memory in bytes for activations that are kept, so that the teacher is not run"
              + " over the same texts again; by default 0: it is run in every epoch.")
  private long cacheBytes;

  /** For OLCUT. */
  private ActivationTeacher() {}

  /** A teacher that is run in every epoch. */
  public static ActivationTeacher of(OnnxTeacher teacher) {
    ActivationTeacher activations = new ActivationTeacher();
    activations.teacher = teacher;
    activations.postConfig();
    return activations;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = new PropertyChecks(component);
    properties.checkAtLeast("cacheBytes", 0, cacheBytes);
    long heap = Runtime.getRuntime().maxMemory();
    if (cacheBytes >= heap) {
      throw properties.refused(
          "cacheBytes",
          "is %,d, but this JVM has %,d bytes for all its objects; state less, or give it more with -Xmx"
              .formatted(cacheBytes, heap));
    }
  }

  /**
   * The same with activations kept in memory.
   *
   * @param bytes the maximum; 0 to keep none
   * @throws PropertyException if it is negative, or not below the heap of this JVM
   */
  public ActivationTeacher cacheBytes(long bytes) {
    ActivationTeacher other = of(teacher);
    other.cacheBytes = bytes;
    other.postConfig();
    return other;
  }

  /** The teacher. */
  public OnnxTeacher teacher() {
    return teacher;
  }

  /** The maximum memory in bytes for activations that are kept. */
  public long cacheBytes() {
    return cacheBytes;
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "Teacher");
  }

  @Override
  public String toString() {
    return "ActivationTeacher(%s, cacheBytes=%d)".formatted(teacher, cacheBytes);
  }
}
