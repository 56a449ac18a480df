package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.util.Arrays;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.student.internal.NewPerceptron;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.transformer.internal.head.TaskHead;

/**
 * An untrained network of fully connected layers for vectors of features: a multi-layer perceptron
 * with rectified linear units. It wants features of similar sizes, as Tribuo's {@code
 * MeanStdDevTransformation} makes them.
 *
 * <pre>{@code
 * <component name="student" type="org.tribuo.distill.student.PerceptronStudent">
 *   <property name="features" value="30"/>
 *   <propertylist name="widths"><item>32</item><item>32</item></propertylist>
 * </component>
 * }</pre>
 *
 * Immutable and safe for many threads.
 */
public final class PerceptronStudent implements StudentSource {
  @ConfigurableName private String component = "PerceptronStudent";

  @Config(mandatory = true, description = "The number of features of the dataset.")
  private int features;

  @Config(description = "The widths of the hidden layers, in order; none for a linear model.")
  private int[] widths = {64};

  /** For OLCUT. */
  private PerceptronStudent() {}

  /**
   * A network.
   *
   * @param features the number of features of the dataset
   * @param widths of the hidden layers, in order; none for a linear model
   * @throws PropertyException if a number is below 1
   */
  public static PerceptronStudent of(int features, int... widths) {
    PerceptronStudent student = new PerceptronStudent();
    student.features = features;
    student.widths = widths.clone();
    student.postConfig();
    return student;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.checkAtLeast("features", 1, features);
    for (int width : widths) {
      if (width < 1) {
        throw properties.refused(
            "widths", "are %s, expected numbers of 1 or more".formatted(Arrays.toString(widths)));
      }
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws PropertyException if an example is to have more than one row of logits
   */
  @Override
  public Student make(StudentRequest request) {
    int labels = request.head().columns().size();
    if (!request.head().row().equals(RowShape.of(labels))) {
      throw new PropertyException(
          component,
          "features",
          "are one vector for each example, but what is predicted of one is %s; use an encoder as the student"
              .formatted(request.head().row()));
    }
    NewPerceptron network = new NewPerceptron(features, Arrays.stream(widths).boxed().toList());
    return Student.of(
        network.make(labels, request.seed()).toModel(), TaskHead.LOGITS, request.head());
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "Student");
  }

  @Override
  public String toString() {
    return "PerceptronStudent(features=%d, widths=%s)".formatted(features, Arrays.toString(widths));
  }
}
