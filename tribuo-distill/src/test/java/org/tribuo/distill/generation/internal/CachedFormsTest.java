package org.tribuo.distill.generation.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.generation.Vocabulary;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.Node;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.input.internal.text.Tokens;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.internal.Transformer;

/** Attention in the forms in which it is written says of kept keys what it says of all tokens. */
class CachedFormsTest {
  private static final int VOCABULARY = 31;
  private static final int WIDTH = 8;
  private static final int HEADS = 2;
  private static final int MAX_LENGTH = 14;

  enum Form {
    WITHOUT_HEADS(true),
    HEADS_IN_AN_AXIS(true),
    ROWS_AND_HEADS_IN_ONE_AXIS(true),
    /** Of what is kept of several rows, a row is not in one piece. */
    HEADS_AND_ROWS_IN_ONE_AXIS(false),
    KEYS_OF_ONE_HEAD(true),
    KEYS_THAT_ARE_VALUES(true),
    ROWS_AS_MINUS_ONE(true),
    HALF_PRECISION(true),
    BIAS_OF_DISTANCES(true),
    WINDOW(true),
    POSITIONS_COUNTED_IN_MASK(true);

    private final boolean isKept;

    Form(boolean isKept) {
      this.isKept = isKept;
    }
  }

  /** Several rows, of which one stops, and more tokens than the model reads. */
  @ParameterizedTest
  @EnumSource
  void eachFormSaysWhatItSaysOfTheWholeText(Form form) {
    Transformer model = Transformer.of(new Attention(form).model());
    StudentNetwork network =
        new StudentNetwork(
            model,
            List.of("logits"),
            Head.ofVocabulary(new LabelOrder(Vocabulary.ofSize(VOCABULARY).names())),
            new Tokens().readerOfTrained(model, OptionalInt.of(MAX_LENGTH), 0));
    SplittableRandom random = new SplittableRandom(1);
    List<Hypothesis> texts = new ArrayList<>();
    for (int given : new int[] {3, 3, 2, 3, 5}) {
      texts.add(Hypothesis.of(Optional.empty(), random.ints(given, 5, VOCABULARY).toArray()));
    }
    float tolerance = form == Form.HALF_PRECISION ? 2e-2f : 1e-4f;
    try (CachedModel cached = CachedModel.making(network, Device.cpu(1)).orElseThrow();
        WholeModel whole = new WholeModel(network.ofLastStep(), Device.cpu(1))) {
      for (int step = 0; step < 12; step++) {
        List<Continuation> found = cached.after(texts);
        List<Continuation> expected = whole.after(texts);
        for (int i = 0; i < texts.size(); i++) {
          assertThat(found.get(i).logits())
              .as("text %d at step %d", i, step)
              .containsExactly(expected.get(i).logits(), within(tolerance));
          int read = Math.min(MAX_LENGTH, texts.get(i).tokens().length);
          assertThat(found.get(i).past().positions()).isEqualTo(form.isKept ? read : 0);
          texts.set(i, texts.get(i).then(random.nextInt(5, VOCABULARY), -1, found.get(i).past()));
        }
        if (step == 2) {
          texts.remove(0);
        }
      }
    }
  }

  /** A layer of attention. */
  private static final class Attention {
    private final Form form;
    private final ElementType type;
    private final Graph graph = Graph.empty(Ops.OPSET);
    private final Ops op = Ops.on(graph);
    private final SplittableRandom random = new SplittableRandom(7);
    private final Value rows;
    private final Value positions;

    Attention(Form form) {
      this.form = form;
      this.type = form == Form.HALF_PRECISION ? ElementType.FLOAT16 : ElementType.FLOAT;
      Value ids = input("input_ids", "positions");
      this.rows = op.slice(op.shapeOf(ids), 0, 0, 1);
      this.positions = op.slice(op.shapeOf(ids), 0, 1, 2);
    }

    private Value input(String name, String length) {
      Shape shape = Shape.of(Dimension.of("rows"), Dimension.of(length));
      graph.addInput(name, TensorType.of(ElementType.INT64, shape));
      return graph.value(name);
    }

