package org.tribuo.distill.transformer.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The longest row of like layers in a residual stream. A layer begins with a segment that attends
 * and ends where the next one begins; a decoder's layer attends twice.
 *
 * @param segments the segments of the stream
 * @param first the first layer's first segment
 * @param length the segments of one layer
 * @param count the number of layers
 */
record LayerRun(List<Segment> segments, int first, int length, int count) {

  static Optional<LayerRun> longest(List<Segment> segments) {
    List<Integer> attending = new ArrayList<>();
    for (int i = 0; i < segments.size(); i++) {
      if (segments.get(i).attends()) {
        attending.add(i);
      }
    }
    if (attending.size() == 1) {
      return single(segments, attending.get(0));
    }
    LayerRun best = null;
    for (int i = 0; i < attending.size(); i++) {
      for (int next : attending.subList(i + 1, attending.size())) {
        LayerRun run = starting(segments, attending.get(i), next);
        if (run.count() > 1 && (best == null || run.covered() > best.covered())) {
          best = run;
        }
      }
    }
    return Optional.ofNullable(best);
  }

  private static LayerRun starting(List<Segment> segments, int first, int second) {
    int length = second - first;
    List<Integer> signatures = segments.stream().map(Segment::signature).toList();
    List<Integer> layer = signatures.subList(first, second);
    int count = 1;
    while (first + (count + 1) * length <= segments.size()
        && layer.equals(signatures.subList(first + count * length, first + (count + 1) * length))) {
      count++;
    }
    return new LayerRun(segments, first, length, count);
  }

  /** Without a neighbour to compare with, a layer goes on as long as nothing else is read. */
  private static Optional<LayerRun> single(List<Segment> segments, int first) {
    if (segments.get(first).attentions() > 1) {
      return Optional.empty();
    }
    int end = first + 1;
    while (end < segments.size() && segments.get(end).selfContained()) {
      end++;
    }
    return Optional.of(new LayerRun(segments, first, end - first, 1));
  }

  private int covered() {
    return count * length;
  }

  List<Layer> layers() {
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int from = first + i * length;
      layers.add(new Layer(i, segments.get(from).start(), segments.get(from + length - 1).end()));
    }
    return layers;
  }

  /** Whether a layer of this is one of another run. */
  boolean shares(LayerRun other) {
    List<String> ends = other.layers().stream().map(Layer::end).toList();
    return layers().stream().map(Layer::end).anyMatch(ends::contains);
  }

  OptionalInt heads() {
    return segments.get(first).heads();
  }

  /** The last layer's end, or what a normalisation behind it makes of it. */
  String output() {
    int next = first + count * length;
    while (next < segments.size() && segments.get(next).normalizes()) {
      next++;
    }
    return segments.get(next - 1).end();
  }
}
