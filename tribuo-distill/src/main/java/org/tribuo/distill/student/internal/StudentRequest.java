package org.tribuo.distill.student.internal;

import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.TransformerFiles;

/**
 * What a student is made for.
 *
 * @param head of a fresh one its columns; of one that the student comes with its shape alone
 * @param seed of what is drawn, weights and examples: the same seed gives the same student
 * @param files reads each file once
 * @param examples those that the student will learn from, of which a source may look at some
 */
public record StudentRequest(
    Head head, long seed, TransformerFiles files, SampledExamples examples) {
  /** A student that is made without examples. */
  public static StudentRequest withoutExamples(Head head, long seed, TransformerFiles files) {
    return new StudentRequest(head, seed, files, SampledExamples.NONE);
  }

  /** The same with other examples. */
  public StudentRequest with(SampledExamples others) {
    return new StudentRequest(head, seed, files, others);
  }

  /** The same with another head. */
  public StudentRequest with(Head other) {
    return new StudentRequest(other, seed, files, examples);
  }

  /**
   * Some of the examples, as a model reads them, drawn by the seed.
   *
   * @param count how many; all, where there are fewer
   * @throws IllegalArgumentException if there are none, or the model cannot read one
   */
  public ExampleInputs<?> sample(Transformer model, int count) {
    return examples.draw(model, count, seed);
  }
}
