package org.tribuo.distill.loss.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.graph.internal.shape.ShapeInference;
import org.tribuo.distill.loss.Activations;
import org.tribuo.distill.loss.FeatureTerm;
import org.tribuo.distill.loss.HardLoss;
import org.tribuo.distill.loss.HardLoss.LabelForm;
import org.tribuo.distill.loss.Rows;
import org.tribuo.distill.loss.SoftLoss;
import org.tribuo.distill.transformer.Activation.Site;
import org.tribuo.distill.transformer.internal.TransformerActivations;

/**
 * What a training minimises: {@code (1 - alpha) * hard + alpha * soft}, or one of the two alone,
 * {@code + Σ weight * activation}. The hard loss is a mean over the rows that have a label, the
 * soft loss one over all rows that count; either is 0 in a batch without such rows. Where examples
 * have weights {@code w}, both means are {@code Σ w * loss / Σ w} over these rows of a batch;
 * losses on activations know no weights and are refused then. Alpha, temperature and the weights of
 * terms are inputs of the graph, so that they may change from step to step. Immutable.
 *
 * @param rows what a row is
 * @param hard the loss against the true labels
 * @param soft the loss against the teacher
 * @param matching the losses between the insides of student and teacher; there may be no others
 */
public record Objective(
    RowForm rows,
    Optional<HardLoss> hard,
    Optional<SoftLoss> soft,
    Optional<FeatureMatching> matching) {
  public Objective {
    if (hard.isEmpty() && soft.isEmpty() && matching.isEmpty()) {
      throw new IllegalArgumentException(
          "An objective needs a hard loss, a soft loss or a feature term");
    }
    if (rows instanceof RowForm.Tokens tokens && hard.isPresent()) {
      checkVectors(tokens, hard.get());
    }
    if (rows instanceof RowForm.Spans spans) {
      checkPositions(spans, hard, soft);
    }
    if (rows.weighted()) {
      soft.filter(loss -> !loss.weighsRows()).ifPresent(Objective::refuseWeights);
      matching.ifPresent(found -> refuseWeights(found.terms().get(0).loss()));
    }
  }

  private static void checkPositions(
      RowForm.Spans spans, Optional<HardLoss> hard, Optional<SoftLoss> soft) {
    soft.filter(loss -> loss.largestOfTeacher().isPresent())
        .ifPresent(loss -> refusePositions(loss, "reads the teacher's largest logits of each row"));
    if (spans.masked()) {
      String why = "compares all positions, those too at which no answer can be";
      hard.filter(loss -> !loss.ignoresImpossibleClasses())
          .ifPresent(loss -> refusePositions(loss, why));
      soft.filter(loss -> !loss.ignoresImpossibleClasses())
          .ifPresent(loss -> refusePositions(loss, why));
    }
  }

  private static void refusePositions(Object loss, String why) {
    throw new IllegalArgumentException(
        "The classes of an answer's first and last token are positions, and %s %s; choose another loss"
            .formatted(loss, why));
  }

  private static void refuseWeights(Object loss) {
    throw new IllegalArgumentException(
        "The examples have weights that differ, and %s counts them all alike: give them one weight"
                .formatted(loss)
            + " (0 leaves an example out), or leave this loss out");
  }

  private static void checkVectors(RowForm.Tokens tokens, HardLoss hard) {
    if (hard.labelForm() == LabelForm.VECTORS
        && (tokens.shift() != 0 || tokens.mask() instanceof TokenMask.Labels)) {
      throw new IllegalArgumentException(
          "%s reads a vector of labels for each token, which states neither which tokens count nor"
                  .formatted(hard)
              + " what the next one is: use TokenMask.attentionMask(), the input 'labelled' for"
              + " tokens without labels, and no shift");
    }
  }

  /** Learning from the labels alone, as in fine-tuning. */
  public static Objective of(RowForm rows, HardLoss hard) {
    return new Objective(rows, Optional.of(hard), Optional.empty(), Optional.empty());
  }

  /** Learning from the teacher alone. */
  public static Objective of(RowForm rows, SoftLoss soft) {
    return new Objective(rows, Optional.empty(), Optional.of(soft), Optional.empty());
  }

  /** Learning from both. */
  public static Objective of(RowForm rows, HardLoss hard, SoftLoss soft) {
    return new Objective(rows, Optional.of(hard), Optional.of(soft), Optional.empty());
  }

  /**
   * Learning from intermediate activations of the teacher alone, as before the response is
   * distilled.
   */
  public static Objective of(RowForm rows, FeatureMatching matching) {
    return new Objective(rows, Optional.empty(), Optional.empty(), Optional.of(matching));
  }

  /** The feature terms. */
  public List<FeatureTerm> featureTerms() {
    return matching.map(FeatureMatching::terms).orElse(List.of());
  }

  /**
   * Checks before there is a student whether losses and outputs fit each other; of examples only.
   *
   * @param outputs the number of the student's logits for an example
   * @throws GraphException if a loss is undefined for so many
   */
  public void checkOutputs(int outputs) {
    if (rows instanceof RowForm.Examples && (hard.isPresent() || soft.isPresent())) {
      Graph graph = Graph.empty(Ops.OPSET);
      Shape shape = Shape.of(Dimension.of("batch"), Dimension.of(outputs));
      graph.addInput("logits", TensorType.of(ElementType.FLOAT, shape));
      Ops op = Ops.on(graph);
      new Objective(rows, hard, soft, Optional.empty())
          .attach(op, op.identity(graph.value("logits")));
    }
  }

  /**
   * Checks the sizes of the batches of a training before it starts.
   *
   * @param batches the numbers of examples
   * @throws IllegalArgumentException if a batch has too few examples for a loss that compares
   *     examples with each other; where rows are tokens, a soft loss compares those, which are many
   */
  public void checkBatches(IntStream batches) {
    int smallest = batches.min().orElse(Integer.MAX_VALUE);
    if (!(rows instanceof RowForm.Tokens)) {
      soft.ifPresent(loss -> checkBatch(smallest, loss.fewestRows(), loss));
    }
    featureTerms().forEach(term -> checkBatch(smallest, term.loss().fewestExamples(), term.loss()));
  }

  private static void checkBatch(int examples, int fewest, Object loss) {
    if (examples < fewest) {
      throw new IllegalArgumentException(
          ("A batch has %d examples, but %s compares the examples of a batch and is undefined for"
                  + " fewer than %d; choose a batch size that does not leave so few, or another loss")
              .formatted(examples, loss, fewest));
    }
  }

  /**
   * A part of the loss.
   *
   * @param weight with which it counts if that is not 1
   * @param parts what is reported of it beside its value
   */
  private record Term(String name, Value value, Optional<Value> weight, Map<String, Value> parts) {
    Value weighted(Ops op) {
      return weight.map(w -> op.mul(w, value)).orElse(value);
    }
  }

  /**
   * Writes the objective into a student's graph and makes {@code loss} and its terms outputs of it.
   * The student's activations are searched in the graph, the matrices that project them are drawn
   * from the seed 0.
   *
   * @param student the outputs of the student that it reads: start and end for {@link
   *     RowForm.Spans}, else one. FLOAT16 is cast to FLOAT.
   * @throws GraphException if the outputs do not fit the rows, the losses do not fit the outputs or
   *     each other, activations were not found or do not fit, or the student uses one of the names
   *     of {@link ObjectiveInputs}
   */
  public AttachedObjective attach(Ops op, Value... student) {
    return attach(op, activationsIn(op.graph()), 0, student);
  }

  /**
   * The activations of a student that the feature terms compare; empty if there are none.
   *
   * @param normalized the student's graph
   * @throws GraphException if it has no layers
   */
  public Optional<TransformerActivations> activationsIn(Graph normalized) {
    return matching.map(found -> TransformerActivations.find(normalized, found.inStudent()));
  }

  /**
   * As {@link #attach(Ops, Value...)}, where the student's activations are known.
   *
   * @param activations what {@link #activationsIn} found
   * @param seed of the matrices that bring the student's hidden states to the teacher's width
   */
  public AttachedObjective attach(
      Ops op, Optional<TransformerActivations> activations, long seed, Value... student) {
    List<Value> outputs = StudentOutputs.of(op, rows, List.of(student));
    ElementType type = outputs.get(0).elementType();
    TargetInputs inputs =
        new TargetInputs(
            op.graph(), type == ElementType.DOUBLE ? ElementType.DOUBLE : ElementType.FLOAT);
    Projections projections = new Projections(op.graph(), inputs.floatType(), seed);

    Parts softParts = Parts.ofTerm("soft");
    List<Term> terms = responseTerms(op, inputs, outputs, softParts);
    activations.ifPresent(
        found -> terms.addAll(featureTerms(op, inputs, outputs.get(0), found, projections)));
    Value loss = terms.stream().map(term -> term.weighted(op)).reduce(op::add).orElseThrow();
    Value differentiated = op.mul(inputs.scalar(ObjectiveInputs.LOSS_SCALE), loss);

    Map<String, Value> reported = new LinkedHashMap<>();
    reported.put("loss", op.named("loss", loss));
    for (Term term : terms) {
      reported.put(term.name(), op.named(term.name(), term.value()));
      term.parts().forEach((name, value) -> reported.put(name, op.named(name, value)));
    }
    reported.keySet().forEach(op.graph()::addOutput);
    ShapeInference.refresh(op.graph());
    return new AttachedObjective(
        differentiated, reported, softParts.ofLabelled(), inputs, projections.names());
  }

  private List<Term> featureTerms(
      Ops op,
      TargetInputs inputs,
      Value output,
      TransformerActivations student,
      Projections projections) {
    TransformerActivations teacher = matching.orElseThrow().teacher();
    List<Term> terms = new ArrayList<>();
    for (FeatureTerm term : featureTerms()) {
      Parts parts = Parts.ofTerm(term.name());
      Value weight = inputs.scalar(term.weightInput());
      List<Value> values = new ArrayList<>();
      List<Site> sites = sites(term, student, teacher);
      for (Site site : sites) {
        ComparedLayers compared =
            new ComparedLayers(site, student, teacher, () -> stated(inputs, output));
        boolean isAlone = sites.size() == 1;
        // A point is in no term's name, so that no other term's matrices have this one's names.
        String name = isAlone ? term.name() : term.name() + "." + site.words();
        Parts own = isAlone ? parts : parts.of(site.words());
        Value value =
            term.loss().over(op, new Activations(op, inputs, compared, projections, name, own));
        values.add(isAlone ? value : own.report(value));
      }
      Value sum = values.stream().reduce(op::add).orElseThrow();
      terms.add(new Term(term.name(), sum, Optional.of(weight), parts.means(op)));
    }
    return terms;
  }

  /**
   * The positions that something is predicted for, where the data mark them.
   *
   * @param output [batch, positions, outputs]
   */
  private Optional<Value> stated(TargetInputs inputs, Value output) {
    if (rows instanceof RowForm.Tokens tokens && tokens.mask() instanceof TokenMask.Stated) {
      Shape shape = new Shape(output.shape().orElseThrow().dimensions().subList(0, 2));
      TensorType type = TensorType.of(inputs.floatType(), shape);
      return Optional.of(inputs.input(ObjectiveInputs.COUNTED, type));
    }
    return Optional.empty();
  }

  /** The layers that a term compares: those that it states, or those of each stack. */
  private static List<Site> sites(
      FeatureTerm term, TransformerActivations student, TransformerActivations teacher) {
    if (term.site().isPresent()) {
      Site site = term.site().get();
      if (student.has(site) && teacher.has(site)) {
        return List.of(site);
      }
      throw new GraphException(
          "'%s' compares the site %s, but the student has %s, and the teacher has %s; %s"
              .formatted(
                  term.name(),
                  site,
                  stacks(student),
                  stacks(teacher),
                  student.stacks().equals(teacher.stacks())
                      ? "omit the site"
                      : "such layers cannot be compared"));
    }
    if (!student.stacks().equals(teacher.stacks())) {
      throw new GraphException(
          "'%s' compares the layers of the student, which has %s, with those of the teacher, which has %s; take an encoder-decoder for both, or for none"
              .formatted(term.name(), stacks(student), stacks(teacher)));
    }
    return List.copyOf(student.stacks());
  }

  private static String stacks(TransformerActivations of) {
    return of.has(Site.LAYERS) ? "one stack of layers" : "the stacks " + of.stacks();
  }

  private List<Term> responseTerms(Ops op, TargetInputs inputs, List<Value> outputs, Parts parts) {
    List<Rows> groups = groups(op, inputs, outputs, parts);
    List<Term> terms = new ArrayList<>();
    Optional<Value> alpha =
        hard.isPresent() && soft.isPresent()
            ? Optional.of(inputs.scalar(ObjectiveInputs.ALPHA))
            : Optional.empty();
    hard.ifPresent(
        loss -> {
          Value value = meanOverGroups(op, groups, group -> hardMean(op, loss, group));
          terms.add(new Term("hard", value, alpha.map(op::oneMinus), Map.of()));
        });
    soft.ifPresent(
        loss -> {
          Value value = meanOverGroups(op, groups, group -> loss.over(op, group));
          terms.add(new Term("soft", value, alpha, parts.means(op)));
        });
    return terms;
  }

  private static Value hardMean(Ops op, HardLoss loss, Rows group) {
    Value labels =
        loss.labelForm() == LabelForm.CLASSES ? group.classLabels() : group.labelVectors();
    Value perRow = loss.perRow(op, group.student(), labels);
    return group.mean(perRow, group.labelled(loss.labelForm()));
  }

  private static Value meanOverGroups(Ops op, List<Rows> groups, Function<Rows, Value> loss) {
    return Parts.mean(op, groups.stream().map(loss).toList());
  }

  private List<Rows> groups(Ops op, TargetInputs inputs, List<Value> outputs, Parts parts) {
    Value first = outputs.get(0);
    if (rows instanceof RowForm.Tokens tokens) {
      return List.of(Rows.tokens(op, inputs, first, tokens, parts));
    }
    if (rows instanceof RowForm.Spans) {
      return List.of(
          Rows.examples(op, inputs, first, rows, TargetNames.START, parts),
          Rows.examples(op, inputs, outputs.get(1), rows, TargetNames.END, parts));
    }
    return List.of(Rows.examples(op, inputs, first, rows, TargetNames.ONLY, parts));
  }
}
