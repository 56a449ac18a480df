package org.tribuo.distill.input.internal;

import java.util.Map;
import java.util.OptionalInt;
import org.tribuo.FeatureMap;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.transformer.internal.Transformer;

/**
 * A kind of input, such as tokens: how Tribuo examples become the tensors that a model reads.
 * Implementations are found by {@link java.util.ServiceLoader}. Safe for many threads.
 *
 * @param <X> what an example is before it is a row of tensors
 */
public interface Modality<X> {
  /**
   * How a model is fed.
   *
   * @param inputs of the model, in its own order, with the types that it declares
   * @throws IllegalArgumentException if one of them cannot be made from this kind of input; the
   *     message names it and what can
   */
  Feeder<X> feeder(Map<String, TensorType> inputs);

  /**
   * Whether examples that have these features may be of this kind, where several kinds can feed a
   * model: a vector of numbers may be a row of a table or a sound.
   */
  default boolean reads(FeatureMap features) {
    return true;
  }

  /**
   * How a student reads the examples of a dataset.
   *
   * @param features of the dataset
   * @param maxLength the maximum length that is wanted; empty for what the student can read
   * @param padId the token that pads short rows, where there are tokens
   * @throws IllegalArgumentException if the features are of another kind, or a number is out of the
   *     student's range
   * @throws org.tribuo.distill.graph.GraphException if what the student can read cannot be found
   */
  InputReader<X> reader(Transformer student, FeatureMap features, OptionalInt maxLength, int padId);

  /**
   * How a model that is only run reads examples; a limit that cannot be found is none.
   *
   * @param maxLength the maximum length that its file states, if it does
   * @param padId the token that pads short rows, where there are tokens
   * @throws IllegalArgumentException if a number is out of the model's range, or what it reads of
   *     an example is not known without a dataset
   */
  InputReader<X> readerOfTrained(Transformer model, OptionalInt maxLength, int padId);
}
