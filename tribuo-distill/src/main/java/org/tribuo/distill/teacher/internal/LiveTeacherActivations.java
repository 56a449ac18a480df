package org.tribuo.distill.teacher.internal;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.InferenceSession;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.internal.FedInputs;
import org.tribuo.distill.training.internal.CountedRows;
import org.tribuo.distill.training.internal.TrainingData;
import org.tribuo.distill.training.internal.data.ExampleTrainingData;
import org.tribuo.distill.transformer.Activation;
import org.tribuo.distill.transformer.Activation.Kind;
import org.tribuo.distill.transformer.Activation.Site;

/**
 * Texts with the activations of a teacher, which is run over each batch when it is made: unlike
 * logits, activations of all texts would not fit on a disk. Those of some texts may be kept in
 * memory; then it is run over the other texts of a batch alone. The teacher reads the same tokens
 * as the student, in inputs of its own.
 *
 * <p>What is kept is what the teacher would show again, but for padding, as {@link
 * TextActivation#batch} says, and for the rounding, which may depend on the other texts of a batch.
 * Batches are read by one thread at a time.
 */
public final class LiveTeacherActivations implements TrainingData, AutoCloseable {
  private final ExampleTrainingData texts;
  private final FedInputs<?> inputs;
  private final List<Activation> wanted;
  private final Set<String> outputs;
  private final InferenceSession session;
  private final KeptActivations kept;
  private long computedRows;
  private long reusedRows;

  /**
   * A teacher that is opened when the first batch is made.
   *
   * @param wanted what the objective reads of the teacher
   * @param device where the teacher runs
   * @param cacheBytes the maximum that is kept, 0 for nothing; else student and teacher must
   *     distinguish tokens from padding
   * @throws IllegalArgumentException if the teacher has an input that tokens cannot feed
   */
  public LiveTeacherActivations(
      ExampleTrainingData texts,
      ActivationTeacher teacher,
      List<Activation> wanted,
      Device device,
      long cacheBytes) {
    this.texts = texts;
    this.inputs = FedInputs.of(texts.inputs(), teacher.inputs());
    this.wanted = List.copyOf(wanted);
    this.outputs = wanted.stream().map(Activation::inputName).collect(Collectors.toSet());
    this.session = teacher.showing(wanted, device);
    this.kept = new KeptActivations(cacheBytes);
  }

  @Override
  public int rows() {
    return texts.rows();
  }

  @Override
  public List<int[]> epoch(int epoch) {
    return texts.epoch(epoch);
  }

  /** The texts' own tensors, and the teacher's activations under their input names. */
  @Override
  public Map<String, Tensor> batch(int[] rows) {
    Map<String, Tensor> batch = new HashMap<>(texts.batch(rows));
    batch.putAll(activations(rows));
    return batch;
  }

  private Map<String, Tensor> activations(int[] rows) {
    int[] asked = asked(rows);
    computedRows += asked.length;
    reusedRows += rows.length - asked.length;
    if (asked.length == 0) {
      return together(rows, Map.of());
    }
    Map<String, Tensor> shown = session.run(inputs.batch(asked), outputs);
    Map<Integer, List<TextActivation>> ofRows = ofRows(asked, shown);
    ofRows.forEach(kept::keep);
    return asked.length == rows.length ? shown : together(rows, ofRows);
  }

  /** The rows that the teacher must be run over: those that are not kept, if it takes so few. */
  private int[] asked(int[] rows) {
    int[] missing = Arrays.stream(rows).filter(row -> !kept.has(row)).toArray();
    return missing.length == 0 || inputs.feeder().fixedRows().isEmpty() ? missing : rows;
  }

  /** In the order of the rows. */
  private Map<Integer, List<TextActivation>> ofRows(int[] rows, Map<String, Tensor> shown) {
    Map<Integer, List<TextActivation>> ofRows = new LinkedHashMap<>();
    for (int i = 0; i < rows.length; i++) {
      int index = i;
      int row = rows[i];
      ofRows.put(
          row,
          wanted.stream()
              .map(
                  f ->
                      new TextActivation(
                          f.kind(),
                          tensor(shown, f.inputName()),
                          index,
                          positions(f, row),
                          keys(f, row)))
              .toList());
    }
    return ofRows;
  }

  /** A batch of rows that were shown just now and rows that are kept. */
  private Map<String, Tensor> together(int[] rows, Map<Integer, List<TextActivation>> shown) {
    List<List<TextActivation>> ofRows =
        Arrays.stream(rows)
            .mapToObj(row -> shown.containsKey(row) ? shown.get(row) : kept.get(row))
            .toList();
    Map<String, Tensor> batch = new HashMap<>();
    for (int i = 0; i < wanted.size(); i++) {
      int activation = i;
      List<TextActivation> one =
          ofRows.stream().map(activations -> activations.get(activation)).toList();
      Activation of = wanted.get(i);
      batch.put(
          of.inputName(),
          TextActivation.batch(
              one,
              Arrays.stream(rows).map(row -> positions(of, row)).max().orElseThrow(),
              Arrays.stream(rows).map(row -> keys(of, row)).max().orElseThrow()));
    }
    return batch;
  }

  private int positions(Activation of, int row) {
    boolean ofKeys = of.kind() == Kind.KEYS || of.kind() == Kind.VALUES;
    return tokens(ofKeys ? of.site().ofKeys() : of.site().ofQueries(), row);
  }

  private int keys(Activation of, int row) {
    return tokens(of.site().ofKeys(), row);
  }

  /** Those that a stack reads: of a source and a target the length is that of both. */
  private int tokens(Site stack, int row) {
    int length = inputs.examples().length(row);
    return switch (stack) {
      case ENCODER -> length - inputs.examples().steps(row);
      case DECODER -> inputs.examples().steps(row);
      default -> length;
    };
  }

  private static Tensor tensor(Map<String, Tensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  /** How many rows the teacher was run over until now, a row of two epochs twice. */
  public long computedRows() {
    return computedRows;
  }

  /** For how many rows it was not run, since what it had shown of them was kept. */
  public long reusedRows() {
    return reusedRows;
  }

  /** The bytes of the numbers that are kept. */
  public long keptBytes() {
    return kept.bytes();
  }

  @Override
  public Optional<CountedRows> counted(int[] rows) {
    return texts.counted(rows);
  }

  @Override
  public long tokens(int[] rows) {
    return texts.tokens(rows);
  }

  @Override
  public BitSet valuesOf(String input) {
    return texts.valuesOf(input);
  }

  /** Frees the teacher's native memory. May be called twice. */
  @Override
  public void close() {
    session.close();
  }
}
