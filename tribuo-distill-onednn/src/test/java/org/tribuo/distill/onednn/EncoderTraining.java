package org.tribuo.distill.onednn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.engine.internal.AdamW;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.loss.CrossEntropy;
import org.tribuo.distill.loss.KlDivergence;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.ObjectiveInputs;
import org.tribuo.distill.loss.internal.ObjectiveSchedules;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.operator.internal.standard.StandardOperators;
import org.tribuo.distill.schedule.ConstantSchedule;
import org.tribuo.distill.student.ScratchStudent;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.training.TrainingListener;
import org.tribuo.distill.training.TrainingListener.StepReport;
import org.tribuo.distill.training.internal.StudentTraining;
import org.tribuo.distill.training.internal.TrainedStudent;
import org.tribuo.distill.training.internal.TrainingData;
import org.tribuo.distill.training.internal.TrainingSettings;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.TransformerFiles;

/**
 * A new encoder that learns random labels and soft targets.
 *
 * @param tokens in each batch's texts, which are of one length
 */
record EncoderTraining(OnnxModel student, int classes, int batch, int[] tokens) {
  private static final int VOCABULARY = 3000;
  private static final long SEED = 7;

  /** An encoder of so many layers. */
  static EncoderTraining of(int layers, int width, int heads, int batch, int... tokens) {
    int classes = 77;
    List<String> labels = IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    OnnxModel student =
        ScratchStudent.of(VOCABULARY, layers, width, heads)
            .make(
                StudentRequest.withoutExamples(
                    Head.ofExamples(new LabelOrder(labels)), SEED, new TransformerFiles()))
            .model();
    return new EncoderTraining(student, classes, batch, tokens);
  }

  /**
   * What a training did.
   *
   * @param losses of each step
   */
  record Result(List<Float> losses, OnnxModel student) {}

  Result train(Device device) {
    return train(device, 0.1f, TrainingListener.NONE);
  }

  /**
   * @param listener to the steps alone
   */
  Result train(Device device, float dropout, TrainingListener listener) {
    List<Float> losses = new ArrayList<>();
    TrainingListener steps =
        new TrainingListener() {
          @Override
          public void onStep(StepReport report) {
            losses.add(report.loss());
            listener.onStep(report);
          }
        };
    TrainedStudent trained =
        StudentTraining.of(
                Transformer.of(student),
                Objective.of(RowForm.examples(), new CrossEntropy(), new KlDivergence()),
                StandardOperators.TABLE,
                new TrainingSettings(
                    1,
                    1,
                    new ConstantSchedule(2e-4f),
                    AdamW.DEFAULT,
                    OptionalDouble.of(1),
                    new ObjectiveSchedules(
                        new ConstantSchedule(0.5f), new ConstantSchedule(2), Map.of()),
                    dropout,
                    Set.of(),
                    true,
                    false,
                    Optional.empty(),
                    device,
                    SEED),
                new Batches())
            .train(student, new Batches(), Optional.empty(), steps);
    return new Result(losses, trained.model());
  }

  private final class Batches implements TrainingData {
    @Override
    public int rows() {
      return batch * tokens.length;
    }

    @Override
    public List<int[]> epoch(int epoch) {
      return IntStream.range(0, tokens.length)
          .mapToObj(i -> IntStream.range(i * batch, (i + 1) * batch).toArray())
          .toList();
    }

    @Override
    public Map<String, Tensor> batch(int[] rows) {
      int number = rows[0] / batch;
      int length = tokens[number];
      SplittableRandom random = new SplittableRandom(SEED + number);
      long[] ids = random.longs((long) batch * length, 1, VOCABULARY).toArray();
      long[] mask = new long[ids.length];
      Arrays.fill(mask, 1);
      float[] ones = new float[batch];
      Arrays.fill(ones, 1);
      float[] logits = new float[batch * classes];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = (float) random.nextDouble(-2, 2);
      }
      return Map.of(
          "input_ids",
          Tensor.of(ids, batch, length),
          "attention_mask",
          Tensor.of(mask, batch, length),
          ObjectiveInputs.LABELS,
          Tensor.of(random.longs(batch, 0, classes).toArray(), batch),
          ObjectiveInputs.LABELLED,
          Tensor.of(ones, batch),
          ObjectiveInputs.TEACHER_LOGITS,
          Tensor.of(logits, batch, classes));
    }

    @Override
    public long tokens(int[] rows) {
      return (long) batch * tokens[rows[0] / batch];
    }

    @Override
    public BitSet valuesOf(String input) {
      BitSet all = new BitSet();
      all.set(0, VOCABULARY);
      return all;
    }
  }
}
