package org.tribuo.distill.examples;

import com.oracle.labs.mlrg.olcut.config.Option;
import com.oracle.labs.mlrg.olcut.config.Options;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.Arrays;
import java.util.List;

/** What is compared, and on what. */
public final class CompareLossesOptions implements Options {
  @Option(longName = "losses", usage = "what is compared; all if none is named")
  public List<String> losses = List.of();

  @Option(longName = "seeds", usage = "one training for each")
  public List<Long> seeds = List.of(1L, 2L, 3L);

  @Option(
      longName = "feature-weights",
      usage =
          "what losses on hidden states, attention and relations are multiplied by; of several"
              + " the best on held-out texts is taken, for each loss")
  public List<Float> featureWeights = List.of(0.1f, 1f, 10f);

  @Option(
      longName = "held-out",
      usage =
          "how many training texts, of those that are learned from without their labels, are"
              + " put aside to choose a weight")
  public int heldOut = 2000;

  @Option(
      longName = "activation-cache",
      usage =
          "the maximum memory in bytes for intermediate activations of a teacher, so that it is not"
              + " run again in each epoch")
  public long activationCacheBytes;

  public DataOptions data = new DataOptions();
  public TeacherOptions teacher = new TeacherOptions();
  public SecondTeacherOptions second = new SecondTeacherOptions();
  public StudentOptions student = new StudentOptions();
  public TrainingOptions training = new TrainingOptions();
  public OutputOptions output = new OutputOptions();

  /** What is compared: all, but two teachers only where there is a second one. */
  List<LossRecipe> recipes() {
    return losses.isEmpty()
        ? Arrays.stream(LossRecipe.values())
            .filter(recipe -> recipe != LossRecipe.TWO_TEACHERS || second.isNamed())
            .toList()
        : losses.stream().map(CompareLossesOptions::recipe).toList();
  }

  /** Whether there are weights to choose from. */
  boolean choosesWeights(List<LossRecipe> recipes) {
    return featureWeights.size() > 1 && recipes.stream().anyMatch(LossRecipe::isWeighted);
  }

  /**
   * Checks what can be checked before anything is trained.
   *
   * @throws PropertyException if two teachers are to be asked, and there is one, if there is no
   *     weight, or one is not above 0, if there is a seed beside those of the comparison, or if the
   *     student has a vocabulary of its own, a budget or a smaller file
   */
  void check() {
    if (student.hasOwnVocabulary()) {
      throw new PropertyException(
          "comparison",
          "student-vocabulary",
          "is %d, but losses on hidden states, attention and relations compare token by token, so that students must read the teacher's: omit it"
              .formatted(student.leastTexts().orElseThrow()));
    }
    if (student.hasBudget()) {
      throw new PropertyException(
          "comparison",
          "student-budget",
          "is %s, but all students of a comparison have one size: state their layers instead"
              .formatted(String.join(",", student.budget)));
    }
    if (student.hasSmallFile()) {
      throw new PropertyException(
          "comparison",
          "student-precision",
          "is %s, but a comparison keeps no files of its students: state FLOAT32"
              .formatted(student.precision));
    }
    if (recipes().contains(LossRecipe.TWO_TEACHERS)) {
      second.like(teacher);
    }
    if (featureWeights.isEmpty()) {
      throw new PropertyException(
          "comparison", "feature-weights", "is empty, expected at least one weight above 0");
    }
    for (float weight : featureWeights) {
      if (!(weight > 0 && Float.isFinite(weight))) {
        throw new PropertyException(
            "comparison",
            "feature-weights",
            "has %s, expected finite numbers above 0".formatted(weight));
      }
    }
    if (training.seed != 0) {
      throw new PropertyException(
          "comparison",
          "seed",
          "is %d, but there is a training for each of %s: state the seed in --seeds instead"
              .formatted(training.seed, seeds));
    }
  }

  private static LossRecipe recipe(String name) {
    try {
      return LossRecipe.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "There is no loss '%s', expected some of %s"
              .formatted(name, Arrays.toString(LossRecipe.values())),
          e);
    }
  }

  @Override
  public String getOptionsDescription() {
    return "Compares losses on the same texts, teachers and students.";
  }
}
