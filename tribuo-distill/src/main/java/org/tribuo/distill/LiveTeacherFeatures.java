package org.tribuo.distill;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.TokenInputs;
import org.tribuo.distill.runtime.SessionSettings;
import org.tribuo.distill.training.TrainingData;
import org.tribuo.distill.transformer.Feature;

/**
 * Texts with the features of a teacher, which is run over each batch when it is asked for: unlike
 * logits, features of all texts would not fit on a disk. The teacher reads the same tokens as the
 * student, in inputs of its own.
 */
final class LiveTeacherFeatures implements TrainingData, AutoCloseable {
  private final TextTrainingData texts;
  private final TokenInputs inputs;
  private final Set<String> outputs;
  private final InferenceSession session;

  /**
   * A teacher that is opened when the first batch is asked for.
   *
   * @param wanted what the objective reads of the teacher
   * @param padId the token that fills up short rows
   * @param settings where the teacher runs
   * @throws IllegalArgumentException if the teacher has an input that tokens cannot feed
   */
  LiveTeacherFeatures(
      TextTrainingData texts,
      FeatureTeacher teacher,
      List<Feature> wanted,
      int padId,
      SessionSettings settings) {
    this.texts = texts;
    this.inputs = TokenInputs.of(teacher.inputs()).withPadId(padId);
    this.outputs = wanted.stream().map(Feature::inputName).collect(Collectors.toSet());
    this.session = teacher.showing(wanted, settings);
  }

  @Override
  public int rows() {
    return texts.rows();
  }

  @Override
  public List<int[]> epoch(int epoch) {
    return texts.epoch(epoch);
  }

  /** The texts' own tensors, and the teacher's features under their input names. */
  @Override
  public Map<String, Tensor> batch(int[] rows) {
    Map<String, Tensor> batch = new HashMap<>(texts.batch(rows));
    batch.putAll(session.run(texts.tokens(rows, inputs), outputs));
    return batch;
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
