package org.tribuo.distill.generation.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.generation.Vocabulary;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.input.internal.text.Tokens;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.internal.Transformer;

/** A model that reads each token once says what one says that reads all tokens again. */
class CachedModelTest {
  /** Fewer tokens than texts get. */
  private static final int MAX_LENGTH = 7;

  private static StudentNetwork network(String name) {
    return network(Zoo.model(name));
  }

  private static StudentNetwork network(OnnxModel file) {
    Transformer model = Transformer.of(file);
    LabelOrder columns = new LabelOrder(Vocabulary.ofSize(101).names());
    return new StudentNetwork(
        model,
        List.of("logits"),
        Head.ofVocabulary(columns),
        new Tokens().readerOfTrained(model, OptionalInt.of(MAX_LENGTH), 0));
  }

  /** Those of a file, and those that are made for one that has none. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2_causal_optimum_past",
        "gpt2_causal_optimum",
        "qwen2_causal_ts17",
        "gpt2_causal_ort_fused",
        "llama_causal_dynamo",
        "llama_causal_ts17"
      })
  void keptKeysAndValuesAreThoseThatWouldBeComputedAgain(String name) {
    StudentNetwork network = network(name);
    SplittableRandom random = new SplittableRandom(1);
    List<Hypothesis> texts = new ArrayList<>();
    for (int given : new int[] {1, 3, 2, 3, 5}) {
      texts.add(Hypothesis.of(Optional.empty(), random.ints(given, 5, 100).toArray()));
    }
    try (CachedModel cached = cached(network);
        WholeModel whole = new WholeModel(network.ofLastStep(), Device.cpu(1))) {
      for (int step = 0; step < 8; step++) {
        List<Continuation> found = cached.after(texts);
        List<Continuation> expected = whole.after(texts);
        for (int i = 0; i < texts.size(); i++) {
          assertThat(found.get(i).logits())
              .containsExactly(expected.get(i).logits(), within(1e-4f));
          int read = Math.min(MAX_LENGTH, texts.get(i).tokens().length);
          assertThat(found.get(i).past().positions()).isEqualTo(read);
          assertThat(expected.get(i).past()).isEqualTo(Past.NONE);
          texts.set(i, texts.get(i).then(random.nextInt(5, 100), -1, found.get(i).past()));
        }
      }
    }
  }

  private static CachedModel cached(StudentNetwork network) {
    return CachedModel.of(network, Device.cpu(1))
        .or(() -> CachedModel.making(network, Device.cpu(1)))
        .orElseThrow();
  }

  /** What it would keep of a token depends on the tokens that follow. */
  @Test
  void ofAModelThatReadsLaterPositionsNothingIsKept() {
    Transformer model = Transformer.of(Zoo.model("bert_tokcls_ts14"));
    StudentNetwork network =
        new StudentNetwork(
            model,
            List.of("logits"),
            Head.ofVocabulary(new LabelOrder(Vocabulary.ofSize(5).names())),
            new Tokens().readerOfTrained(model, OptionalInt.of(MAX_LENGTH), 0));
    Hypothesis text = Hypothesis.of(Optional.empty(), new int[] {5, 6, 7});
    try (CachedModel cached = CachedModel.making(network, Device.cpu(1)).orElseThrow();
        WholeModel whole = new WholeModel(network.ofLastStep(), Device.cpu(1))) {
      for (int step = 0; step < 3; step++) {
        Continuation found = cached.after(List.of(text)).get(0);
        assertThat(found.past()).isEqualTo(Past.NONE);
        assertThat(found.logits())
            .containsExactly(whole.after(List.of(text)).get(0).logits(), within(1e-4f));
        text = text.then(8 + step, -1, found.past());
      }
    }
  }

  @Test
  void aFileWithoutAPastKeepsNone() {
    assertThat(CachedModel.of(network("gpt2_causal_optimum"), Device.cpu(1))).isEmpty();
  }

  /** As models with a sliding window may. */
  @Test
  void aFileThatKeepsFewerPositionsThanItReadIsRefused() {
    Graph graph = Transformer.of(Zoo.model("gpt2_causal_optimum_past")).normalized();
    graph.rename("present.1.key", "all");
    Ops op = Ops.on(graph);
    graph.removeOutput("all");
    op.named("present.1.key", op.slice(graph.value("all"), 2, -2, Long.MAX_VALUE));
    graph.addOutput("present.1.key");
    List<Hypothesis> texts = List.of(Hypothesis.of(Optional.empty(), new int[] {5, 6, 7}));
    try (CachedModel cached =
        CachedModel.of(network(graph.toModel()), Device.cpu(1)).orElseThrow()) {
      assertThatThrownBy(() -> cached.after(texts))
          .isInstanceOf(GraphException.class)
          .hasMessage(
              "The model's output 'present.1.key' is FLOAT[1, 4, 2, 8], expected [1, 4, 3, 8] for 1 texts of 3 tokens; export the model without its past");
    }
  }
}
