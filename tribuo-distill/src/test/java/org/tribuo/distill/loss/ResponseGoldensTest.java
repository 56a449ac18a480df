package org.tribuo.distill.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Shape;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.loss.internal.Objective;
import org.tribuo.distill.loss.internal.ObjectiveInputs;
import org.tribuo.distill.loss.internal.RowForm;
import org.tribuo.distill.loss.internal.TokenMask;

/**
 * Values and gradients of each response loss against the same losses in PyTorch, for examples and
 * tokens, with rows that do not count. The numbers are those of src/dev/python/response_goldens.py.
 */
class ResponseGoldensTest {
  private static final double RELATIVE = 1e-5;
  private static final Properties GOLDENS = read();

  private static final Map<String, ResponseLossCase> LOSSES =
      ResponseLossCase.ALL.stream()
          .collect(Collectors.toMap(ResponseLossCase::name, Function.identity()));

  private static final Map<String, RowForm> FORMS =
      Map.of(
          "examples", RowForm.examples(),
          "tokens", RowForm.tokens(TokenMask.labels()),
          "causalTokens", new RowForm.Tokens(1, TokenMask.labels(), false),
          "markedTokens", RowForm.tokens(TokenMask.attentionMask()),
          "causalMarkedTokens", new RowForm.Tokens(1, TokenMask.attentionMask(), false));

  record Case(String form, String loss) {
    Objective objective() {
      return Objects.requireNonNull(LOSSES.get(loss), loss)
          .objective(Objects.requireNonNull(FORMS.get(form)));
    }

    double[] expected(String what) {
      return numbers(form + "." + loss + "." + what);
    }

    @Override
    public String toString() {
      return loss + ", " + form;
    }
  }

  static Stream<Case> cases() {
    String end = ".value";
    return GOLDENS.stringPropertyNames().stream()
        .filter(key -> key.endsWith(end))
        .sorted()
        .map(key -> key.substring(0, key.length() - end.length()))
        .map(key -> new Case(key.split("\\.", 2)[0], key.split("\\.", 2)[1]));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void valuesAndGradientsAreThoseOfPyTorch(Case test) throws Exception {
    String data = test.form().equals("examples") ? "examples" : "tokens";
    boolean tokens = data.equals("tokens");
    Map<String, TensorType> others = tokens ? Map.of("attention_mask", marks()) : Map.of();
    try (LossGraph graph =
        LossGraph.of(test.objective(), others, Map.of("logits", logits(tokens)))) {
      Map<String, Tensor> result = graph.run(batch(data, graph.attached().inputs()));
      double value = test.expected("value")[0];
      assertThat(LossGraph.number(result.get("loss")))
          .as("%s: value", test)
          .isEqualTo(value, within(RELATIVE * Math.abs(value)));
      double[] expected = test.expected("gradient");
      double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
      double[] actual = new double[expected.length];
      result.get("logits_grad").data().asDoubleBuffer().get(actual);
      for (int i = 0; i < expected.length; i++) {
        assertThat(actual[i])
            .as("%s: gradient of logit %d", test, i)
            .isEqualTo(expected[i], within(RELATIVE * largest));
      }
    }
  }

  @Test
  void aLossThatHasGoldensHasThemForAllRows() {
    Set<String> expected = new TreeSet<>();
    cases()
        .map(test -> Objects.requireNonNull(LOSSES.get(test.loss())))
        .forEach(
            loss ->
                FORMS.keySet().stream()
                    .filter(
                        form ->
                            !loss.readsVectors()
                                || form.equals("examples")
                                || form.equals("markedTokens"))
                    .forEach(form -> expected.add(loss + ", " + form)));
    assertThat(cases().map(Case::toString)).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void everyLossOfTheLibraryHasGoldensOrAValueComputedElsewhere() {
    assertThat(
            Stream.concat(
                    CheckValuesTest.cases(),
                    cases().map(test -> Objects.requireNonNull(LOSSES.get(test.loss()))))
                .map(test -> test.loss().getClass().getSimpleName()))
        .containsAll(LossClasses.of(HardLoss.class, SoftLoss.class));
  }

  private static Map<String, Tensor> batch(String data, Map<String, TensorType> inputs) {
    long[] shape = Arrays.stream(numbers(data + ".shape")).mapToLong(d -> (long) d).toArray();
    long[] rows = Arrays.copyOf(shape, shape.length - 1);
    long[] pairs = shape.clone();
    pairs[pairs.length - 1] = 2;
    long[] ofTeachers = shape.clone();
    ofTeachers[ofTeachers.length - 1] = ResponseLossCase.TEACHERS;
    boolean sparse = inputs.containsKey(ObjectiveInputs.TEACHER_LOGITS_INDICES);
    TensorType labels = inputs.get(ObjectiveInputs.LABELS);
    boolean vectors = labels != null && labels.elementType() == ElementType.DOUBLE;
    Map<String, Tensor> batch = new HashMap<>();
    batch.put("logits", doubles(data + ".logits", shape));
    batch.put(
        "teacher_logits",
        sparse ? doubles(data + ".largest", pairs) : doubles(data + ".teacher_logits", shape));
    batch.put("teacher_logits_indices", longs(data + ".largest_indices", pairs));
    for (int k = 1; k <= ResponseLossCase.TEACHERS; k++) {
      String name = ObjectiveInputs.ofTeacher(k);
      batch.put(name, doubles(data + "." + name, shape));
    }
    batch.put("teacher_weights", doubles(data + ".teacher_weights", ofTeachers));
    batch.put(
        "labels",
        vectors ? doubles(data + ".label_vectors", shape) : longs(data + ".labels", rows));
    batch.put("labelled", doubles(data + ".labelled", rows));
    batch.put("attention_mask", longs(data + ".attention_mask", rows));
    batch.put("temperature", doubles("temperature"));
    batch.put("loss_scale", Tensor.of(new double[] {1}));
    return batch;
  }

  private static TensorType logits(boolean tokens) {
    Dimension batch = Dimension.of("batch");
    Dimension classes = Dimension.of(4);
    return TensorType.of(
        ElementType.DOUBLE,
        tokens ? Shape.of(batch, Dimension.of("positions"), classes) : Shape.of(batch, classes));
  }

  private static TensorType marks() {
    return TensorType.of(
        ElementType.INT64, Shape.of(Dimension.of("batch"), Dimension.of("positions")));
  }

  private static Tensor doubles(String key, long... dims) {
    return Tensor.of(numbers(key), dims);
  }

  private static Tensor longs(String key, long... dims) {
    return Tensor.of(Arrays.stream(numbers(key)).mapToLong(n -> (long) n).toArray(), dims);
  }

  private static double[] numbers(String key) {
    String text = Objects.requireNonNull(GOLDENS.getProperty(key), key);
    return Arrays.stream(text.split(" ")).mapToDouble(Double::parseDouble).toArray();
  }

  private static Properties read() {
    Properties goldens = new Properties();
    try (InputStream in =
        Objects.requireNonNull(
            ResponseGoldensTest.class.getResourceAsStream("response-goldens.properties"))) {
      goldens.load(in);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return goldens;
  }
}
