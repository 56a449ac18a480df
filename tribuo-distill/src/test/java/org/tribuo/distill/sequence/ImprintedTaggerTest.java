package org.tribuo.distill.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tribuo.classification.Label;
import org.tribuo.classification.sequence.LabelSequenceEvaluator;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.student.CosineHead;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.task.token.TagSequence;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.sequence.MutableSequenceDataset;

/** A head of cosines for each token: class means are those of the first pieces of words. */
class ImprintedTaggerTest {
  private static final MutableSequenceDataset<Label> TRAIN =
      TinySentences.dataset(TinySentences.make(120, 8, 1));
  private static final MutableSequenceDataset<Label> TEST =
      TinySentences.dataset(TinySentences.make(40, 8, 2));

  @Test
  void classMeansTellTagsApartBeforeAnythingIsTrainedAndMoreAfterwards() {
    double untrained = accuracy(trainer().stages());
    double trained =
        accuracy(trainer().epochs(4).optimizer(new AdamWOptimizer().learningRate(3e-3f)));
    assertThat(untrained).isGreaterThan(0.5);
    assertThat(trained).isGreaterThan(0.9).isGreaterThan(untrained);
  }

  private static DistillationTrainer.Builder<TagSequence> trainer() {
    StudentSource student =
        EncoderStudent.of(Zoo.file("minilm_embedding_ts14"), Pooling.MEAN)
            .withHead(new CosineHead());
    return DistillationTrainer.<TagSequence>builder().student(student).device(Device.cpu(1));
  }

  private static double accuracy(DistillationTrainer.Builder<TagSequence> trainer) {
    try (DistilledSequenceModel model =
        SequenceDistillationTrainer.of(trainer.build()).train(TRAIN)) {
      return new LabelSequenceEvaluator().evaluate(model, TEST).accuracy();
    }
  }
}
