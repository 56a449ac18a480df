package org.tribuo.distill.training.internal.data;

import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Tensor;

/** Weighted means of vectors by class, each divided by its norm. For one thread. */
final class ClassMeans {
  private final int width;
  private final int classes;

  /** [width, classes], as the weights of a head are. */
  private final double[] sums;

  ClassMeans(int width, int classes) {
    this.width = width;
    this.classes = classes;
    this.sums = new double[Math.multiplyExact(width, classes)];
  }

  /**
   * Adds vectors to the classes that they belong to.
   *
   * @param vectors of one example, one after the other
   * @param labels INT64, a class for each vector, or a negative number for none; or FLOAT, for each
   *     vector a number above 0 for each class that it belongs to
   */
  void add(float[] vectors, Tensor labels, double weight) {
    int count = vectors.length / width;
    if (labels.elementType() == ElementType.INT64) {
      long[] ofVectors = labels.toLongs();
      for (int i = 0; i < count; i++) {
        if (ofVectors[i] >= 0) {
          add(vectors, i, Math.toIntExact(ofVectors[i]), weight);
        }
      }
      return;
    }
    float[] ofVectors = labels.toFloats();
    for (int i = 0; i < count; i++) {
      for (int label = 0; label < classes; label++) {
        if (ofVectors[i * classes + label] > 0) {
          add(vectors, i, label, weight);
        }
      }
    }
  }

  private void add(float[] vectors, int vector, int label, double weight) {
    for (int axis = 0; axis < width; axis++) {
      sums[axis * classes + label] += weight * vectors[vector * width + axis];
    }
  }

  /**
   * The means in place of other numbers, which stay for classes that no vector belongs to.
   *
   * @param others [width, classes]
   */
  Tensor into(float[] others) {
    float[] means = others.clone();
    for (int label = 0; label < classes; label++) {
      double norm = norm(label);
      for (int axis = 0; axis < width && norm > 0; axis++) {
        int at = axis * classes + label;
        means[at] = (float) (sums[at] / norm);
      }
    }
    return Tensor.of(means, width, classes);
  }

  private double norm(int label) {
    double squares = 0;
    for (int axis = 0; axis < width; axis++) {
      double sum = sums[axis * classes + label];
      squares += sum * sum;
    }
    return Math.sqrt(squares);
  }
}
