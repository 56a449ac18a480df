package org.tribuo.distill.student;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.graph.internal.QuantisedWeights;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.internal.component.ComponentProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.internal.component.SharedModels;
import org.tribuo.distill.student.internal.BlockInfluence;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.cut.LayerCut;
import org.tribuo.distill.transformer.internal.layer.LayerStacks;
import org.tribuo.distill.transformer.internal.layer.TransformerLayers;

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
  /** Which layers are kept, of a number of them. */
  public enum Choice {
    /** Layers that are spread evenly, the first and the last among them. */
    SPREAD,

    /** The first ones. */
    FIRST,

    /** The last ones. */
    LAST,

    /**
     * Those with the highest block influence: 1 minus the mean cosine of what a layer reads and
     * what it makes of it, on a sample of the examples that the student will learn from (ShortGPT,
     * Men et al. 2024, arXiv:2403.03853). It needs a trainer, which has the examples.
     */
    INFLUENCE
  }

  /** The layers of which stack of an encoder-decoder are cut. */
  public enum Stack {
    /** Those that read the source. */
    ENCODER,

    /** Those that read the target, and attend to the source. */
    DECODER
  }

  /** The number of examples that a choice by influence looks at, unless another is stated. */
  private static final int SAMPLE = 256;

  @ConfigurableName private String component = "PrunedStudent";

  @Config(mandatory = true, description = "The student that is cut.")
  private StudentSource source;

  @Config(
      description =
          "How many layers are kept, which 'choice' chooses, 1 or more; to be omitted where 'layers' states which.")
  private @Nullable Integer keep;

  @Config(description = "Which layers are kept, where 'keep' is how many; by default SPREAD.")
  private @Nullable Choice choice;

  @Config(
      description =
          "The number of examples on which a choice by INFLUENCE runs the student that is cut;"
              + " they are drawn by the seed of the training.")
  private int sample = SAMPLE;

  @Config(description = "The layers that are kept, counted from 1, in ascending order.")
  private int[] layers = new int[0];

  @Config(
      description =
          "The stack of an encoder-decoder whose layers are cut, ENCODER or DECODER; to be omitted where there is"
              + " one stack of layers.")
  private @Nullable Stack stack;

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
   * Keeps a number of layers.
   *
   * @param choice which
   * @throws PropertyException if the number is less than 1
   */
  public static PrunedStudent keeping(int keep, Choice choice, StudentSource source) {
    PrunedStudent student = new PrunedStudent();
    student.source = source;
    student.keep = keep;
    student.choice = choice;
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
   * The same with a sample of another size.
   *
   * @param sample the number of examples on which a choice by influence is made
   * @throws PropertyException if it is below 1
   */
  public PrunedStudent sample(int sample) {
    PrunedStudent student = copy();
    student.sample = sample;
    student.postConfig();
    return student;
  }

  /**
   * The same for one of the stacks of an encoder-decoder. One PrunedStudent may cut what another
   * has cut, so that both become smaller.
   *
   * @param stack that is cut; the other stays as it is
   */
  public PrunedStudent stack(Stack stack) {
    PrunedStudent student = copy();
    student.stack = new PropertyChecks(component).stated("stack", stack);
    return student;
  }

  private PrunedStudent copy() {
    PrunedStudent student = new PrunedStudent();
    student.source = source;
    student.keep = keep;
    student.choice = choice;
    student.layers = layers.clone();
    student.sample = sample;
    student.stack = stack;
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
    Transformer transformer = Transformer.of(SharedModels.read(model));
    QuantisedWeights.checkCanBeCut(transformer.graph(), model.toString());
    return transformer.withLayersApart().layers().count();
  }

  @Override
  public void postConfig() {
    if (layers.length == 0 && keep == null) {
      throw new PropertyException(
          component, "keep", "is not stated, and neither are 'layers'; state one of the two");
    }
    PropertyChecks.of(this, component).checkIfStated("keep", 1, keep);
    if (layers.length > 0 && keep != null) {
      throw new PropertyException(
          component,
          "keep",
          "is %d, and 'layers' is %s; state one of the two"
              .formatted(keep, Arrays.toString(layers)));
    }
    if (layers.length > 0 && choice != null) {
      throw new PropertyException(
          component,
          "choice",
          "is %s, and 'layers' is %s; state one of the two"
              .formatted(choice, Arrays.toString(layers)));
    }
    new PropertyChecks(component).checkAtLeast("sample", 1, sample);
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
   * @throws PropertyException if there are fewer layers than are to be kept, or the stack is not
   *     found
   * @throws IllegalArgumentException if layers are chosen by their influence, and there are no
   *     examples
   * @throws org.tribuo.distill.graph.GraphException if the weights are quantised
   */
  @Override
  public Student make(StudentRequest request) throws IOException {
    Student whole = source.make(request);
    QuantisedWeights.checkCanBeCut(whole.transformer().graph(), source.toString());
    Transformer transformer = whole.transformer().withLayersApart();
    TransformerLayers found = found(transformer);
    checkCount(found.count());
    Optional<BlockInfluence> influence = influence(transformer, found, request);
    List<Integer> kept = kept(found.count(), influence);
    return whole.with(
        LayerCut.keep(transformer.graph(), found, kept).toModel(),
        step(kept, found.count(), influence));
  }

  private TransformerLayers found(Transformer whole) {
    if (stack == null) {
      return whole.layers();
    }
    LayerStacks stacks = new PropertyChecks(component).check("stack", whole::stacks);
    return (stack == Stack.ENCODER ? stacks.encoder() : stacks.decoder())
        .orElseThrow(
            () ->
                new PropertyException(
                    component,
                    "stack",
                    "is %s, whose layers were not found in %s: its attention has another form than that of a Transformer"
                        .formatted(stack, source)));
  }

  private Optional<BlockInfluence> influence(
      Transformer whole, TransformerLayers found, StudentRequest request) {
    if (choice != Choice.INFLUENCE) {
      return Optional.empty();
    }
    ExampleInputs<?> examples = request.sample(whole, sample);
    if (stack == null) {
      return Optional.of(BlockInfluence.of(whole, found, examples));
    }
    return Optional.of(
        switch (stack) {
          case ENCODER -> BlockInfluence.ofEncoder(whole, found, examples);
          case DECODER -> BlockInfluence.ofDecoder(whole, found, examples);
        });
  }

  private String step(List<Integer> kept, int count, Optional<BlockInfluence> influence) {
    return "Of %d layers%s %s stay%s."
        .formatted(
            count,
            stack == null ? "" : " of the " + stack.name().toLowerCase(Locale.ROOT),
            kept.stream().map(layer -> String.valueOf(layer + 1)).collect(Collectors.joining(", ")),
            influence.map(all -> "; the influence of each is " + all).orElse(""));
  }

  private void checkCount(int count) {
    int least = keep == null ? layers[layers.length - 1] : keep;
    if (count < least) {
      throw new PropertyException(
          component,
          keep == null ? "layers" : "keep",
          "%s has %d layers, expected at least %d".formatted(source, count, least));
    }
  }

  private Choice choice() {
    return choice == null ? Choice.SPREAD : choice;
  }

  /** As {@link LayerCut} counts them, from 0. */
  private List<Integer> kept(int count, Optional<BlockInfluence> influence) {
    if (keep == null) {
      return Arrays.stream(layers).mapToObj(layer -> layer - 1).toList();
    }
    return switch (choice()) {
      case FIRST -> IntStream.range(0, keep).boxed().toList();
      case LAST -> IntStream.range(count - keep, count).boxed().toList();
      case SPREAD -> LayerCut.spread(count, keep);
      case INFLUENCE -> influence.orElseThrow().strongest(keep);
    };
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ComponentProvenance.of(this, "Student");
  }

  @Override
  public String toString() {
    return "PrunedStudent(%s, keep=%s)"
        .formatted(
            source,
            (keep == null
                    ? Arrays.toString(layers)
                    : choice() == Choice.SPREAD ? keep : "%d, choice=%s".formatted(keep, choice()))
                + (stack == null ? "" : ", stack=" + stack));
  }
}
