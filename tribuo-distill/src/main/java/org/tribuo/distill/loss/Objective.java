package org.tribuo.distill.loss;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.ShapeInference;
import org.tribuo.distill.graph.Value;

/**
 * What a training minimises: {@code (1 - alpha) * hard + alpha * soft}, or one of the two alone.
 * The hard loss is a mean over the rows that have a label, the soft loss one over all rows that
 * count; either is 0 in a batch without such rows. Alpha and temperature are inputs of the graph,
 * so that they may change from step to step. Immutable.
 *
 * @param rows what a row is
 * @param hard the loss against the true labels
 * @param soft the loss against the teacher
 */
public record Objective(RowForm rows, Optional<HardLoss> hard, Optional<SoftLoss> soft) {
  public Objective {
    if (hard.isEmpty() && soft.isEmpty()) {
      throw new IllegalArgumentException("An objective needs a hard loss, a soft loss, or both");
    }
    if (rows instanceof RowForm.Tokens tokens && hard.isPresent()) {
      checkVectors(tokens, hard.get());
    }
  }

  private static void checkVectors(RowForm.Tokens tokens, HardLoss hard) {
    if (hard.labelForm() == LabelForm.VECTORS
        && (tokens.shift() != 0 || tokens.mask() instanceof TokenMask.Labels)) {
      throw new IllegalArgumentException(
          "%s reads a vector of labels for each token, which says neither which tokens count nor"
                  .formatted(hard)
              + " what the next one is: use TokenMask.attentionMask() and no shift");
    }
  }

  /** Learning from the labels alone, as in fine-tuning. */
  public static Objective of(RowForm rows, HardLoss hard) {
    return new Objective(rows, Optional.of(hard), Optional.empty());
  }

  /** Learning from the teacher alone. */
  public static Objective of(RowForm rows, SoftLoss soft) {
    return new Objective(rows, Optional.empty(), Optional.of(soft));
  }

  /** Learning from both. */
  public static Objective of(RowForm rows, HardLoss hard, SoftLoss soft) {
    return new Objective(rows, Optional.of(hard), Optional.of(soft));
  }

  /**
   * Checks the sizes of the batches of a training before it starts.
   *
   * @param batches the numbers of examples
   * @throws IllegalArgumentException if a batch has too few rows for a loss that compares rows with
   *     each other; not where rows are tokens, which are many
   */
  public void checkBatches(IntStream batches) {
    int fewest = soft.map(SoftLoss::fewestRows).orElse(1);
    if (fewest == 1 || rows instanceof RowForm.Tokens) {
      return;
    }
    int smallest = batches.min().orElse(fewest);
    if (smallest < fewest) {
      throw new IllegalArgumentException(
          "A batch has %d examples, but %s compares the examples of a batch and means nothing for fewer than %d; choose a batch size that does not leave so few, or another loss"
              .formatted(smallest, soft.orElseThrow(), fewest));
    }
  }

  /** A part of the loss, and the weight with which it counts if that is not 1. */
  private record Term(String name, Value value, Optional<Value> weight) {}

  /**
   * Writes the objective into a student's graph and makes {@code loss} and its terms outputs of it.
   *
   * @param student the outputs of the student that it reads: start and end for {@link
   *     RowForm.Spans}, else one. FLOAT16 is cast to FLOAT.
   * @throws GraphException if the outputs do not fit the rows, the losses do not fit the outputs or
   *     each other, or the student uses one of the names of {@link ObjectiveInputs}
   */
  public AttachedObjective attach(Ops op, Value... student) {
    List<Value> outputs = StudentOutputs.of(op, rows, List.of(student));
    ElementType type = outputs.get(0).elementType();
    TargetInputs inputs =
        new TargetInputs(
            op.graph(), type == ElementType.DOUBLE ? ElementType.DOUBLE : ElementType.FLOAT);
    List<Rows> groups = groups(op, inputs, outputs);

    List<Term> terms = terms(op, inputs, groups);
    Value loss =
        terms.stream()
            .map(term -> term.weight().map(w -> op.mul(w, term.value())).orElse(term.value()))
            .reduce(op::add)
            .orElseThrow();
    Value differentiated = op.mul(inputs.scalar(ObjectiveInputs.LOSS_SCALE), loss);

    Map<String, Value> reported = new LinkedHashMap<>();
    reported.put("loss", op.named("loss", loss));
    terms.forEach(term -> reported.put(term.name(), op.named(term.name(), term.value())));
    reported.keySet().forEach(op.graph()::addOutput);
    ShapeInference.infer(op.graph());
    return new AttachedObjective(differentiated, reported, inputs);
  }

  private List<Term> terms(Ops op, TargetInputs inputs, List<Rows> groups) {
    List<Term> terms = new ArrayList<>();
    Optional<Value> alpha =
        hard.isPresent() && soft.isPresent()
            ? Optional.of(inputs.scalar(ObjectiveInputs.ALPHA))
            : Optional.empty();
    hard.ifPresent(
        loss ->
            terms.add(
                new Term(
                    "hard",
                    meanOverGroups(op, groups, group -> hardMean(op, loss, group)),
                    alpha.map(op::oneMinus))));
    soft.ifPresent(
        loss ->
            terms.add(
                new Term(
                    "soft", meanOverGroups(op, groups, group -> loss.over(op, group)), alpha)));
    return terms;
  }

  private static Value hardMean(Ops op, HardLoss loss, Rows group) {
    Value labels =
        loss.labelForm() == LabelForm.CLASSES ? group.classLabels() : group.labelVectors();
    Value perRow = loss.perRow(op, group.student(), labels);
    return group.mean(perRow, group.labelled(loss.labelForm()));
  }

  private static Value meanOverGroups(Ops op, List<Rows> groups, Function<Rows, Value> loss) {
    Value sum = groups.stream().map(loss).reduce(op::add).orElseThrow();
    return op.div(sum, groups.size());
  }

  private List<Rows> groups(Ops op, TargetInputs inputs, List<Value> outputs) {
    Value first = outputs.get(0);
    if (rows instanceof RowForm.Tokens tokens) {
      return List.of(Rows.tokens(op, inputs, first, tokens));
    }
    if (rows instanceof RowForm.Spans) {
      return List.of(
          Rows.examples(op, inputs, first, TargetNames.START),
          Rows.examples(op, inputs, outputs.get(1), TargetNames.END));
    }
    return List.of(Rows.examples(op, inputs, first, TargetNames.ONLY));
  }
}
