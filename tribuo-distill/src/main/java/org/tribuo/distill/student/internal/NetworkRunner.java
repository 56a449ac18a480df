package org.tribuo.distill.student.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.Engines;
import org.tribuo.distill.engine.internal.InferenceSession;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.RowShape;
import org.tribuo.distill.input.internal.BatchPlan;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.FedInputs;
import org.tribuo.distill.task.internal.LabelOrder;

/**
 * Runs a network for the logits of any number of examples. What it outputs for one does not depend
 * on the others. Safe for many threads.
 */
public final class NetworkRunner implements AutoCloseable {
  /** What keeps the activations of a batch in a processor's caches. */
  private static final int ROWS = 64;

  private static final int POSITIONS = 4096;

  /** The logits of a batch where each position has some: 64 MB. */
  private static final int LOGITS = 1 << 24;

  /** Takes what is needed of the logits of an example, so that those of all need no room. */
  @FunctionalInterface
  public interface Kept {
    /**
     * @param example its number
     * @param logits of the example
     */
    float[] of(int example, float[] logits);
  }

  private final StudentNetwork network;
  private final RowShape row;
  private final Map<String, TensorType> inputs;
  private final InferenceSession session;

  public NetworkRunner(StudentNetwork network, Device device) {
    this.network = network;
    this.row = network.head().prediction();
    this.inputs = network.inputs();
    this.session =
        new InferenceSession(
            where -> Engines.inference().load(network.transformer().forInference(), where), device);
  }

  /** Where the network runs. */
  public Device device() {
    return session.device();
  }

  /** The next examples run elsewhere. */
  public void runOn(Device elsewhere) {
    session.runOn(elsewhere);
  }

  /**
   * The logits of each example, in the shape of what the network's head predicts, without padding.
   *
   * @return in the order of the examples
   */
  public List<float[]> rows(ExampleInputs<?> examples) {
    return rows(examples, (example, logits) -> logits);
  }

  /**
   * What is kept of the logits of each example.
   *
   * @return in the order of the examples
   */
  public List<float[]> rows(ExampleInputs<?> examples, Kept kept) {
    FedInputs<?> fed = FedInputs.of(examples, inputs);
    int[] lengths = examples.lengths();
    int[] steps = examples.steps();
    int longest = Arrays.stream(lengths).max().orElse(1);
    float[][] all = new float[lengths.length][];
    BatchPlan plan = BatchPlan.of(ROWS, Math.max(positions(), longest));
    for (int[] rows : fed.feeder().batches(plan, lengths)) {
      List<float[]> batch = run(fed, rows, Arrays.stream(rows).map(i -> steps[i]).toArray());
      for (int i = 0; i < rows.length; i++) {
        all[rows[i]] = kept.of(rows[i], batch.get(i));
      }
    }
    return List.of(all);
  }

  private int positions() {
    RowShape output = network.head().row();
    return output.isRagged() ? Math.min(POSITIONS, LOGITS / output.columns()) : POSITIONS;
  }

  /**
   * As {@link #rows}, in one tensor.
   *
   * @return FLOAT [examples, columns], or of the shape that a row has; where rows differ in length,
   *     padded with 0 to the longest
   */
  public Tensor logits(ExampleInputs<?> examples) {
    return logits(examples, row.columns(), (example, logits) -> logits);
  }

  /**
   * As {@link #rows(ExampleInputs, Kept)}, in one tensor.
   *
   * @param width how many numbers are kept in place of the columns of the logits
   * @return as {@link #logits(ExampleInputs)}, with so many columns
   */
  public Tensor logits(ExampleInputs<?> examples, int width, Kept kept) {
    List<float[]> rows = rows(examples, kept);
    RowShape shape = row.withColumns(width);
    int[] steps = examples.steps();
    int most = Arrays.stream(steps).max().orElse(1);
    int elements = shape.elements(most);
    float[] all = new float[Math.multiplyExact(steps.length, elements)];
    for (int i = 0; i < steps.length; i++) {
      shape.pad(rows.get(i), steps[i], all, i * elements, most);
    }
    return Tensor.of(all, shape.dims(steps.length, most));
  }

  /** The logits of each example of a batch. */
  private List<float[]> run(FedInputs<?> fed, int[] rows, int[] steps) {
    int count = fed.rowsFor(rows.length);
    Map<String, Tensor> logits = session.run(fed.filledUp(rows), Set.copyOf(network.logits()));
    List<List<float[]>> ofOutputs = new ArrayList<>();
    for (String output : network.logits()) {
      ofOutputs.add(cut(output, logits.getOrDefault(output, Tensor.scalar(0f)), count, steps));
    }
    return RowShape.joined(ofOutputs);
  }

  /** What an output holds of each example. */
  private List<float[]> cut(String output, Tensor logits, int count, int[] steps) {
    RowShape ofOutput = network.head().rowOfOutput();
    int most = Arrays.stream(steps).max().orElse(1);
    if (!ofOutput.fits(logits.dims(), most) || logits.dim(0) != count) {
      throw new GraphException(
          "The logits '%s' are %s for %d examples, expected %s: one column each for %s%s"
              .formatted(
                  output,
                  logits,
                  count,
                  ofOutput.ofRows(Integer.toString(count)),
                  LabelOrder.listed(network.labelOrder().names()),
                  ofOutput.isRagged() ? "; export it with logits at every position" : ""));
    }
    List<float[]> rows = ofOutput.cut(logits, steps);
    return network.head().lastAlone() ? rows.stream().map(this::last).toList() : rows;
  }

  /** The logits of the last position of a row. */
  private float[] last(float[] row) {
    return Arrays.copyOfRange(row, row.length - network.head().columns().size(), row.length);
  }

  /** Frees the native memory; the next call for logits takes it again. */
  @Override
  public void close() {
    session.close();
  }
}
