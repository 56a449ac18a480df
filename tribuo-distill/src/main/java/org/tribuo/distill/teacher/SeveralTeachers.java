package org.tribuo.distill.teacher;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.impl.ConfiguredObjectProvenanceImpl;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.teacher.internal.TeacherAgreement;
import org.tribuo.distill.teacher.internal.TeacherWeights;
import org.tribuo.distill.transformer.internal.TransformerFiles;

/**
 * Several teachers, whose weighted mean the student learns from: with the weights {@code w_k} of an
 * example, which add up to 1, the logits {@code t_k} of teacher k and the temperature T, the loss
 * compares the student with {@code T log Σ_k w_k softmax(t_k/T)}, or, where logits are averaged,
 * with {@code Σ_k w_k t_k}. All know the same labels, in any order; each may have inputs and a
 * tokenizer of its own.
 *
 * <pre>{@code
 * <component name="both" type="org.tribuo.distill.teacher.SeveralTeachers">
 *   <propertylist name="teachers"><item>minilm</item><item>bge</item></propertylist>
 *   <propertylist name="weights"><item>1</item><item>2</item></propertylist>
 *   <property name="weighting" value="CONFIDENCE"/>
 * </component>
 * }</pre>
 */
public final class SeveralTeachers implements TeacherSource {
  /** What is averaged. */
  public enum Mean {
    /** The softened probabilities. */
    PROBABILITIES,
    /** The logits; for a regression, the values. */
    LOGITS
  }

  /**
   * What decides in each row how much a teacher counts, in addition to the weight that is stated
   * for it.
   */
  public enum Weighting {
    /** Nothing. */
    STATED,

    /** How sure it is: {@code exp(-entropy)}, the inverse of the classes it hesitates between. */
    CONFIDENCE,

    /**
     * How right it is: {@code exp(-cross-entropy)} with the label, which for one label of several
     * is the probability that it gives to that label. Nothing in rows without a label.
     */
    CORRECTNESS,

    /** How right it is where there is a label, how sure it is where there is none. */
    CORRECTNESS_OR_CONFIDENCE
  }

  @ConfigurableName private String component = "SeveralTeachers";

  @Config(mandatory = true, description = "The teachers, each with labels of the same names.")
  private List<TeacherSource> teachers = List.of();

  @Config(description = "The weight of each teacher, 0 or more; by default all weigh the same.")
  private float[] weights = new float[0];

  @Config(
      description =
          "What the logits of each teacher are divided by before anything else, beside the"
              + " temperature of the training; by default 1.")
  private float[] temperatures = new float[0];

  @Config(description = "What is averaged.")
  private Mean mean = Mean.PROBABILITIES;

  @Config(description = "What else decides how much a teacher counts in an example.")
  private Weighting weighting = Weighting.STATED;

  /** For OLCUT. */
  private SeveralTeachers() {}

  /**
   * The mean of the softened probabilities, all teachers weighing the same.
   *
   * @throws PropertyException if there is no teacher
   */
  public static SeveralTeachers of(TeacherSource... teachers) {
    SeveralTeachers all = new SeveralTeachers();
    all.teachers = new PropertyChecks(all.component).allStated("teachers", teachers);
    all.postConfig();
    return all;
  }

  /**
   * The same with a weight for each teacher.
   *
   * @param weights 0 or more, not all 0
   * @throws PropertyException if they are out of range, or not as many as teachers
   */
  public SeveralTeachers withWeights(float... weights) {
    SeveralTeachers other = copy();
    other.weights = weights.clone();
    other.postConfig();
    return other;
  }

  /**
   * The same with a temperature for each teacher, by which its logits are divided before anything
   * else.
   *
   * @param temperatures greater than 0
   * @throws PropertyException if they are out of range, or not as many as teachers
   */
  public SeveralTeachers withTemperatures(float... temperatures) {
    SeveralTeachers other = copy();
    other.temperatures = temperatures.clone();
    other.postConfig();
    return other;
  }

  /** The same with the mean of something else. */
  public SeveralTeachers averaging(Mean mean) {
    SeveralTeachers other = copy();
    other.mean = mean;
    other.postConfig();
    return other;
  }

  /** The same with weights that depend on the teachers' probabilities. */
  public SeveralTeachers weightedBy(Weighting weighting) {
    SeveralTeachers other = copy();
    other.weighting = weighting;
    other.postConfig();
    return other;
  }

  private SeveralTeachers copy() {
    SeveralTeachers other = new SeveralTeachers();
    other.teachers = teachers;
    other.weights = weights;
    other.temperatures = temperatures;
    other.mean = mean;
    other.weighting = weighting;
    return other;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    if (teachers.isEmpty()) {
      throw properties.refused("teachers", "are none, expected at least one");
    }
    for (TeacherSource teacher : teachers) {
      if (teacher instanceof SeveralTeachers) {
        throw properties.refused(
            "teachers", "has %s among them; name its teachers instead".formatted(teacher));
      }
    }
    checkNumber(properties, "weights", weights);
    checkNumber(properties, "temperatures", temperatures);
    properties.check("weights", this::teacherWeights);
    for (float temperature : temperatures) {
      if (!(temperature > 0 && temperature < Float.POSITIVE_INFINITY)) {
        throw properties.refused(
            "temperatures",
            "has %s, expected finite numbers greater than 0".formatted(temperature));
      }
    }
  }

  private void checkNumber(PropertyChecks properties, String property, float[] numbers) {
    if (numbers.length != 0 && numbers.length != teachers.size()) {
      throw properties.refused(
          property,
          "are %d, and there are %d teachers; state one for each, or none"
              .formatted(numbers.length, teachers.size()));
    }
  }

  private TeacherWeights teacherWeights() {
    return new TeacherWeights(
        oneEach(weights),
        weighting == Weighting.CONFIDENCE || weighting == Weighting.CORRECTNESS_OR_CONFIDENCE,
        weighting == Weighting.CORRECTNESS || weighting == Weighting.CORRECTNESS_OR_CONFIDENCE);
  }

  private List<Float> oneEach(float[] numbers) {
    List<Float> all = new ArrayList<>();
    for (int i = 0; i < teachers.size(); i++) {
      all.add(numbers.length == 0 ? 1 : numbers[i]);
    }
    return all;
  }

  @Override
  public Optional<LabelOrder> labels(TransformerFiles files) throws IOException {
    return teachers.get(0).labels(files);
  }

  @Override
  public List<TeacherSource.Member> members() {
    return teachers.stream().flatMap(teacher -> teacher.members().stream()).toList();
  }

  @Override
  public Optional<TeacherAgreement> agreement() {
    return Optional.of(
        new TeacherAgreement(mean == Mean.LOGITS, teacherWeights(), oneEach(temperatures)));
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return new ConfiguredObjectProvenanceImpl(this, "Teacher");
  }

  @Override
  public String toString() {
    return "SeveralTeachers(%s, mean=%s, weighting=%s)".formatted(teachers, mean, weighting);
  }
}
