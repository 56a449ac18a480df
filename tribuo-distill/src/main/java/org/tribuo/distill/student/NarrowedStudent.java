package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.graph.internal.QuantisedWeights;
import org.tribuo.distill.internal.component.ComponentProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.student.internal.Narrowing;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.cut.ChannelGroup;
import org.tribuo.distill.transformer.internal.cut.ChannelGroup.Kind;
import org.tribuo.distill.transformer.internal.cut.ChannelGroups;

/**
 * Another student that becomes narrower: it keeps some of the heads of each attention, some of the
 * inner width of each feed-forward block, and some of the width of its hidden states, with the
 * weights that belong to them. Heads keep their size. What stays is what adds most to the products
 * that read it, on a sample of the examples that the student will learn from.
 *
 * <pre>{@code
 * <component name="student" type="org.tribuo.distill.student.NarrowedStudent">
 *   <property name="source" value="layers"/>
 *   <property name="width" value="192"/>
 * </component>
 * <component name="layers" type="org.tribuo.distill.student.PrunedStudent">
 *   <property name="source" value="whole"/>
 *   <property name="keep" value="3"/>
 * </component>
 * <component name="whole" type="org.tribuo.distill.student.OnnxStudent">
 *   <property name="path" value="teacher.onnx"/>
 * </component>
 * }</pre>
 *
 * Immutable and safe for many threads.
 */
public final class NarrowedStudent implements StudentSource {
  private static final int SAMPLE = 256;

  @ConfigurableName private String component = "NarrowedStudent";

  @Config(mandatory = true, description = "The student that becomes narrower.")
  private StudentSource source;

  @Config(description = "The size of a hidden state, 1 or more; by default that of the source.")
  private @Nullable Integer width;

  @Config(
      description =
          "The heads of each attention, 1 or more; by default as many as the width has in proportion.")
  private @Nullable Integer heads;

  @Config(
      description =
          "The width inside of each feed-forward block, 1 or more; by default that which the width has"
              + " in proportion.")
  private @Nullable Integer inner;

  @Config(
      description =
          "The number of examples on which the source is run to find what stays, drawn by the seed of"
              + " the training; 0 for its weights alone.")
  private int sample = SAMPLE;

  /** For OLCUT. */
  private NarrowedStudent() {}

  /**
   * A student of another width, with heads and inner width in proportion.
   *
   * @param source the student that becomes narrower
   * @param width the size of a hidden state
   * @throws PropertyException if it is less than 1
   */
  public static NarrowedStudent of(StudentSource source, int width) {
    NarrowedStudent student = of(source);
    student.width = width;
    student.postConfig();
    return student;
  }

  /**
   * A student of the same width, whose heads or feed-forward blocks are to be stated.
   *
   * @param source the student that becomes narrower
   */
  public static NarrowedStudent of(StudentSource source) {
    NarrowedStudent student = new NarrowedStudent();
    student.source = source;
    student.postConfig();
    return student;
  }

  /**
   * The same with another number of heads.
   *
   * @param heads of each attention
   * @throws PropertyException if it is less than 1
   */
  public NarrowedStudent heads(int heads) {
    NarrowedStudent student = copy();
    student.heads = heads;
    student.postConfig();
    return student;
  }

  /**
   * The same with other feed-forward blocks.
   *
   * @param inner the width inside of one
   * @throws PropertyException if it is less than 1
   */
  public NarrowedStudent inner(int inner) {
    NarrowedStudent student = copy();
    student.inner = inner;
    student.postConfig();
    return student;
  }

  /**
   * The same with a sample of another size.
   *
   * @param sample the number of examples on which the source is run; 0 for its weights alone, which
   *     needs no examples
   * @throws PropertyException if it is negative
   */
  public NarrowedStudent sample(int sample) {
    NarrowedStudent student = copy();
    student.sample = sample;
    student.postConfig();
    return student;
  }

  private NarrowedStudent copy() {
    NarrowedStudent copy = of(source);
    copy.width = width;
    copy.heads = heads;
    copy.inner = inner;
    copy.sample = sample;
    return copy;
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.checkIfStated("width", 1, width);
    properties.checkIfStated("heads", 1, heads);
    properties.checkIfStated("inner", 1, inner);
    properties.checkAtLeast("sample", 0, sample);
  }

  /**
   * {@inheritDoc}
   *
   * @throws PropertyException if the source is narrower already, or no such number can stay, as of
   *     heads that share keys and values
   * @throws IllegalArgumentException if a sample is wanted, and there are no examples
   * @throws org.tribuo.distill.graph.GraphException if heads, or what else is to become less, are
   *     not found, or the graph computes with all of them together; or the weights are quantised
   */
  @Override
  public Student make(StudentRequest request) throws IOException {
    Student whole = source.make(request);
    Transformer model = whole.transformer();
    QuantisedWeights.checkCanBeCut(model.graph(), source.toString());
    ChannelGroups groups = ChannelGroups.in(model);
    long before = groups.layers().width();
    Map<Kind, ToIntFunction<ChannelGroup>> sizes = new EnumMap<>(Kind.class);
    if (width != null) {
      int wide = width;
      sizes.put(Kind.WIDTH, group -> checked("width", group, wide));
      sizes.put(Kind.HEADS, group -> proportional("heads", group, wide, before));
      sizes.put(Kind.INNER, group -> proportional("inner", group, wide, before));
    }
    if (heads != null) {
      int stated = heads;
      sizes.put(Kind.HEADS, group -> checked("heads", group, stated));
    }
    if (inner != null) {
      int stated = inner;
      sizes.put(Kind.INNER, group -> checked("inner", group, stated));
    }
    Narrowing narrowing = Narrowing.of(groups, sizes);
    return narrowing.kept().isEmpty()
        ? whole
        : whole.with(
            narrowing
                .apply(sample == 0 ? Optional.empty() : Optional.of(request.sample(model, sample)))
                .toModel(),
            "Of its channels stay: %s.".formatted(narrowing));
  }

  private int proportional(String property, ChannelGroup group, int width, long before) {
    long product = (long) group.size() * width;
    if (product % before != 0) {
      throw new PropertyException(
          component,
          property,
          "is not stated, and in proportion to a width of %d of %d, %d of %s would be no whole number; state it, or another width"
              .formatted(width, before, group.size(), group.name()));
    }
    return checked(property, group, Math.toIntExact(product / before));
  }

  private int checked(String property, ChannelGroup group, int size) {
    if (size > group.size()) {
      throw new PropertyException(
          component,
          property,
          "is %d, expected at most %d: the %s of %s"
              .formatted(size, group.size(), group.kind(), group.name()));
    }
    if (size % group.together() != 0) {
      throw new PropertyException(
          component,
          property,
          "is %d, but in %s each %d of the %d heads share their keys and values, expected a multiple of %d"
              .formatted(size, group.name(), group.together(), group.size(), group.together()));
    }
    return size;
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ComponentProvenance.of(this, "Student");
  }

  @Override
  public String toString() {
    return "NarrowedStudent(%s%s%s%s)"
        .formatted(source, stated("width", width), stated("heads", heads), stated("inner", inner));
  }

  private static String stated(String property, @Nullable Integer value) {
    return value == null ? "" : ", %s=%d".formatted(property, value);
  }
}
