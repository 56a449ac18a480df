package org.tribuo.distill.student.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.graph.internal.pass.LogitsBelow;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.internal.ModelSize;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.head.FilledUpLogits;

/**
 * A Transformer with a head.
 *
 * @param transformer the model
 * @param logits the output that holds the logits, or where each column has one, all in their order
 * @param head what they have for one example
 * @param made a sentence on each step in which it was made of another; empty as a rule
 * @param imprint what its head takes from labelled examples before it is trained
 */
public record Student(
    Transformer transformer, List<String> logits, Head head, List<String> made, Imprint imprint) {
  /**
   * @throws GraphException if there is no such output, or it cannot have a column for each label
   */
  public Student {
    logits = List.copyOf(logits);
    made = List.copyOf(made);
    Graph graph = transformer.graph();
    checkLogits(graph, logits);
    RowShape row = head.rowOfOutput();
    for (String output : logits) {
      Optional<Shape> shape = graph.type(output).flatMap(type -> type.shape());
      if (shape.isPresent() && !row.mayBeIn(shape.get())) {
        throw new GraphException(
            "The student's logits '%s' are %s, expected %s: one column each for %s"
                .formatted(output, shape.get(), row.ofRows("rows"), head.columns()));
      }
    }
  }

  /** A student whose weights are what they are. */
  public Student(Transformer transformer, List<String> logits, Head head) {
    this(transformer, logits, head, List.of(), Imprint.NOTHING);
  }

  /**
   * A student whose Transformer is not analysed yet, with its logits in one output.
   *
   * @throws GraphException as in the record
   */
  public static Student of(OnnxModel model, String logits, Head head) {
    return new Student(Transformer.of(model), List.of(logits), head);
  }

  /**
   * The same student with another graph, in which its logits have the same name.
   *
   * @throws GraphException as in the record
   */
  public Student with(OnnxModel other) {
    return new Student(Transformer.of(other), logits, head, made, imprint);
  }

  /**
   * The same student with another graph, in which its logits have the same name.
   *
   * @param step a sentence on how the graph was made
   * @throws GraphException as in the record
   */
  public Student with(OnnxModel other, String step) {
    return with(other).made(step);
  }

  /** The same student, made of another in one step more. */
  public Student made(String step) {
    List<String> steps = new ArrayList<>(made);
    steps.add(step);
    return new Student(transformer, logits, head, steps, imprint);
  }

  /**
   * The same student with another graph, in which its logits have the same name and other columns.
   *
   * @throws GraphException as in the record
   */
  public Student with(OnnxModel other, Head ofOther) {
    return new Student(Transformer.of(other), logits, ofOther, made, imprint);
  }

  /** How it was made, for a person: a sentence on each step, and one on its size. */
  public List<String> described() {
    List<String> lines = new ArrayList<>(made);
    lines.add("The student has %s.".formatted(ModelSize.of(transformer)));
    return lines;
  }

  /**
   * The same student with the first columns of its logits alone.
   *
   * @param first the head that has these
   */
  public Student withFirstColumns(Head first) {
    Transformer cut = FilledUpLogits.cut(transformer, logits.get(0), first.columns().size());
    return new Student(cut, logits, first, made, imprint);
  }

  /** The same student, whose head takes this from labelled examples. */
  public Student with(Imprint other) {
    return new Student(transformer, logits, head, made, other);
  }

  /** The names of the logits' columns. */
  public LabelOrder labelOrder() {
    return head.columns();
  }

  /** The model. */
  public OnnxModel model() {
    return transformer.model();
  }

  /**
   * The same student, whose logits are below what its head makes of them, if that is probabilities.
   *
   * @throws GraphException if the output holds maps
   */
  public Student belowProbabilities() {
    Graph graph = transformer.graph();
    List<String> below = logits.stream().map(output -> LogitsBelow.of(graph, output)).toList();
    return below.equals(logits)
        ? this
        : new Student(Transformer.of(graph.toModel()), below, head, made, imprint);
  }

  /**
   * Checks that there are the outputs of the logits.
   *
   * @throws GraphException if the graph has none of that name
   */
  public static void checkLogits(Graph graph, List<String> logits) {
    for (String output : logits) {
      if (!graph.outputs().contains(output)) {
        throw new GraphException(
            "The student has no output '%s' for its logits, expected one of %s"
                .formatted(output, graph.outputs()));
      }
    }
  }
}
