package org.tribuo.distill.examples.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistillationListener;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.student.ScratchStudent;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/**
 * An encoder with random weights, which is trained on random texts.
 *
 * @param vocabulary tokens that it knows; the texts have some thousand of them
 * @param batch texts in a batch
 * @param tokens in a text
 */
record RandomEncoder(int vocabulary, int layers, int width, int batch, int tokens) {
  private static final int USED = 3000;
  private static final int LABELS = 77;
  private static final int HEADS = 12;
  private static final int WARM_UP = 2;
  private static final float DROPOUT = 0.1f;

  /** The milliseconds from one update of the weights to the next: the median of some steps. */
  double step(int steps, Device device, Optional<Path> teacher) {
    StepTimes times = new StepTimes();
    train(WARM_UP + steps + 1, device, teacher, times).close();
    return times.medianMilliseconds(WARM_UP);
  }

  /** What comes out of some steps. */
  DistilledModel<Label> train(int steps, Device device) {
    return train(steps, device, Optional.empty(), DistillationListener.NONE);
  }

  private DistilledModel<Label> train(
      int steps, Device device, Optional<Path> teacher, DistillationListener listener) {
    SplittableRandom random = new SplittableRandom(1);
    List<Example<Label>> examples = new ArrayList<>();
    for (int i = 0; i < batch * steps; i++) {
      examples.add(text(random, tokens).toExample(new Label("label " + i % LABELS)));
    }
    LabelFactory factory = new LabelFactory();
    DistillationTrainer.Builder<Label> builder =
        DistillationTrainer.<Label>builder()
            .student(ScratchStudent.of(vocabulary, layers, width, HEADS))
            .epochs(1)
            .batching(new Batching().batchSize(batch))
            .trainingGraph(new TrainingGraphOptions().dropout(DROPOUT))
            .device(device);
    teacher.map(OnnxTeacher::of).ifPresent(builder::teacher);
    DistillationTrainer<Label> trainer = builder.build();
    trainer.setListener(listener);
    return trainer.train(
        new MutableDataset<>(
            examples, new SimpleDataSourceProvenance("random texts", factory), factory));
  }

  /** A text of so many tokens. */
  static TokenSequence text(SplittableRandom random, int tokens) {
    return TokenSequence.of(random.ints(tokens, 5, USED).toArray());
  }
}
