package org.tribuo.distill.transformer.internal.layer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Graph;

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
    List<Integer> attending = attending(segments);
    if (attending.size() == 1) {
      return single(segments, attending);
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

  /**
   * The single layer of a decoder: it attends to itself, then to what an encoder has made.
   *
   * @param encoded what depends on the encoder's last state
   */
  static Optional<LayerRun> decoding(List<Segment> segments, Set<String> encoded) {
    List<Integer> attending = attending(segments);
    boolean decodes =
        attending.size() > 1
            && Collections.disjoint(segments.get(attending.get(0)).reads(), encoded)
            && attending.stream()
                .skip(1)
                .noneMatch(i -> Collections.disjoint(segments.get(i).reads(), encoded));
    return decodes ? single(segments, attending) : Optional.empty();
  }

  private static List<Integer> attending(List<Segment> segments) {
    return IntStream.range(0, segments.size())
        .filter(i -> segments.get(i).attends())
        .boxed()
        .toList();
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

  /**
   * Without a neighbour to compare with, a layer goes on as long as nothing else is read. Behind
   * its last block are as many normalisations as behind its first attention: one, or none where
   * they come before a block.
   */
  private static Optional<LayerRun> single(List<Segment> segments, List<Integer> attending) {
    if (attending.stream().anyMatch(i -> segments.get(i).attentions() > 1)) {
      return Optional.empty();
    }
    int first = attending.get(0);
    int behind = attending.get(attending.size() - 1) + 1;
    int end = behind;
    for (int i = behind; i < segments.size() && segments.get(i).selfContained(); i++) {
      end = segments.get(i).multiplies() ? i + 1 : end;
    }
    int normalized = normalizing(segments, end) - end;
    end += Math.min(normalized, normalizing(segments, first + 1) - first - 1);
    return Optional.of(new LayerRun(segments, first, end - first, 1));
  }

  /** Up to where segments normalise, from one of them on. */
  private static int normalizing(List<Segment> segments, int from) {
    int to = from;
    while (to < segments.size() && segments.get(to).normalizes()) {
      to++;
    }
    return to;
  }

  /** Whether its first attention reads such values: then it is a part of a decoder's layer. */
  boolean attendsTo(Set<String> encoded) {
    return !Collections.disjoint(segments.get(first).reads(), encoded);
  }

  /** What depends on its last state. */
  Set<String> dependants(Graph graph) {
    String last = segments.get(first + count * length - 1).end();
    return Dependants.ofContent(graph, last, last);
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
