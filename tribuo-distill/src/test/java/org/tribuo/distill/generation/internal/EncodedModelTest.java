package org.tribuo.distill.generation.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.generation.Vocabulary;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.input.internal.text.SourceAndTarget;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.internal.Transformer;

/** A model that reads a source once says what one says that reads it again for each token. */
class EncodedModelTest {
  private static final int VOCABULARY = 101;
  private static final int WIDTH = 8;

  /** Fewer tokens than targets get. */
  private static final int MAX_LENGTH = 4;

  record Case(String name, OnnxModel model, float tolerance) {
    /** The others' targets attend to their sources alone. */
    boolean attendsToItself() {
      return List.of("bart", "t5", "marian").contains(name);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> models() {
    return Stream.of(
        new Case("bart", Zoo.model("bart_seq2seq_ts14"), 1e-4f),
        new Case("t5", Zoo.model("t5_seq2seq_optimum"), 1e-4f),
        new Case("marian", Zoo.model("marian_seq2seq_ts17"), 1e-4f),
        new Case("positions first", new Attending(ElementType.FLOAT, false).model(), 1e-4f),
        new Case("half precision", new Attending(ElementType.FLOAT16, false).model(), 2e-2f),
        new Case("a state before", new Attending(ElementType.FLOAT, true).model(), 1e-4f));
  }

  @ParameterizedTest
  @MethodSource("models")
  void statesOfSourcesAreThoseThatWouldBeComputedAgain(Case each) {
    Transformer model = Transformer.of(each.model());
    StudentNetwork network =
        new StudentNetwork(
                model,
                List.of("logits"),
                Head.ofVocabulary(new LabelOrder(Vocabulary.ofSize(VOCABULARY).names())),
                new SourceAndTarget().readerOfTrained(model, OptionalInt.of(MAX_LENGTH), 0))
            .ofLastStep();
    SplittableRandom random = new SplittableRandom(1);
    List<Source> sources = new ArrayList<>();
    for (int length : new int[] {3, 1, 4, 3, 2}) {
      sources.add(Source.of(tokens(length, random)));
    }
    try (EncodedModel encoded =
            EncodedModel.of(network, SourceAndTarget.decoderInputs(network.inputs()), Device.cpu(1))
                .orElseThrow();
        WholeModel whole = new WholeModel(network, Device.cpu(1))) {
      List<Source> read = encoded.encoded(sources);
      List<Hypothesis> texts = new ArrayList<>();
      List<Hypothesis> again = new ArrayList<>();
      for (int i = 0; i < sources.size(); i++) {
        int[] target = random.ints(1 + i % 2, 5, VOCABULARY).toArray();
        texts.add(Hypothesis.of(Optional.of(read.get(i)), target));
        again.add(Hypothesis.of(Optional.of(sources.get(i)), target));
      }
      for (int step = 0; step < 6; step++) {
        List<Continuation> found = encoded.after(texts);
        List<Continuation> expected = whole.after(again);
        for (int i = 0; i < texts.size(); i++) {
          assertThat(found.get(i).logits())
              .containsExactly(expected.get(i).logits(), within(each.tolerance()));
          int kept =
              each.attendsToItself() ? Math.min(MAX_LENGTH, texts.get(i).tokens().length) : 0;
          assertThat(found.get(i).past().positions()).isEqualTo(kept);
          int next = random.nextInt(5, VOCABULARY);
          texts.set(i, texts.get(i).then(next, -1, found.get(i).past()));
          again.set(i, again.get(i).then(next, -1, Past.NONE));
        }
      }
    }
  }

  private static TokenSequence tokens(int length, SplittableRandom random) {
    return TokenSequence.of(random.ints(length, 5, VOCABULARY).toArray());
  }

  /**
   * A target that attends to its source, whose keys and values are made of states [positions, rows,
   * width], as PyTorch's own attention does.
   *
   * @param prefixed whether there is a state before those of the tokens
   */
  private record Attending(ElementType type, boolean prefixed) {
    private static TensorType tokens(String positions) {
      return TensorType.of(
          ElementType.INT64, Shape.of(Dimension.of("rows"), Dimension.of(positions)));
    }

    OnnxModel model() {
      Graph graph = Graph.empty(Ops.OPSET);
      graph.addInput("input_ids", tokens("sources"));
      graph.addInput("attention_mask", tokens("sources"));
      graph.addInput("decoder_input_ids", tokens("targets"));
      Ops op = Ops.on(graph);
      SplittableRandom random = new SplittableRandom(7);
      Value table = weight(op, random, VOCABULARY, WIDTH);
      Value source = op.gather(table, graph.value("input_ids"), 0);
      Value mask = op.cast(graph.value("attention_mask"), type);
      if (prefixed) {
        Value first = op.slice(source, 1, 0, 1);
        source = op.concat(1, List.of(op.add(op.mul(first, 0), 1), source));
        mask = op.concat(1, List.of(op.slice(mask, 1, 0, 1), mask));
      }
      Value states = op.add(source, op.tanh(op.matmul(source, weight(op, random, WIDTH, WIDTH))));
      Value read =
          op.tanh(op.matmul(op.transpose(states, 1, 0, 2), weight(op, random, WIDTH, WIDTH)));
      Value target = op.gather(table, graph.value("decoder_input_ids"), 0);
      Value scores =
          op.add(
              op.matmul(target, op.transpose(read, 1, 2, 0)),
              op.mul(op.unsqueeze(op.oneMinus(mask), 1), -1e4));
      Value attended = op.matmul(op.softmax(scores, -1), op.transpose(read, 1, 0, 2));
      Value logits = op.matmul(op.add(target, attended), false, table, true);
      graph.addOutput(op.named("logits", logits).name());
      return graph.toModel();
    }

    private Value weight(Ops op, SplittableRandom random, int rows, int columns) {
      float[] values = new float[rows * columns];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextDouble(-1, 1);
      }
      return op.constant(Tensor.of(values, rows, columns).cast(type));
    }
  }
}
