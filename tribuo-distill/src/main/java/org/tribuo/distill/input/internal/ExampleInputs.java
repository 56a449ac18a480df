package org.tribuo.distill.input.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tribuo.Dataset;
import org.tribuo.Example;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.internal.component.PositionException;
import org.tribuo.distill.transformer.internal.Transformer;

/**
 * What a model reads of some examples, a value for each, in their order. Immutable and safe for
 * many threads.
 *
 * @param reader that has read them
 * @param values one for each example
 */
public record ExampleInputs<X>(InputReader<X> reader, List<X> values) {
  public ExampleInputs {
    values = List.copyOf(values);
  }

  /**
   * Reads some examples.
   *
   * @throws IllegalArgumentException as {@link InputReader#read}
   */
  public static <X> ExampleInputs<X> of(
      InputReader<X> reader, List<? extends Example<?>> examples) {
    List<X> values = new ArrayList<>(examples.size());
    examples.forEach(example -> values.add(reader.read(example)));
    return new ExampleInputs<>(reader, values);
  }

  /**
   * Reads a dataset.
   *
   * @throws IllegalArgumentException as {@link InputReader#read}; the message says which example
   */
  public static <X> ExampleInputs<X> of(InputReader<X> reader, Dataset<?> examples) {
    return numbered(reader, examples);
  }

  /**
   * Reads some examples that are known by their numbers.
   *
   * @throws IllegalArgumentException as {@link InputReader#read}; the message says which example
   */
  public static <X> ExampleInputs<X> numbered(
      InputReader<X> reader, Iterable<? extends Example<?>> examples) {
    List<X> values = new ArrayList<>();
    for (Example<?> example : examples) {
      try {
        values.add(reader.read(example));
      } catch (IllegalArgumentException e) {
        OptionalInt position =
            e instanceof PositionException wrong
                ? OptionalInt.of(wrong.position())
                : OptionalInt.empty();
        throw new ExampleException(values.size(), position, ": " + e.getMessage());
      }
    }
    return new ExampleInputs<>(reader, values);
  }

  /** Random ones that the reader's model can read, for trials. */
  public static <X> ExampleInputs<X> random(
      InputReader<X> reader, int count, SplittableRandom random) {
    List<X> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(reader.random(random));
    }
    return new ExampleInputs<>(reader, values);
  }

  /**
   * Examples as a model with preprocessing of its own reads them.
   *
   * @param reader makes its values, and knows the token that pads its short rows
   * @throws IllegalArgumentException as {@link InputReader#reread}
   * @throws IOException if the file of the preprocessing cannot be read
   */
  public static <X> ExampleInputs<X> reread(
      InputReader<X> reader,
      Dataset<?> examples,
      Path preprocessor,
      Transformer model,
      OptionalInt stated,
      OptionalInt otherwise)
      throws IOException {
    return new ExampleInputs<>(
        reader, reader.reread(examples, preprocessor, model, stated, otherwise));
  }

  /** The number of examples. */
  public int count() {
    return values.size();
  }

  /** The length of an example in positions. */
  public int length(int row) {
    return reader.length(values.get(row));
  }

  /** The lengths of the examples in positions. */
  public int[] lengths() {
    return values.stream().mapToInt(reader::length).toArray();
  }

  /** For how many positions of an example a model has an output, where it has one for each. */
  public int steps(int row) {
    return reader.steps(values.get(row));
  }

  /** As above, of each example. */
  public int[] steps() {
    return values.stream().mapToInt(reader::steps).toArray();
  }

  /** Some of the examples, in the order of their numbers. */
  public ExampleInputs<X> pick(int... rows) {
    return new ExampleInputs<>(reader, Arrays.stream(rows).mapToObj(values::get).toList());
  }

  /**
   * The beginnings of an example that have some numbers of steps.
   *
   * @param row of the example
   * @param first the fewest steps
   * @param last the most, no more than the example has
   * @return the shortest first; nothing where examples have no beginnings
   */
  public Optional<ExampleInputs<X>> beginnings(int row, int first, int last) {
    List<X> beginnings =
        IntStream.rangeClosed(first, last)
            .mapToObj(steps -> reader.beginning(values.get(row), steps))
            .flatMap(Optional::stream)
            .toList();
    return beginnings.isEmpty()
        ? Optional.empty()
        : Optional.of(new ExampleInputs<>(reader, beginnings));
  }

  /** The parts of the examples, as {@link InputReader#parts} has them. */
  public ExampleInputs<?> parts() {
    return of(reader.parts(values));
  }

  private static <X> ExampleInputs<X> of(InputReader.Parts<X> parts) {
    return new ExampleInputs<>(parts.reader(), parts.values());
  }

  /** Digests all that a model reads of the examples. */
  public void digest(MessageDigest into) {
    values.forEach(value -> reader.digest(value, into));
  }

  /**
   * Checks that a model can read the examples.
   *
   * @param whose for messages, such as {@code student}
   * @param own whether they were read for that model
   * @throws IllegalArgumentException as {@link InputReader#check}
   */
  public void check(Transformer model, String whose, boolean own) {
    reader.check(model, whose, own, values);
  }
}
