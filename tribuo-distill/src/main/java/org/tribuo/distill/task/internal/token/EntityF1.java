package org.tribuo.distill.task.internal.token;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.Score;
import org.tribuo.distill.task.token.Entities;

/**
 * The F1 of entities, exact span and type, over the labelled tokens of texts: {@code 2 right /
 * (predicted + expected)}, each entity by the weight of its text; 1 where there are none at all.
 */
record EntityF1(LabelOrder columns) implements Score {
  /** The tag of tokens outside of all entities; without it, labels are no tags of entities. */
  static final String OUTSIDE = "O";

  @Override
  public String metric() {
    return "entity-f1";
  }

  @Override
  public double of(Tensor logits, Tensor labels, Tensor weights) {
    float[] values = logits.toFloats();
    long[] expected = labels.toLongs();
    float[] weight = weights.toFloats();
    int width = columns.size();
    int positions = (int) labels.dim(1);
    boolean ended = Entities.areEnded(columns.names());
    double right = 0;
    double all = 0;
    for (int from = 0; from < expected.length; from += positions) {
      List<String> predicted = new ArrayList<>();
      List<String> known = new ArrayList<>();
      float ofText = 0;
      for (int i = from; i < from + positions; i++) {
        if (weight[i] > 0) {
          predicted.add(columns.names().get(largest(values, i * width, width)));
          known.add(columns.names().get((int) expected[i]));
          ofText = weight[i];
        }
      }
      Set<Entities.Entity> found = new HashSet<>(Entities.of(predicted, ended).found());
      Set<Entities.Entity> there = new HashSet<>(Entities.of(known, ended).found());
      all += (double) ofText * (found.size() + there.size());
      found.retainAll(there);
      right += (double) ofText * found.size();
    }
    return all == 0 ? 1 : 2 * right / all;
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
