package org.tribuo.distill.examples;

import java.util.List;

/**
 * What came out of one training.
 *
 * @param of what was trained, and measured on what
 * @param settings a digest of all that the student was made of: same digest, same student
 * @param accuracy between 0 and 1
 * @param stepMillis the mean time of a step; NaN if no step was measured
 */
record Trial(Subject of, String settings, double accuracy, double stepMillis) {
  /** The names of the columns. */
  static final String HEADER = "loss,weight,seed,texts,settings,accuracy,step_ms";

  /** What an accuracy is of. */
  enum Split {
    /** Training texts that were put aside to choose a weight. */
    HELD_OUT,
    /** The test texts. */
    TEST
  }

  /**
   * What is trained, and measured on what.
   *
   * @param loss what the student learns
   * @param weight of what is compared inside; 0 where nothing is
   * @param seed of everything random
   * @param texts what the accuracy is of
   */
  record Subject(String loss, float weight, long seed, Split texts) {
    @Override
    public String toString() {
      return "Seed %d, %s%s%s"
          .formatted(
              seed,
              loss,
              weight == 0 ? "" : ", weight " + weight,
              texts == Split.HELD_OUT ? ", held-out texts" : "");
    }
  }

  /** The columns, separated by commas, of which no field has any. */
  String line() {
    return String.join(
        ",",
        List.of(
            of.loss(),
            Float.toString(of.weight()),
            Long.toString(of.seed()),
            of.texts().name(),
            settings,
            Double.toString(accuracy),
            Double.toString(stepMillis)));
  }

  /**
   * Reads what {@link #line} wrote.
   *
   * @throws IllegalArgumentException if it did not
   */
  static Trial parse(String line) {
    String[] fields = line.split(",", -1);
    if (fields.length != HEADER.split(",", -1).length) {
      throw new IllegalArgumentException(
          "'%s' has %d columns, expected %s".formatted(line, fields.length, HEADER));
    }
    return new Trial(
        new Subject(
            fields[0],
            Float.parseFloat(fields[1]),
            Long.parseLong(fields[2]),
            Split.valueOf(fields[3])),
        fields[4],
        Double.parseDouble(fields[5]),
        Double.parseDouble(fields[6]));
  }
}
