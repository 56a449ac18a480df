package org.tribuo.distill.input.internal;

import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.FeatureMap;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.internal.protos.ComponentProto;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.protos.ProtoSerializable;

/**
 * How one model reads examples: a {@link Modality} within the limits of the model. A model is saved
 * with its reader, so that a reader has a static method {@code deserializeFromProto}, as all that
 * Tribuo saves. Immutable and safe for many threads.
 *
 * @param <X> what an example is before it is a row of tensors
 */
public interface InputReader<X> extends ProtoSerializable<ComponentProto> {
  /**
   * Checks the features of further examples.
   *
   * @throws IllegalArgumentException if they are of another kind
   */
  void check(FeatureMap features);

  /**
   * Reads an example.
   *
   * @throws IllegalArgumentException if it is not within the limits of the model; the message names
   *     the feature and the likely cause
   */
  X read(Example<?> example);

  /** The length of a value in positions, 1 or more; values of similar length share a batch. */
  int length(X value);

  /**
   * For how many positions of a value a model has an output, where it has one for each: for all
   * unless stated otherwise.
   */
  default int steps(X value) {
    return length(value);
  }

  /** Digests all of a value that a model reads. */
  void digest(X value, MessageDigest into);

  /**
   * How a model is fed with what was read.
   *
   * @param inputs of the model
   * @throws IllegalArgumentException as {@link Modality#feeder}
   */
  Feeder<X> feeder(Map<String, TensorType> inputs);

  /**
   * Checks that a model can read values, this reader's own one or a teacher.
   *
   * @param whose for messages, such as {@code student}
   * @param own whether the values were made for that model
   * @throws IllegalArgumentException if it cannot read one, or pads with what it does not know; the
   *     message says which
   */
  void check(Transformer model, String whose, boolean own, List<X> values);

  /**
   * What makes values again for a model with preprocessing of its own: this reader unless stated
   * otherwise, or one of values of another kind.
   *
   * @param inputs of that model
   */
  default InputReader<?> rereading(Map<String, TensorType> inputs) {
    return this;
  }

  /**
   * Makes the values again for a model with preprocessing of its own, such as a tokenizer, from
   * what the examples keep of their origin.
   *
   * @param preprocessor the file that states how
   * @param stated the maximum length that the model's file states, if it does
   * @param otherwise the maximum where the model does not limit it either; empty for the usual
   * @throws IllegalArgumentException if an example does not keep its origin, or there is no such
   *     preprocessing of this kind of input
   * @throws IOException if the file cannot be read
   */
  default List<X> reread(
      Dataset<?> examples,
      Path preprocessor,
      Transformer model,
      OptionalInt stated,
      OptionalInt otherwise)
      throws IOException {
    throw new IllegalArgumentException(
        "%s knows no preprocessing by '%s': omit the tokenizer, so that the teacher reads what the student reads"
            .formatted(this, preprocessor));
  }

  /**
   * What the same model reads one by one of values that are made of several, as pairs of texts are;
   * else the values.
   */
  default Parts<?> parts(List<X> values) {
    return new Parts<>(this, values);
  }

  /**
   * Values that are read one by one.
   *
   * @param reader of a model that reads them so
   */
  record Parts<X>(InputReader<X> reader, List<X> values) {}

  /**
   * A value that ends before the last of its {@link #steps}, where values are sequences that may
   * end anywhere.
   *
   * @param steps from 1 to those of the value
   */
  default Optional<X> beginning(X value, int steps) {
    return Optional.empty();
  }

  /** A value that the model can read, for trials. */
  X random(SplittableRandom random);

  /**
   * The features of all examples that the model can read, of which a dataset may have some.
   *
   * @param observed what is known of those that occurred
   */
  ImmutableFeatureMap featureMap(FeatureMap observed);

  /** The maximum length of a value in positions; 1 where values have no length. */
  int maxLength();

  /**
   * The same for values that are no longer than those of a dataset, where its provenance has how
   * long they may be.
   */
  default InputReader<X> asLongAs(Provenance dataset) {
    return this;
  }

  /** The token that pads short rows; 0 where there are no tokens. */
  default int padId() {
    return 0;
  }

  /** The same with another token that pads short rows, where there are tokens. */
  default InputReader<X> withPadId(int padId) {
    return this;
  }
}
