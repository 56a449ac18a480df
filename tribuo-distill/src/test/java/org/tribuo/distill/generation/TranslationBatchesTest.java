package org.tribuo.distill.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Dataset;
import org.tribuo.MutableDataset;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.FixedShapes;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.generation.internal.NextTokens;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.internal.BatchPlan;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.input.internal.text.SourceAndTarget;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.training.internal.data.ExampleRows;
import org.tribuo.distill.training.internal.data.ExampleTrainingData;
import org.tribuo.distill.transformer.internal.Transformer;

/** Batches of sources and targets, either of which may be the longer one. */
class TranslationBatchesTest {
  /** Rows of as many tokens in all, which are padded nonetheless. */
  @Test
  void paddingIsAmongTheTokensOfEitherSide() throws Exception {
    NextTokens task = new NextTokens();
    Dataset<GeneratedTokens> pairs =
        TinyTranslations.dataset(
            Stream.of(
                    TinyTranslations.example(
                        new int[] {7, 8, 9}, TinyTranslations.START, GeneratedTokens.of(30, 31)),
                    TinyTranslations.example(
                        new int[] {7, 8}, TinyTranslations.START, GeneratedTokens.of(30, 31, 32)))
                .flatMap(example -> task.rows(example, 16).stream())
                .toList());
    Transformer model = Transformer.of(Zoo.model("bart_seq2seq_ts14"));
    InputReader<?> reader = new SourceAndTarget().readerOfTrained(model, OptionalInt.empty(), 3);
    ExampleTrainingData data =
        new ExampleTrainingData(
            ExampleRows.of(
                pairs, reader, task.codec(new LabelOrder(TinyTranslations.VOCABULARY.names()))),
            Optional.empty(),
            new int[] {0, 1},
            model.graph().inputs(),
            BatchPlan.ofRows(2),
            1);
    assertThat(data.valuesOf("input_ids").stream()).containsExactly(3, 7, 8, 9);
    assertThat(data.valuesOf("decoder_input_ids").stream()).containsExactly(1, 3, 30, 31);
  }

  /** Sources of different lengths share a batch. */
  @Test
  void anEncoderThatDoesNotTellPaddingIsRefused() throws Exception {
    Map<String, TensorType> inputs =
        new LinkedHashMap<>(Transformer.of(Zoo.model("bart_seq2seq_ts14")).graph().inputs());
    inputs.remove("attention_mask");
    SourceAndTarget modality = new SourceAndTarget();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> modality.feeder(inputs))
        .withMessage(
            "The model has the inputs [input_ids, decoder_input_ids], none of which tells the tokens of a source from padding, and sources differ in length; export it with an attention_mask");
  }

  /** Labels have the length of a batch. */
  @Test
  void aStudentThatFixesTheLengthOfTargetsIsRefused(@TempDir Path folder) throws Exception {
    Path fixed =
        FixedShapes.write(
            Zoo.model("bart_seq2seq_ts14"),
            Map.of("decoder_input_ids", 9L),
            folder.resolve("fixed.onnx"));
    DistillationTrainer<GeneratedTokens> trainer =
        DistillationTrainer.<GeneratedTokens>builder()
            .student(OnnxStudent.of(fixed))
            .batching(new Batching().maxLength(9))
            .build();
    MutableDataset<GeneratedTokens> pairs = TinyTranslations.dataset(4, 3, 3, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.train(pairs))
        .withMessage(
            "Example 0 has 4 positions that something is predicted for, and the student has logits for exactly 9, whatever it reads; export it with a symbolic length");
  }
}
