package org.tribuo.distill.task.internal.token;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Reference;
import org.tribuo.distill.task.internal.Score;
import org.tribuo.distill.task.token.Entities;

/**
 * The F1 of entities, exact span and type, over the words of texts: {@code 2 right / (predicted +
 * expected)}, each entity by the weight of its text; 1 where there are none at all. A text that was
 * cut is put together again. A word without a label is outside of all entities, whatever is
 * predicted for it: an entity neither ends with it nor goes on behind it.
 */
record EntityF1(LabelOrder columns) implements Score {
  /** The tag of tokens outside of all entities; without it, labels are no tags of entities. */
  static final String OUTSIDE = "O";

  @Override
  public String metric() {
    return "entity-f1";
  }

  @Override
  public double of(Tensor logits, Reference reference) {
    float[] values = logits.toFloats();
    long[] expected = reference.labels().toLongs();
    float[] weight = reference.weights().toFloats();
    float[] scored = reference.scored().map(Tensor::toFloats).orElse(weight);
    int[] sources = reference.sources();
    int width = columns.size();
    int positions = (int) reference.labels().dim(1);
    Counts counts = new Counts(Entities.areEnded(columns.names()));
    for (int row = 0; row < sources.length; row++) {
      if (row > 0 && sources[row] != sources[row - 1]) {
        counts.endText();
      }
      for (int i = row * positions; i < (row + 1) * positions; i++) {
        if (weight[i] > 0) {
          String predicted = columns.names().get(largest(values, i * width, width));
          counts.add(predicted, columns.names().get((int) expected[i]), weight[i]);
        } else if (scored[i] > 0) {
          counts.add(OUTSIDE, OUTSIDE, 0);
        }
      }
    }
    counts.endText();
    return counts.f1();
  }

  /** Entities that were counted, and the words of the text that is being read. */
  private static final class Counts {
    private final boolean ended;
    private final List<String> predicted = new ArrayList<>();
    private final List<String> known = new ArrayList<>();
    private float ofText;
    private double right;
    private double all;

    /**
     * @param ended whether the scheme has tags for the last word of an entity
     */
    Counts(boolean ended) {
      this.ended = ended;
    }

    void add(String tag, String reference, float weight) {
      predicted.add(tag);
      known.add(reference);
      ofText = Math.max(ofText, weight);
    }

    void endText() {
      Set<Entities.Entity> found = new HashSet<>(Entities.of(predicted, ended).found());
      Set<Entities.Entity> there = new HashSet<>(Entities.of(known, ended).found());
      all += (double) ofText * (found.size() + there.size());
      found.retainAll(there);
      right += (double) ofText * found.size();
      predicted.clear();
      known.clear();
      ofText = 0;
    }

    double f1() {
      return all == 0 ? 1 : 2 * right / all;
    }
  }

  private static int largest(float[] values, int from, int count) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      if (values[from + i] > values[from + best]) {
        best = i;
      }
    }
    return best;
  }
}
