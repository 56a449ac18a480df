package org.tribuo.distill.training.internal;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tribuo.distill.graph.OnnxModel;

/**
 * What a training gives back.
 *
 * @param model the student's own file with the trained weights in it: names, operators, inputs and
 *     outputs are as they were
 * @param steps the updates of the weights that were made
 * @param epoch the epoch, counted from 1, whose weights these are
 * @param metrics what the validation measured of these weights; empty without validation
 */
public record TrainedStudent(OnnxModel model, long steps, int epoch, Map<String, Double> metrics) {
  public TrainedStudent {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }
}
