package org.tribuo.distill.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.loss.Activations.ExampleVector;
import org.tribuo.distill.loss.FeatureGraph.Sizes;
import org.tribuo.distill.loss.LayerMap.LayerPair;

/**
 * Each loss on activations, against values that were computed from the formulas in NumPy or are
 * worked out here.
 */
class FeatureCheckValuesTest {
  private static final double[] STUDENT = {1, 0, 0, 2, 1, 1};
  private static final double[] TEACHER = {2, 1, 0, 1, -1, 1};
  private static final Offset<Double> CLOSE = within(1e-5);
  private static final LayerMap LAST = LayerMap.of(LayerPair.LAST);

  @Test
  void hiddenStateMse() throws Exception {
    assertThat(ofStates(new HiddenStateMse(LAST))).isEqualTo(1.166667, CLOSE);
  }

  @Test
  void hiddenStateCosine() throws Exception {
    assertThat(ofStates(new HiddenStateCosine(LAST))).isEqualTo(.368524, CLOSE);
  }

  @Test
  void pkd() throws Exception {
    assertThat(ofStates(new Pkd(LAST))).isEqualTo(.737049, CLOSE);
  }

  @Test
  void rkdDistance() throws Exception {
    assertThat(ofStates(new RkdDistance(LayerPair.LAST, ExampleVector.FIRST_TOKEN)))
        .isEqualTo(.121853, CLOSE);
  }

  @Test
  void rkdAngle() throws Exception {
    assertThat(ofStates(new RkdAngle(LayerPair.LAST, ExampleVector.FIRST_TOKEN)))
        .isEqualTo(.197138, CLOSE);
  }

  @Test
  void similarityPreserving() throws Exception {
    assertThat(ofStates(new SimilarityPreserving(LayerPair.LAST, ExampleVector.MEAN)))
        .isEqualTo(.222369, CLOSE);
  }

  @Test
  void cka() throws Exception {
    assertThat(ofStates(new Cka(LayerPair.LAST, ExampleVector.MEAN))).isEqualTo(.652976, CLOSE);
  }

  @Test
  void embeddingMse() throws Exception {
    assertThat(ofStates(HiddenStateMse.ofEmbeddings())).isEqualTo(1.166667, CLOSE);
  }

  @Test
  void miniLmComparesRelationsOfTokens() throws Exception {
    // One example of two tokens, one relation head of width 1: the relations are softmax(x xᵀ).
    double[] student = {1, 2};
    double[] teacher = {0, 3};
    double expected = 0;
    for (int query = 0; query < 2; query++) {
      double[] q = softmax(student[query] * student[0], student[query] * student[1]);
      double[] p = softmax(teacher[query] * teacher[0], teacher[query] * teacher[1]);
      expected += 3 * kl(p, q) / 2;
    }
    Sizes sizes = new Sizes(1, 1, 1);

    double loss = run(new MiniLm(LayerPair.LAST, 1), sizes, sizes, student, teacher, 1, 2);

    assertThat(loss).isEqualTo(expected, CLOSE);
  }

  @Test
  void attentionOfOneHead() throws Exception {
    double[] student = {1, 2, 0, 1};
    double[] teacher = {0, 0, 1, -1};
    Sizes sizes = new Sizes(1, 1, 1);
    double divergence = (kl(softmax(0, 0), softmax(1, 2)) + kl(softmax(1, -1), softmax(0, 1))) / 2;

    assertThat(attention(new AttentionMse(LAST, AttentionForm.SCORES), sizes, student, teacher))
        .isEqualTo((1 + 4 + 1 + 4) / 4.0, CLOSE);
    assertThat(attention(new AttentionKl(LAST, AttentionForm.SCORES), sizes, student, teacher))
        .isEqualTo(divergence, CLOSE);
  }

  @Test
  void attentionProbabilities() throws Exception {
    double[] student = {.5, .5, .25, .75};
    double[] teacher = {.75, .25, .25, .75};
    Sizes sizes = new Sizes(1, 1, 1);
    double divergence = (.75 * Math.log(.75 / .5) + .25 * Math.log(.25 / .5)) / 2;

    assertThat(
            attention(new AttentionMse(LAST, AttentionForm.PROBABILITIES), sizes, student, teacher))
        .isEqualTo(2 * .0625 / 4, CLOSE);
    assertThat(
            attention(new AttentionKl(LAST, AttentionForm.PROBABILITIES), sizes, student, teacher))
        .isEqualTo(divergence, CLOSE);
  }

  @Test
  void tinyBertIsTheSumOfItsParts() throws Exception {
    double parts =
        ofStates(HiddenStateMse.ofEmbeddings())
            + ofStates(new HiddenStateMse(LAST))
            + ofStates(new AttentionMse(LAST, AttentionForm.SCORES));

    assertThat(ofStates(new TinyBert(LayerMap.uniform()))).isEqualTo(parts, CLOSE);
  }

  /** Three examples of one token. */
  private static double ofStates(FeatureLoss loss) throws Exception {
    Sizes sizes = new Sizes(1, 2, 1);
    return run(loss, sizes, sizes, STUDENT, TEACHER, 3, 1);
  }

  /** One example of two tokens. */
  private static double attention(FeatureLoss loss, Sizes sizes, double[] student, double[] teacher)
      throws Exception {
    return run(loss, sizes, sizes, student, teacher, 1, 2);
  }

  private static double run(
      FeatureLoss loss,
      Sizes ofStudent,
      Sizes ofTeacher,
      double[] student,
      double[] teacher,
      int batch,
      int positions)
      throws Exception {
    FeatureGraph graph = new FeatureGraph(ofStudent);
    try (LossGraph attached = graph.attach(loss, new FeatureGraph(ofTeacher))) {
      Map<String, Tensor> feeds = new HashMap<>();
      feeds.put(FeatureGraph.MASK, ones(batch, positions));
      feeds.put("logits", Tensor.of(new double[2 * batch], batch, 2));
      feeds.put("loss_scale", Tensor.of(new double[] {1}));
      feeds.put("weight_term", Tensor.of(new double[] {1}));
      graph
          .values()
          .keySet()
          .forEach(
              activation -> {
                boolean attention = activation.kind().isAttention();
                int width = attention ? positions : ofStudent.width();
                long[] dims =
                    attention
                        ? new long[] {batch, 1, positions, positions}
                        : new long[] {batch, positions, width};
                boolean fits = student.length == batch * positions * width;
                double[] none = new double[batch * positions * width];
                feeds.put(FeatureGraph.inputOf(activation), Tensor.of(fits ? student : none, dims));
                feeds.put(activation.inputName(), Tensor.of(fits ? teacher : none, dims));
              });
      return LossGraph.number(attached.run(feeds).get("term"));
    }
  }

  private static Tensor ones(int batch, int positions) {
    long[] ones = new long[batch * positions];
    java.util.Arrays.fill(ones, 1);
    return Tensor.of(ones, batch, positions);
  }

  private static double[] softmax(double a, double b) {
    double sum = Math.exp(a) + Math.exp(b);
    return new double[] {Math.exp(a) / sum, Math.exp(b) / sum};
  }

  private static double kl(double[] p, double[] q) {
    double sum = 0;
    for (int i : List.of(0, 1)) {
      sum += p[i] * Math.log(p[i] / q[i]);
    }
    return sum;
  }
}