    OnnxModel model() {
      Value table = weight(VOCABULARY, WIDTH);
      Value x = op.gather(table, graph.value("input_ids"), 0);
      if (form == Form.POSITIONS_COUNTED_IN_MASK) {
        x = op.add(x, op.gather(weight(MAX_LENGTH + 1, WIDTH), counted(), 0));
      }
      Value queries = op.matmul(x, weight(WIDTH, WIDTH));
      Value keys =
          op.matmul(x, weight(WIDTH, form == Form.KEYS_OF_ONE_HEAD ? WIDTH / HEADS : WIDTH));
      Value values =
          form == Form.KEYS_THAT_ARE_VALUES
              ? keys
              : op.matmul(x, weight(WIDTH, form == Form.KEYS_OF_ONE_HEAD ? WIDTH / HEADS : WIDTH));
      Value scores = op.matmul(heads(queries), false, heads(keys), true);
      Value attended = op.matmul(op.softmax(op.add(scores, mask()), -1), heads(values));
      Value y = op.add(x, further(op.reshape(inRows(attended), sizes(rows, positions, WIDTH))));
      Value logits = op.matmul(y, false, table, true);
      graph.addOutput(op.named("logits", op.cast(logits, ElementType.FLOAT)).name());
      return graph.toModel();
    }

    private Value counted() {
      Value mask = input("attention_mask", "positions");
      List<Value> inputs = List.of(mask, op.constant(Tensor.scalar(1L)));
      return op.call(Node.ONNX, "CumSum", Attributes.NONE, inputs, mask.type()).get(0);
    }

    private Value heads(Value x) {
      if (form == Form.KEYS_OF_ONE_HEAD && x.shape().orElseThrow().dimension(2).is(WIDTH / HEADS)) {
        return op.unsqueeze(x, 1);
      }
      Value split = op.reshape(x, sizes(rows, positions, HEADS, WIDTH / HEADS));
      Value inOne = sizes(op.longs(-1), positions, WIDTH / HEADS);
      return switch (form) {
        case WITHOUT_HEADS -> x;
        case ROWS_AND_HEADS_IN_ONE_AXIS -> op.reshape(op.transpose(split, 0, 2, 1, 3), inOne);
        case HEADS_AND_ROWS_IN_ONE_AXIS -> op.reshape(op.transpose(split, 2, 0, 1, 3), inOne);
        default -> op.transpose(split, 0, 2, 1, 3);
      };
    }

    private Value inRows(Value x) {
      return switch (form) {
        case WITHOUT_HEADS -> x;
        case ROWS_AND_HEADS_IN_ONE_AXIS ->
            op.transpose(
                op.reshape(
                    x,
                    op.concat(
                        0, List.of(rows, op.longs(HEADS), positions, op.longs(WIDTH / HEADS)))),
                0,
                2,
                1,
                3);
        case HEADS_AND_ROWS_IN_ONE_AXIS ->
            op.transpose(
                op.reshape(
                    x,
                    op.concat(
                        0, List.of(op.longs(HEADS), rows, positions, op.longs(WIDTH / HEADS)))),
                1,
                2,
                0,
                3);
        default -> op.transpose(x, 0, 2, 1, 3);
      };
    }

    private Value further(Value x) {
      if (form != Form.ROWS_AS_MINUS_ONE) {
        return x;
      }
      Value all = op.tanh(op.matmul(op.reshape(x, -1, WIDTH), weight(WIDTH, WIDTH)));
      return op.reshape(all, sizes(op.longs(-1), positions, WIDTH));
    }

    private Value mask() {
      Value range = op.range(op.squeeze(positions, 0));
      Value query = op.unsqueeze(range, 1);
      Value key = op.unsqueeze(range, 0);
      Value hidden = op.less(query, key);
      if (form == Form.WINDOW) {
        hidden = op.or(hidden, op.less(key, op.sub(query, op.longs(8))));
      }
      Value mask = op.mul(op.cast(hidden, type), -1e4);
      return form == Form.BIAS_OF_DISTANCES
          ? op.add(
              mask,
              op.mul(
                  op.cast(op.sub(key, query), type),
                  op.constant(Tensor.of(new float[] {0.5f, 0.1f}, HEADS, 1, 1))))
          : mask;
    }

    private Value sizes(Value first, Value second, long... others) {
      return op.concat(0, List.of(first, second, op.longs(others)));
    }

    private Value weight(int rows, int columns) {
      float[] values = new float[rows * columns];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextDouble(-1, 1);
      }
      return op.constant(Tensor.of(values, rows, columns).cast(type));
    }
  }
}
