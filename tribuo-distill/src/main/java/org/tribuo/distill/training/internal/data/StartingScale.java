package org.tribuo.distill.training.internal.data;

import java.util.ArrayList;
import java.util.List;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Tensor;

/**
 * Finds the scale at which an imprinted head of cosines starts: the smallest at which the mean
 * probability of the examples' labels is {@value #PROBABILITY}, unless that is larger than the
 * usual one.
 *
 * <p>Of the vectors that are added an even selection is kept, of a size that does not grow with the
 * examples: whenever there are too many, every second one goes, and from then on as many fewer are
 * taken. For one thread.
 */
final class StartingScale {
  static final double PROBABILITY = 0.7;

  /** How many vectors are kept, and how many cosines they have with all classes. */
  private static final int MOST_VECTORS = 4096;

  private static final int MOST_COSINES = 1 << 22;

  /** Halvings of the interval: the scale is as exact as a float. */
  private static final int HALVINGS = 26;

  private final int width;
  private final int classes;
  private final int most;
  private final List<Vector> kept = new ArrayList<>();
  private int seen;
  private int stride = 1;

  /** A vector of length 1, and the class that it belongs to. */
  private record Vector(float[] values, int label) {}

  StartingScale(int width, int classes) {
    this.width = width;
    this.classes = classes;
    this.most = Math.max(2, Math.min(MOST_VECTORS, MOST_COSINES / classes));
  }

  /**
   * Adds the vectors of an example.
   *
   * @param vectors one after the other
   * @param labels INT64, a class for each vector, or a negative number for none; of others, where a
   *     vector may belong to several classes, nothing is taken
   */
  void add(float[] vectors, Tensor labels) {
    if (labels.elementType() != ElementType.INT64) {
      return;
    }
    long[] ofVectors = labels.toLongs();
    for (int i = 0; i < vectors.length / width; i++) {
      if (ofVectors[i] >= 0 && seen++ % stride == 0) {
        float[] values = new float[width];
        System.arraycopy(vectors, i * width, values, 0, width);
        kept.add(new Vector(values, Math.toIntExact(ofVectors[i])));
        if (kept.size() == most) {
          thinOut();
        }
      }
    }
  }

  private void thinOut() {
    List<Vector> all = List.copyOf(kept);
    kept.clear();
    for (int i = 0; i < all.size(); i += 2) {
      kept.add(all.get(i));
    }
    stride *= 2;
  }

  /**
   * The scale.
   *
   * @param weight of the head: [width, classes]
   * @param largest the usual one, which it is where nothing says that it is too large
   */
  float scale(Tensor weight, float largest) {
    double[][] cosines = cosines(weight.toFloats());
    if (classes == 1 || kept.isEmpty() || probability(cosines, largest) <= PROBABILITY) {
      return largest;
    }
    double below = 0;
    double above = largest;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (below + above) / 2;
      if (probability(cosines, middle) < PROBABILITY) {
        below = middle;
      } else {
        above = middle;
      }
    }
    return (float) above;
  }

  /** Of each vector with each class. */
  private double[][] cosines(float[] weight) {
    double[] squares = new double[classes];
    for (int i = 0; i < weight.length; i++) {
      squares[i % classes] += (double) weight[i] * weight[i];
    }
    double[][] cosines = new double[kept.size()][classes];
    for (int i = 0; i < cosines.length; i++) {
      float[] values = kept.get(i).values();
      for (int axis = 0; axis < width; axis++) {
        for (int label = 0; label < classes; label++) {
          cosines[i][label] += (double) values[axis] * weight[axis * classes + label];
        }
      }
      for (int label = 0; label < classes; label++) {
        cosines[i][label] /= Math.sqrt(squares[label]);
      }
    }
    return cosines;
  }

  /** The mean probability of the classes that the vectors belong to. */
  private double probability(double[][] cosines, double scale) {
    double sum = 0;
    for (int i = 0; i < cosines.length; i++) {
      double own = cosines[i][kept.get(i).label()];
      double total = 0;
      for (double cosine : cosines[i]) {
        total += Math.exp(scale * (cosine - own));
      }
      sum += 1 / total;
    }
    return sum / cosines.length;
  }
}
