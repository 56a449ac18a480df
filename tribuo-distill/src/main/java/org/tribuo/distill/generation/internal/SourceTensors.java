package org.tribuo.distill.generation.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.transformer.internal.decoding.EncoderSplit.Handed;

/**
 * What an encoder hands over to its decoder of each source, without padding. The decoder reads the
 * same sources for token after token, so that the last batch of them is kept. Safe for many
 * threads.
 */
final class SourceTensors {
  private final List<Handed> handed;
  private volatile Batch last = new Batch(List.of(), Map.of());

  SourceTensors(List<Handed> handed) {
    this.handed = List.copyOf(handed);
  }

  private record Batch(List<Source> sources, Map<String, Tensor> inputs) {}

  /** The names of the encoder's outputs. */
  Set<String> outputs() {
    return handed.stream().map(Handed::name).collect(Collectors.toSet());
  }

  /** What was made of each of some sources of one length. */
  List<List<float[]>> rows(Map<String, Tensor> outputs, int sources) {
    List<List<float[]>> ofEach =
        handed.stream()
            .map(
                each -> PastTensors.rows(Objects.requireNonNull(outputs.get(each.name())), sources))
            .toList();
    return IntStream.range(0, sources)
        .mapToObj(row -> ofEach.stream().map(each -> each.get(row)).toList())
        .toList();
  }

  /** The inputs of the decoder; behind the shorter sources are zeros, which are masked. */
  Map<String, Tensor> inputs(List<Source> sources) {
    Batch batch = last;
    if (!batch.sources().equals(sources)) {
      batch = new Batch(sources, made(sources));
      last = batch;
    }
    return batch.inputs();
  }

  private Map<String, Tensor> made(List<Source> sources) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (int i = 0; i < handed.size(); i++) {
      int number = i;
      List<float[]> rows = sources.stream().map(source -> source.encoded().get(number)).toList();
      inputs.put(handed.get(i).name(), tensor(handed.get(i), rows));
    }
    return inputs;
  }

  private static Tensor tensor(Handed of, List<float[]> rows) {
    int heads = Math.max(1, of.heads());
    int longest = rows.stream().mapToInt(row -> row.length).max().orElse(0) / heads;
    float[] all = new float[rows.size() * heads * longest];
    for (int row = 0; row < rows.size(); row++) {
      float[] own = rows.get(row);
      int length = own.length / heads;
      for (int head = 0; head < heads; head++) {
        System.arraycopy(own, head * length, all, (row * heads + head) * longest, length);
      }
    }
    long positions = longest / of.width();
    Tensor tensor =
        of.heads() == 0
            ? Tensor.of(all, rows.size(), positions, of.width())
            : Tensor.of(all, rows.size(), heads, positions, of.width());
    return tensor.cast(of.elementType());
  }
}
