package org.tribuo.distill.zoo;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Sizes;
import org.tribuo.distill.graph.internal.pass.DecompositionCases;

/** Small models around one construct each, whose sizes, attributes and opsets a seed chooses. */
final class ConstructModels {
  private ConstructModels() {}

  /** Constructs of one kind, of one node. */
  private record Family(String name, int count, Function<Draw, OperatorCase> make) {}

  /** Of these, ONNX Runtime has all kernels in float64 too. */
  private static final Set<String> IN_DOUBLE_TOO =
      Set.of(
          "product", "gemm", "rearranged", "joined", "cut", "indexed", "scattered", "identities");

  private static final List<Family> FAMILIES =
      List.of(
          new Family("unary", 70, ElementwiseConstructs::unary),
          new Family("binary", 40, ElementwiseConstructs::binary),
          new Family("bounded", 20, ElementwiseConstructs::bounded),
          new Family("product", 24, MatrixConstructs::product),
          new Family("fused product", 12, MatrixConstructs::fusedProduct),
          new Family("gemm", 20, MatrixConstructs::gemm),
          new Family("einsum", 20, MatrixConstructs::einsum),
          new Family("reduction", 60, MatrixConstructs::reduction),
          new Family("softmax", 30, MatrixConstructs::softmax),
          new Family("convolution", 50, ImageConstructs::convolution),
          new Family("pooling", 50, ImageConstructs::pooling),
          new Family("counted padding", 20, ImageConstructs::countedPadding),
          new Family("global pooling", 8, ImageConstructs::globalPooling),
          new Family("interpolation", 40, ImageConstructs::interpolation),
          new Family("rearranged", 40, ShapeConstructs::rearranged),
          new Family("joined", 40, ShapeConstructs::joined),
          new Family("cut", 40, ShapeConstructs::cut),
          new Family("indexed", 40, ShapeConstructs::indexed),
          new Family("scattered", 20, ShapeConstructs::scattered),
          new Family("identities", 12, ShapeConstructs::identities),
          new Family("normalised features", 30, NormalizationConstructs::ofFeatures),
          new Family("normalised channels", 30, NormalizationConstructs::ofChannels));

  /** All models of a seed. */
  static List<Construct> of(long seed) {
    List<Construct> models = new ArrayList<>();
    for (Family family : FAMILIES) {
      for (int i = 0; i < family.count(); i++) {
        Draw draw = draw(seed, family.name(), i);
        OperatorCase operator = family.make().apply(draw);
        String name = "%s %d of seed %d".formatted(family.name(), i, seed);
        boolean wide = IN_DOUBLE_TOO.contains(family.name()) && draw.coin();
        ElementType floats = wide ? ElementType.DOUBLE : ElementType.FLOAT;
        models.add(of(name, operator, floats, sizes(draw), draw));
      }
    }
    List<OperatorCase> fused = DecompositionCases.CASES;
    for (int i = 0; i < fused.size(); i++) {
      String name = "fused %d of seed %d".formatted(i, seed);
      models.add(of(name, fused.get(i), ElementType.FLOAT, Sizes.KNOWN, draw(seed, "fused", i)));
    }
    for (int i = 0; i < 3 * GraphConstructs.kinds(); i++) {
      models.add(
          GraphConstructs.of(
              i % GraphConstructs.kinds(),
              draw(seed, "graph", i),
              "graph %d of seed %d".formatted(i, seed)));
    }
    return models;
  }

  private static Draw draw(long seed, String family, int index) {
    return new Draw(new SplittableRandom(seed * 1_000_003 + family.hashCode() * 1_009L + index));
  }

  private static Sizes sizes(Draw draw) {
    return draw.coin() ? Sizes.KNOWN : Sizes.UNKNOWN;
  }

  private static Construct of(
      String name, OperatorCase operator, ElementType floats, Sizes sizes, Draw draw) {
    return Construct.of(
        "%s: %s %s, opset %d, %s, sizes %s"
            .formatted(
                name,
                operator,
                operator.attributes().toProtos().toString().replaceAll("\\s+", " "),
                operator.opset(),
                floats,
                sizes == Sizes.KNOWN ? "known" : "unknown"),
        operator.instance(draw.random().nextLong(), floats, sizes));
  }
}
