package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * Which layer of the student is compared with which one of the teacher: by a rule, or in pairs that
 * are stated one by one. Immutable.
 *
 * <pre>{@code
 * LayerMap.last()
 * LayerMap.of(new LayerPair(0, 0), new LayerPair(3, 12))
 *
 * <component name="last" type="org.tribuo.distill.loss.LayerMap">
 *   <property name="rule" value="LAST"/>
 * </component>
 * <component name="pairs" type="org.tribuo.distill.loss.LayerMap">
 *   <propertylist name="student"><item>0</item><item>3</item></propertylist>
 *   <propertylist name="teacher"><item>0</item><item>12</item></propertylist>
 * </component>
 * }</pre>
 */
public final class LayerMap implements Configurable, Provenancable<ConfiguredObjectProvenance> {
  /**
   * What gives layers of a student, of M layers, one each of a teacher, of L, which has as many.
   */
  public enum Rule {
    /**
     * Spread evenly, last with last: layer i with layer ⌊i·L/M⌋, as TinyBERT has it where M divides
     * L.
     */
    UNIFORM,

    /**
     * With as many last ones: layer i with layer L-M+i. PKD-Last leaves out the last pair; pairs
     * that are stated can.
     */
    LAST,

    /**
     * As {@link #UNIFORM} without the last layers, which the soft loss reaches: PKD-Skip (Sun et
     * al. 2019, arXiv:1908.09355).
     */
    SKIP
  }

  @ConfigurableName private String component = "LayerMap";

  @Config(description = "The rule; by default UNIFORM, where no pairs are stated.")
  private @Nullable Rule rule;

  @Config(
      description =
          "The student's layers, from 1, 0 for the embeddings; negative numbers count from the end.")
  private int[] student = new int[0];

  @Config(description = "The teacher's layers, one for each of the student's.")
  private int[] teacher = new int[0];

  /** For OLCUT. */
  private LayerMap() {}

  private LayerMap(Rule rule) {
    this.rule = rule;
  }

  /** By {@link Rule#UNIFORM}. */
  public static LayerMap uniform() {
    return new LayerMap(Rule.UNIFORM);
  }

  /** By {@link Rule#LAST}. */
  public static LayerMap last() {
    return new LayerMap(Rule.LAST);
  }

  /** By {@link Rule#SKIP}. */
  public static LayerMap skip() {
    return new LayerMap(Rule.SKIP);
  }

  /**
   * These pairs.
   *
   * @throws PropertyException if there is none
   */
  public static LayerMap of(LayerPair... pairs) {
    LayerMap map = new LayerMap();
    map.student = Arrays.stream(pairs).mapToInt(LayerPair::student).toArray();
    map.teacher = Arrays.stream(pairs).mapToInt(LayerPair::teacher).toArray();
    if (pairs.length == 0) {
      throw new PropertyChecks(map.component)
          .refused("student", "has no layers, so nothing is compared; expected some");
    }
    return map;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    if (student.length != teacher.length) {
      throw properties.refused(
          "teacher",
          "is %s, expected one layer for each of the student's %s"
              .formatted(Arrays.toString(teacher), Arrays.toString(student)));
    }
    if (rule != null && student.length > 0) {
      throw properties.refused(
          "rule", "is %s, and pairs of layers are stated; state one of the two".formatted(rule));
    }
  }

  /**
   * The pairs for a student and a teacher, in the order of the student's layers.
   *
   * @throws GraphException if a layer does not exist, the student has more layers than the teacher
   *     although a rule pairs them, or no pair is left
   */
  public List<LayerPair> pairs(int studentLayers, int teacherLayers) {
    if (student.length > 0) {
      return stated().stream().map(pair -> pair.in(studentLayers, teacherLayers)).toList();
    }
    if (studentLayers > teacherLayers) {
      throw new GraphException(
          ("%s gives each layer of the student one of the teacher, but the student has %d and the"
                  + " teacher %d: state the pairs of layers")
              .formatted(this, studentLayers, teacherLayers));
    }
    return switch (rule()) {
      case UNIFORM -> each(studentLayers, i -> i * teacherLayers / studentLayers);
      case LAST -> each(studentLayers, i -> teacherLayers - studentLayers + i);
      case SKIP -> {
        if (studentLayers == 1) {
          throw new GraphException(
              "%s leaves out the last layer, and the student has no other: use UNIFORM"
                  .formatted(this));
        }
        yield each(studentLayers - 1, i -> i * teacherLayers / studentLayers);
      }
    };
  }

  private Rule rule() {
    return rule == null ? Rule.UNIFORM : rule;
  }

  private static List<LayerPair> each(int layers, IntUnaryOperator teacherLayer) {
    return IntStream.rangeClosed(1, layers)
        .mapToObj(i -> new LayerPair(i, teacherLayer.applyAsInt(i)))
        .toList();
  }

  private List<LayerPair> stated() {
    return IntStream.range(0, student.length)
        .mapToObj(i -> new LayerPair(student[i], teacher[i]))
        .toList();
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "LayerMap");
  }

  @Override
  public String toString() {
    return "LayerMap" + (student.length > 0 ? stated() : "[" + rule() + "]");
  }

  /**
   * A layer of the student and the one of the teacher that it is compared with. Layers count from
   * 1; negative numbers count from the end, -1 is the last. 0 stands for the embeddings, which
   * losses on hidden states can compare.
   */
  public record LayerPair(int student, int teacher) {
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
