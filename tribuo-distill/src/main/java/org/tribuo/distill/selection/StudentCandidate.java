package org.tribuo.distill.selection;

import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.tribuo.distill.transformer.ExportPrecision;

/**
 * A student that may be trained, and what it costs: neither its size nor its speed depends on the
 * values of its weights. Immutable and safe for many threads.
 *
 * @param layers its depth
 * @param width the size of a hidden state
 * @param rank of its embeddings, where they are a product of two matrices; empty for a whole table
 * @param tokens of its vocabulary, where that is a reduced one that the search was given; empty for
 *     the vocabulary of the trainer's own student
 * @param precision in which its file keeps the weights
 * @param parameters the numbers in its weights
 * @param bytes the size of its ONNX file
 * @param latency the time of one prediction from that file, alone and on one thread: a median
 * @param score what it reached on held-out examples after a short training, the higher the better;
 *     empty if it was not tried
 */
public record StudentCandidate(
    int layers,
    int width,
    OptionalInt rank,
    OptionalInt tokens,
    ExportPrecision precision,
    long parameters,
    long bytes,
    Duration latency,
    OptionalDouble score) {

  /** The same student, tried. */
  StudentCandidate withScore(double reached) {
    return new StudentCandidate(
        layers,
        width,
        rank,
        tokens,
        precision,
        parameters,
        bytes,
        latency,
        OptionalDouble.of(reached));
  }

  /** Whether another differs in its score at most. */
  boolean isSameAs(StudentCandidate other) {
    return layers == other.layers
        && width == other.width
        && rank.equals(other.rank)
        && tokens.equals(other.tokens)
        && precision == other.precision;
  }

  /** Whether it is at least as deep and as wide as another, and its embeddings have no less. */
  boolean isAtLeast(StudentCandidate other) {
    return layers >= other.layers
        && width >= other.width
        && rank.orElse(width) >= other.rank.orElse(other.width)
        && tokens.orElse(Integer.MAX_VALUE) >= other.tokens.orElse(Integer.MAX_VALUE);
  }

  /** What grows with the weights and operations of its layers: layers · width². */
  long capacity() {
    return (long) layers * width * width;
  }

  /** One line: what it is, what it costs, and how good it was. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d layers of width %d%s%s in %s: %,d parameters, %.2f MB, %.2f ms%s",
        layers,
        width,
        rank.isPresent() ? ", embeddings of rank " + rank.getAsInt() : "",
        tokens.isPresent() ? String.format(Locale.ROOT, ", %,d tokens", tokens.getAsInt()) : "",
        precision,
        parameters,
        bytes / 1e6,
        latency.toNanos() / 1e6,
        score.isPresent() ? String.format(Locale.ROOT, ", score %.4f", score.getAsDouble()) : "");
  }
}
