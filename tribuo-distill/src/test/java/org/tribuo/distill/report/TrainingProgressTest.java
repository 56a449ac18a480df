package org.tribuo.distill.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.training.TrainingListener.StepReport;
import org.tribuo.distill.training.TrainingListener.TrainingPlan;

class TrainingProgressTest {
  /** Keeps the notes. */
  private static final class Notes implements ProgressOutput, ProgressOutput.Task {
    private final List<String> all = new ArrayList<>();

    @Override
    public void line(String text) {}

    @Override
    public Task begin(String task, long total, String unit) {
      return this;
    }

    @Override
    public void to(long done, String note) {
      all.add(note);
    }

    @Override
    public void close() {}
  }

  private static List<String> notes(List<Map<String, Float>> steps) {
    Notes notes = new Notes();
    try (TrainingProgress progress = new TrainingProgress(notes, "Student")) {
      progress.onTrainingStart(new TrainingPlan(steps.size(), 1, 8L * steps.size(), 100));
      for (Map<String, Float> terms : steps) {
        progress.onStep(
            new StepReport(
                1, 2, 1, terms.get("loss"), terms, Map.of(), 1e-4f, 8, 90, Duration.ZERO));
      }
    }
    return notes.all;
  }

  private static Map<String, Float> terms(Object... namesAndValues) {
    Map<String, Float> terms = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      terms.put((String) namesAndValues[i], (Float) namesAndValues[i + 1]);
    }
    return terms;
  }

  @Test
  void eachTermIsShownBesideTheLoss() {
    assertThat(
            notes(
                List.of(
                    terms("loss", 1f, "hard", 2f, "soft", 4f, "gradient_norm", 9f),
                    terms("loss", 2f, "hard", 2f, "soft", 0f, "gradient_norm", 9f))))
        .containsExactly(
            "loss 1.000, hard 2.000, soft 4.000", "loss 1.050, hard 2.000, soft 3.800");
  }

  @Test
  void aLossOfOneTermStandsAlone() {
    assertThat(notes(List.of(terms("loss", 1f, "hard", 1f, "gradient_norm", 9f))))
        .containsExactly("loss 1.000");
  }
}
