package org.tribuo.distill.student;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Engines;
import org.tribuo.distill.engine.InferenceSession;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.RowShape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.BatchPlan;
import org.tribuo.distill.input.TokenInputs;
import org.tribuo.distill.input.TokenSequence;

/**
 * Asks a network for the logits of any number of texts. What it says of a text does not depend on
 * the others. Safe for many threads.
 */
public final class NetworkRunner implements AutoCloseable {
  /** What keeps the activations of a batch in a processor's caches. */
  private static final int ROWS = 64;

  private static final int TOKENS = 4096;

  private final StudentNetwork network;
  private final RowShape row;
  private final TokenInputs inputs;
  private final InferenceSession session;

  /** Of a network that has one vector of logits for each text. */
  public NetworkRunner(StudentNetwork network, Device device) {
    this(network, RowShape.of(network.labelOrder().size()), device);
  }

  /**
   * Of any network.
   *
   * @param row the shape of its logits of one text
   */
  public NetworkRunner(StudentNetwork network, RowShape row, Device device) {
    this.network = network;
    this.row = row;
    this.inputs = network.inputs();
    this.session = Engines.inference().open(network.onnx(), device);
  }

  /** Where the network runs. */
  public Device device() {
    return session.device();
  }

  /** The next texts run elsewhere. */
  public void runOn(Device elsewhere) {
    session.runOn(elsewhere);
  }

  /**
   * The logits of each text, in batches of similar lengths.
   *
   * @return FLOAT [texts, columns], or of the shape that a row has; in the order of the texts, and
   *     where rows differ in length, padded with 0 to the longest
   */
  public Tensor logits(List<TokenSequence> texts) {
    int[] lengths = texts.stream().mapToInt(TokenSequence::length).toArray();
    int longest = Arrays.stream(lengths).max().orElse(1);
    int elements = row.elements(longest);
    float[] logits = new float[Math.multiplyExact(texts.size(), elements)];
    BatchPlan plan = BatchPlan.of(ROWS, Math.max(TOKENS, longest));
    for (int[] rows : inputs.batches(plan, lengths)) {
      List<float[]> batch = run(Arrays.stream(rows).mapToObj(texts::get).toList());
      for (int i = 0; i < rows.length; i++) {
        row.pad(batch.get(i), lengths[rows[i]], logits, rows[i] * elements, longest);
      }
    }
    return Tensor.of(logits, row.dims(texts.size(), longest));
  }

  /** The logits of each text of a batch. */
  private List<float[]> run(List<TokenSequence> batch) {
    List<TokenSequence> rows = inputs.filledUp(batch);
    Tensor logits =
        session
            .run(inputs.batch(rows), Set.of(network.logits()))
            .getOrDefault(network.logits(), Tensor.scalar(0f));
    int[] lengths = batch.stream().mapToInt(TokenSequence::length).toArray();
    int longest = Arrays.stream(lengths).max().orElse(1);
    if (!row.fits(logits.dims(), longest) || logits.dim(0) != rows.size()) {
      throw new GraphException(
          "The logits '%s' are %s for %d texts, expected %s: one column each for %s"
              .formatted(
                  network.logits(),
                  logits,
                  rows.size(),
                  row.ofRows(Integer.toString(rows.size())),
                  network.labelOrder()));
    }
    return row.cut(logits, lengths);
  }

  /** Frees the native memory; the next call for logits takes it again. */
  @Override
  public void close() {
    session.close();
  }
}
