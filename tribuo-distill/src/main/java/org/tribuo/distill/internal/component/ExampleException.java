package org.tribuo.distill.internal.component;

import java.util.OptionalInt;

/**
 * One example does not fit. Who made the examples of something else, as windows are made of
 * sequences, can say of what.
 */
public final class ExampleException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final int example;
  private final transient OptionalInt position;
  private final String problem;

  /**
   * @param example its number
   * @param position where it does not fit, if that is one position
   * @param problem the rest of the sentence, which begins with a verb, or with a colon
   */
  public ExampleException(int example, OptionalInt position, String problem) {
    super(sentence("Example " + example, problem));
    this.example = example;
    this.position = position;
    this.problem = problem;
  }

  /** An example that does not fit as a whole. */
  public ExampleException(int example, String problem) {
    this(example, OptionalInt.empty(), problem);
  }

  private static String sentence(String subject, String problem) {
    return subject + (problem.startsWith(":") ? "" : " ") + problem;
  }

  public int example() {
    return example;
  }

  /** Where the example does not fit, if that is one position. */
  public OptionalInt position() {
    return position;
  }

  /**
   * The same problem of a part of an example.
   *
   * @param example its number
   * @param part such as {@code its second text}
   */
  public ExampleException inPart(int example, String part) {
    return new ExampleException(example, position, ": " + sentence(part, problem));
  }

  /** The same problem of what the caller calls by another name. */
  public IllegalArgumentException about(String subject) {
    return new IllegalArgumentException(sentence(subject, problem), this);
  }
}
