package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.loss.LayerMap.LayerPair;

/**
 * Pairs of layers that are stated one by one.
 *
 * <pre>{@code
 * <component name="layers" type="org.tribuo.distill.loss.PairedLayers">
 *   <propertylist name="student"><item>0</item><item>3</item></propertylist>
 *   <propertylist name="teacher"><item>0</item><item>12</item></propertylist>
 * </component>
 * }</pre>
 */
public final class PairedLayers implements LayerMap {
  @ConfigurableName private String component = "PairedLayers";

  @Config(
      mandatory = true,
      description =
          "The student's layers, from 1, 0 for the embeddings; negative numbers count from the end.")
  private int[] student = new int[0];

  @Config(mandatory = true, description = "The teacher's layers, one for each of the student's.")
  private int[] teacher = new int[0];

  /** For OLCUT. */
  private PairedLayers() {}

  /**
   * These pairs.
   *
   * @throws PropertyException if there is none
   */
  public PairedLayers(List<LayerPair> pairs) {
    student = pairs.stream().mapToInt(LayerPair::student).toArray();
    teacher = pairs.stream().mapToInt(LayerPair::teacher).toArray();
    postConfig();
  }

  /**
   * These pairs.
   *
   * @throws PropertyException if there is none
   */
  public PairedLayers(LayerPair... pairs) {
    this(List.of(pairs));
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = new PropertyChecks(component);
    if (student.length == 0) {
      throw properties.refused("student", "has no layers, so nothing is compared; expected some");
    }
    if (student.length != teacher.length) {
      throw properties.refused(
          "teacher",
          "is %s, expected one layer for each of the student's %s"
              .formatted(Arrays.toString(teacher), Arrays.toString(student)));
    }
  }

  @Override
  public List<LayerPair> of(int studentLayers, int teacherLayers) {
    return pairs().stream().map(pair -> pair.in(studentLayers, teacherLayers)).toList();
  }

  private List<LayerPair> pairs() {
    return IntStream.range(0, student.length)
        .mapToObj(i -> new LayerPair(student[i], teacher[i]))
        .toList();
  }

  @Override
  public String toString() {
    return "PairedLayers" + pairs();
  }
}
