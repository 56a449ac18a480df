package org.tribuo.distill.sequence;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.provenance.Provenance;
import java.util.Map;
import java.util.Objects;
import org.tribuo.classification.Label;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.input.internal.SequenceModalities;
import org.tribuo.distill.input.internal.SequenceModality;
import org.tribuo.distill.internal.component.ExampleException;
import org.tribuo.distill.task.token.TagSequence;
import org.tribuo.provenance.TrainerProvenance;
import org.tribuo.provenance.impl.TrainerProvenanceImpl;
import org.tribuo.sequence.SequenceDataset;
import org.tribuo.sequence.SequenceTrainer;

/**
 * Trains a student Transformer to label each element of a sequence, such as the words of a
 * sentence, on labels, on a teacher, or on both. How it trains is what a {@link
 * DistillationTrainer} is configured with: student, teachers, objective, stages and all the rest.
 *
 * <p>Sequences come from {@link org.tribuo.distill.input.text.WordTokenizer} or {@link
 * org.tribuo.distill.input.text.ConllDataSource}. An element is scored at its first token; other
 * tokens are read, and count in no loss. Elements without a label, or whole sequences, have the
 * soft loss alone. A sequence that is longer than the student reads is cut into overlapping
 * windows, and each element is scored in exactly one of them.
 *
 * <p>Over the scored tokens {@code t} of a batch, and those {@code L} of them that have a label,
 * the loss is {@code (1 - alpha) Σ_L w_t hard_t / Σ_L w_t + alpha Σ_t w_t T² KL_t / Σ_t w_t}, where
 * {@code w_t} is the weight of the token's sequence: all tokens count alike, in whichever sequence
 * they are, unless sequences have weights.
 *
 * <pre>{@code
 * SequenceDistillationTrainer trainer =
 *     SequenceDistillationTrainer.of(
 *         DistillationTrainer.<TagSequence>builder()
 *             .student(PrunedStudent.keeping(2, OnnxStudent.of(Path.of("teacher.onnx"))))
 *             .teacher(OnnxTeacher.of(Path.of("teacher.onnx")))
 *             .build());
 * try (DistilledSequenceModel student = trainer.train(sequences)) {
 *   student.exportOnnx(Path.of("student.onnx"));
 * }
 * }</pre>
 *
 * or, from OLCUT:
 *
 * <pre>{@code
 * <component name="tagger" type="org.tribuo.distill.sequence.SequenceDistillationTrainer">
 *   <property name="trainer" value="trainer"/>
 * </component>
 * <component name="trainer" type="org.tribuo.distill.DistillationTrainer">
 *   <property name="student" value="student"/>
 *   <property name="teacher" value="teacher"/>
 * </component>
 * }</pre>
 *
 * <p>Safe for many threads.
 */
public final class SequenceDistillationTrainer implements SequenceTrainer<Label> {
  @Config(mandatory = true, description = "How the student is trained.")
  private DistillationTrainer<TagSequence> trainer;

  /** For OLCUT. */
  private SequenceDistillationTrainer() {}

  /** Trains as this trainer does, which counts the invocations and has the listener. */
  public static SequenceDistillationTrainer of(DistillationTrainer<TagSequence> trainer) {
    SequenceDistillationTrainer sequences = new SequenceDistillationTrainer();
    sequences.trainer = Objects.requireNonNull(trainer, "trainer");
    return sequences;
  }

  @Override
  public DistilledSequenceModel train(SequenceDataset<Label> sequences) {
    return train(sequences, Map.of());
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if there are no sequences, or they do not fit the student, the
   *     teacher or the losses; the message says what is wrong, where, and what to do
   * @throws com.oracle.labs.mlrg.olcut.config.PropertyException if the configuration does not fit
   *     the files that it names
   * @throws org.tribuo.distill.graph.GraphException if the student cannot be trained
   * @throws org.tribuo.distill.TrainingStoppedException if the loss is no longer a finite number
   * @throws java.io.UncheckedIOException if a file cannot be read or written
   */
  @Override
  public DistilledSequenceModel train(
      SequenceDataset<Label> sequences, Map<String, Provenance> runProvenance) {
    if (sequences.size() == 0) {
      throw new IllegalArgumentException("The dataset is empty, expected sequences to train on");
    }
    SequenceModality modality = SequenceModalities.of(sequences.getFeatureMap());
    CutSequences cut = new CutSequences(modality, sequences);
    try {
      DistilledModel<TagSequence> student =
          trainer.train(cut::within, this::getProvenance, runProvenance);
      return DistilledSequenceModel.trained(student, modality, sequences);
    } catch (ExampleException e) {
      throw cut.named(e);
    }
  }

  @Override
  public int getInvocationCount() {
    return trainer.getInvocationCount();
  }

  /**
   * Says which training the next one is, so that an earlier one is done again.
   *
   * @throws IllegalArgumentException if the count is negative
   */
  public void setInvocationCount(int invocationCount) {
    trainer.setInvocationCount(invocationCount);
  }

  /** The configuration, with the SHA-256 of each file that it names. */
  @Override
  public TrainerProvenance getProvenance() {
    return new TrainerProvenanceImpl(this);
  }

  @Override
  public String toString() {
    return "SequenceDistillationTrainer(%s)".formatted(trainer);
  }
}
