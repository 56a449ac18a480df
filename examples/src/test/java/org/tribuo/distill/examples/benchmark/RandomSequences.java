package org.tribuo.distill.examples.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.generation.GeneratedTokens;
import org.tribuo.distill.generation.GeneratedTokensFactory;
import org.tribuo.distill.generation.Vocabulary;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.SparseKlDivergence;
import org.tribuo.distill.student.ScratchEncoderDecoderStudent;
import org.tribuo.distill.student.ScratchTokenStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/**
 * A decoder with random weights, which is trained on random texts, or an encoder-decoder on pairs.
 *
 * @param hasSources whether it has an encoder, of as many layers, that reads as many tokens
 * @param batch texts in a batch
 * @param tokens in a text, the last of which is not read
 */
record RandomSequences(
    boolean hasSources, int vocabulary, int layers, int width, int batch, int tokens) {
  private static final int FIRST = 5;
  private static final int HEADS = 4;
  private static final int WARM_UP = 2;
  private static final float DROPOUT = 0.1f;

  /** How many of a teacher's logits are learnt from. */
  private static final int LARGEST = 32;

  /** Trains so many steps after a few, and tells the listener. */
  DistilledModel<GeneratedTokens> train(
      int steps, Device device, Optional<Path> teacher, StepTimes times) {
    DistillationTrainer.Builder<GeneratedTokens> builder =
        DistillationTrainer.<GeneratedTokens>builder()
            .student(student())
            .epochs(1)
            .batching(new Batching().batchSize(batch))
            .trainingGraph(new TrainingGraphOptions().dropout(DROPOUT))
            .device(device);
    teacher.ifPresent(
        file ->
            builder
                .teacher(OnnxTeacher.of(file))
                .objective(
                    new DistillationObjective()
                        .softLoss(
                            new SparseKlDivergence(LARGEST, SparseKlDivergence.Tail.REST_CLASS))
                        .temperature(1)));
    DistillationTrainer<GeneratedTokens> trainer = builder.build();
    trainer.setListener(times);
    return trainer.train(texts(batch * (WARM_UP + steps + 1)));
  }

  /** The tokens that the model predicts in a second of training: of the median of some steps. */
  double predictedPerSecond(StepTimes times) {
    return 1e3 * batch * tokens / times.medianMilliseconds(WARM_UP);
  }

  /**
   * The tokens of which the teacher gives soft targets in a second: of the median of its batches.
   */
  double targetsPerSecond(StepTimes times) {
    return times.rowsPerSecond(WARM_UP) * tokens;
  }

  private StudentSource student() {
    return hasSources
        ? ScratchEncoderDecoderStudent.of(layers, layers, width, HEADS).withPositions(tokens + 1)
        : ScratchTokenStudent.of(layers, width, HEADS).withPositions(tokens + 1);
  }

  private MutableDataset<GeneratedTokens> texts(int count) {
    SplittableRandom random = new SplittableRandom(1);
    List<Example<GeneratedTokens>> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      GeneratedTokens text = GeneratedTokens.of(some(random).toArray());
      TokenSequence begin = TokenSequence.of(1);
      examples.add(
          hasSources
              ? TokenSequence.of(some(random).toArray()).toExample(begin, text)
              : begin.toExample(text));
    }
    List<String> names = IntStream.range(0, vocabulary).mapToObj(i -> "token " + i).toList();
    GeneratedTokensFactory factory = new GeneratedTokensFactory(Vocabulary.of(names));
    return new MutableDataset<>(
        examples, new SimpleDataSourceProvenance("random texts", factory), factory);
  }

  private IntStream some(SplittableRandom random) {
    return random.ints(tokens, FIRST, vocabulary);
  }
}
