package org.tribuo.distill.loss;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.util.List;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Value;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.loss.LayerMap.LayerPair;
import org.tribuo.distill.transformer.Activation.Kind;

/**
 * MiniLMv2 (Wang et al. 2021, arXiv:2012.15828): relations between tokens of one layer instead of
 * the tokens themselves. For queries, keys and values each, all heads are put side by side and cut
 * into {@code r} relation heads of width d; {@code R = softmax(X Xᵀ/√d)} over the tokens, and the
 * loss is {@code KL(R_t, R_s)}, mean over relation heads and tokens of an example, then over
 * examples; the three are added. Needs neither equal widths nor equal heads: the first to try for
 * any pair of Transformers.
 *
 * <pre>{@code
 * <component name="relations" type="org.tribuo.distill.loss.MiniLm">
 *   <property name="relationHeads" value="12"/>
 *   <property name="teacherLayer" value="-2"/>
 * </component>
 * }</pre>
 */
public final class MiniLm implements FeatureLoss {
  private static final double HIDDEN = -1e30;

  @ConfigurableName private String component = "MiniLm";

  @Config(
      mandatory = true,
      description =
          "The heads into which queries, keys and values are cut again: a divisor of the widths of"
              + " student and teacher.")
  private int relationHeads;

  @Config(description = "The student's layer, from 1; negative numbers count from the end.")
  private int studentLayer = -1;

  @Config(description = "The teacher's layer, from 1; negative numbers count from the end.")
  private int teacherLayer = -1;

  /** For OLCUT. */
  private MiniLm() {}

  /**
   * A loss on the last layer of both.
   *
   * @param relationHeads r, a divisor of the widths of student and teacher
   * @throws PropertyException if there is no relation head
   */
  public MiniLm(int relationHeads) {
    this(LayerPair.LAST, relationHeads);
  }

  /**
   * A loss on a layer of each.
   *
   * @param layers the layer of each; the teacher's last one, or for large teachers an upper middle
   *     one
   * @param relationHeads r, which must divide the width of all heads of both; more than there are
   *     attention heads is usual
   * @throws PropertyException if there is no relation head
   */
  public MiniLm(LayerPair layers, int relationHeads) {
    this.relationHeads = relationHeads;
    studentLayer = layers.student();
    teacherLayer = layers.teacher();
    postConfig();
  }

  @Override
  public void postConfig() {
    PropertyChecks.of(this, component).checkAtLeast("relationHeads", 1, relationHeads);
  }

  private LayerPair layers() {
    return new LayerPair(studentLayer, teacherLayer);
  }

  @Override
  public Value over(Ops op, Activations activations) {
    LayerPair pair = activations.pairs(LayerMap.of(layers())).get(0);
    return List.of(Kind.QUERIES, Kind.KEYS, Kind.VALUES).stream()
        .map(kind -> ofKind(op, activations, kind, pair))
        .reduce(op::add)
        .orElseThrow();
  }

  private Value ofKind(Ops op, Activations activations, Kind kind, LayerPair pair) {
    Value tokens = activations.tokens(kind);
    Value logP = relations(op, activations.teacher(kind, pair.teacher()), tokens, "teacher");
    Value logQ = relations(op, activations.student(kind, pair.student()), tokens, "student");
    Value perQuery = op.reduceSum(op.mul(op.exp(logP), op.sub(logP, logQ)), -1);
    return op.reduceMean(activations.meanOfEachExample(kind, op.reduceMean(perQuery, 1)));
  }

  /** The logarithms of the relations of tokens: [batch, relation heads, positions, positions]. */
  private Value relations(Ops op, Value vectors, Value tokens, String whose) {
    long width = Activations.width(vectors);
    if (width % relationHeads != 0) {
      throw new GraphException(
          "MiniLm has %d relation heads, which do not divide the width %d of the %s's heads: expected a divisor of both widths"
              .formatted(relationHeads, width, whose));
    }
    long size = width / relationHeads;
    Value heads = op.transpose(op.reshape(vectors, 0, 0, relationHeads, size), 0, 2, 1, 3);
    Value scores = op.matmul(heads, false, heads, true, (float) (1 / Math.sqrt((double) size)));
    Value isToken = op.unsqueeze(op.greater(tokens, op.scalar(0, vectors)), 1, 2);
    return op.logSoftmax(op.where(isToken, scores, op.scalar(HIDDEN, scores)), -1);
  }

  @Override
  public String toString() {
    return "MiniLm(%s, relationHeads=%d)".formatted(layers(), relationHeads);
  }
}
