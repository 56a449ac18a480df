package org.tribuo.distill.student;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.Engines;
import org.tribuo.distill.engine.InferenceSession;
import org.tribuo.distill.graph.GraphException;
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
  private final TokenInputs inputs;
  private final InferenceSession session;

  public NetworkRunner(StudentNetwork network, Device device) {
    this.network = network;
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
   * The logits of each text, in batches of like length.
   *
   * @return FLOAT [texts, columns], in the order of the texts
   */
  public Tensor logits(List<TokenSequence> texts) {
    int[] lengths = texts.stream().mapToInt(TokenSequence::length).toArray();
    int longest = Arrays.stream(lengths).max().orElse(1);
    int columns = network.labelOrder().size();
    float[] logits = new float[Math.multiplyExact(texts.size(), columns)];
    BatchPlan plan = BatchPlan.of(ROWS, Math.max(TOKENS, longest));
    for (int[] rows : inputs.batches(plan, lengths)) {
      float[] batch = run(Arrays.stream(rows).mapToObj(texts::get).toList());
      for (int i = 0; i < rows.length; i++) {
        System.arraycopy(batch, i * columns, logits, rows[i] * columns, columns);
      }
    }
    return Tensor.of(logits, texts.size(), columns);
  }

  /** The logits of a batch, and of what it was filled up with. */
  private float[] run(List<TokenSequence> batch) {
    List<TokenSequence> rows = inputs.filledUp(batch);
    Tensor logits =
        session
            .run(inputs.batch(rows), Set.of(network.logits()))
            .getOrDefault(network.logits(), Tensor.scalar(0f));
    int columns = network.labelOrder().size();
    if (logits.rank() != 2 || logits.dim(0) != rows.size() || logits.dim(1) != columns) {
      throw new GraphException(
          "The logits '%s' are %s for %d texts, expected [%d, %d]: one column each for %s"
              .formatted(
                  network.logits(),
                  logits,
                  rows.size(),
                  rows.size(),
                  columns,
                  network.labelOrder()));
    }
    return logits.toFloats();
  }

  /** Frees the native memory; the next call for logits takes it again. */
  @Override
  public void close() {
    session.close();
  }
}
