package org.tribuo.distill.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.DistilledModel;
import org.tribuo.distill.OnnxRun;
import org.tribuo.distill.RecordedSteps;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.loss.SparseKlDivergence;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;

/** Decoders as exporters write them, with and without a past, positions and a mask. */
class CausalZooTest {
  private static final int VOCABULARY = TinyStories.VOCABULARY.size();

  private static DistillationTrainer.Builder<GeneratedTokens> trainer(StudentSource student) {
    return DistillationTrainer.<GeneratedTokens>builder()
        .student(student)
        .epochs(4)
        .optimizer(new AdamWOptimizer().learningRate(1e-2f))
        .batching(new Batching().batchSize(8).maxLength(16))
        .trainingGraph(new TrainingGraphOptions().dropout(0))
        .device(Device.cpu(1));
  }

  /** The natural logarithms of the probabilities of all tokens behind each token. */
  static double[][] logProbabilities(OnnxModel model, int... tokens) {
    long[] ids = Arrays.stream(tokens).asLongStream().toArray();
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    Graph.of(model)
        .inputs()
        .forEach(
            (name, type) ->
                inputs.put(
                    name,
                    switch (name) {
                      case "input_ids" -> Tensor.of(ids, 1, ids.length);
                      case "attention_mask" ->
                          Tensor.of(
                              LongStream.generate(() -> 1).limit(ids.length).toArray(),
                              1,
                              ids.length);
                      case "position_ids" ->
                          Tensor.of(LongStream.range(0, ids.length).toArray(), 1, ids.length);
                      default -> Tensor.of(new float[0], 1, 4, 0, 8);
                    }));
    float[] logits = OnnxRun.of(model, inputs, "logits");
    double[][] logs = new double[tokens.length][VOCABULARY];
    for (int i = 0; i < tokens.length; i++) {
      double sum = 0;
      for (int j = 0; j < VOCABULARY; j++) {
        sum += Math.exp(logits[i * VOCABULARY + j]);
      }
      for (int j = 0; j < VOCABULARY; j++) {
        logs[i][j] = logits[i * VOCABULARY + j] - Math.log(sum);
      }
    }
    return logs;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2_causal_optimum",
        "gpt2_causal_optimum_past",
        "gpt2_causal_ort_fused",
        "llama_causal_ts17",
        "qwen2_causal_ts17",
        "llama_causal_dynamo",
        "llama_causal_ort_extended"
      })
  void perplexityIsThatOfPlainRuns(String name) throws Exception {
    List<Example<GeneratedTokens>> texts = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(1);
    double logLikelihood = 0;
    int predicted = 0;
    for (int i = 0; i < 5; i++) {
      int[] tokens = TinyStories.make(2 + 3 * i, random);
      int prompt = 1 + i / 2;
      texts.add(TinyStories.example(prompt, tokens));
      double[][] logs = logProbabilities(Zoo.model(name), tokens);
      for (int at = prompt; at < tokens.length; at++) {
        logLikelihood += logs[at - 1][tokens[at]];
        predicted++;
      }
    }
    MutableDataset<GeneratedTokens> data = TinyStories.dataset(texts);
    try (DistilledModel<GeneratedTokens> model =
        DistilledModel.of(OnnxTeacher.of(Zoo.file(name)), data.getOutputFactory())) {
      PerplexityEvaluator.Evaluation evaluation = new PerplexityEvaluator().evaluate(model, data);
      assertThat(evaluation.tokens()).isEqualTo(predicted);
      assertThat(evaluation.perplexity())
          .isEqualTo(Math.exp(-logLikelihood / predicted), within(1e-3));
    }
  }

  /** Also where fused operators hide the sums of residual connections. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2_causal_optimum",
        "gpt2_causal_optimum_past",
        "gpt2_causal_ort_fused",
        "llama_causal_ts17",
        "qwen2_causal_ts17",
        "llama_causal_dynamo",
        "llama_causal_ort_extended"
      })
  void aLayerOfItIsTrained(String name) {
    MutableDataset<GeneratedTokens> texts = TinyStories.dataset(60, 3, 14, 2);
    DistillationTrainer<GeneratedTokens> trainer =
        trainer(PrunedStudent.keeping(1, OnnxStudent.of(Zoo.file(name))))
            .teacher(OnnxTeacher.of(Zoo.file(name)))
            .objective(new DistillationObjective().alpha(.1f).softLoss(new SparseKlDivergence(8)))
            .build();
    RecordedSteps steps = new RecordedSteps();
    trainer.setListener(steps);
    try (DistilledModel<GeneratedTokens> student = trainer.train(texts)) {
      assertThat(steps.firstTerms().get("hard")).isGreaterThan(4);
      assertThat(new PerplexityEvaluator().evaluate(student, texts).perplexity()).isLessThan(30);
    }
  }
}
