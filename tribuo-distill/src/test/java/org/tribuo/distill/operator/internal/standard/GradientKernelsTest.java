package org.tribuo.distill.operator.internal.standard;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.engine.internal.ort.ChildJvm;
import org.tribuo.distill.engine.internal.ort.GraphRunner;
import org.tribuo.distill.graph.Attributes;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.OperatorCase;
import org.tribuo.distill.graph.OperatorCase.Sizes;
import org.tribuo.distill.graph.Ops;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.Value;

/**
 * ONNX Runtime's gradient kernels write nowhere but into their outputs, as the rules use them: each
 * in a JVM of its own, without ONNX Runtime's arena, with guards around the outputs.
 */
class GradientKernelsTest {
  /** The operators whose rules use a kernel. */
  private static final Map<String, Set<String>> OPERATORS =
      Map.of("ConvGrad", Set.of("Conv", "AveragePool"), "SliceGrad", Set.of("Slice"));

  private static final Path RULES = Path.of("src/main/java/org/tribuo/distill/operator");
  private static final long SEED = Long.getLong("rules.seed", 20261128L);
  private static final int TRIALS = 2;
  private static final String GUARDED = "-Dgraph.guarded=true";

  @Test
  void everyGradientKernelIsTried() throws IOException {
    Pattern kernel = Pattern.compile("\"(\\w+Grad(_\\d+)?)\"");
    Set<String> used = new TreeSet<>();
    try (Stream<Path> files = Files.walk(RULES).filter(Files::isRegularFile)) {
      files.forEach(
          file -> kernel.matcher(read(file)).results().forEach(found -> used.add(found.group(1))));
    }
    assertThat(used).isEqualTo(new TreeSet<>(OPERATORS.keySet()));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void noneWritesOutsideOfItsOutput() throws Exception {
    assertThat(ChildJvm.start(GradientKernels.class, GUARDED).output())
        .endsWith("cases, each as by differences and within its output");
  }

  @Test
  @Tag("slow")
  void norDoesAnyOperatorOfAnyRule() throws Exception {
    assertThat(ChildJvm.start(AllRules.class, GUARDED).output())
        .endsWith("cases, each as by differences and within its output");
  }

  @Test
  @Tag("slow")
  void norAtRandomRanksSizesAndAttributes() throws Exception {
    assertThat(ChildJvm.start(AtRandom.class, GUARDED, "-Drules.seed=" + SEED).output())
        .endsWith("cases, each as by differences and within its output");
  }

  /** If this fails, ONNX Runtime is mended, and {@link ConvolutionGradient} can become simpler. */
  @Test
  void theGuardsSeeWhatTheRuleGoesAround() throws Exception {
    assertThat(ChildJvm.start(ConvGradOfGroupedSequences.class, GUARDED).output())
        .containsPattern("Something was written \\d+ bytes behind output 'ConvGrad_out");
  }

  /** The cases of the operators whose rules use gradient kernels. */
  static final class GradientKernels {
    public static void main(String... arguments) throws OrtException {
      Set<String> operators = new TreeSet<>();
      OPERATORS.values().forEach(operators::addAll);
      check(
          Stream.of(RuleCases.CASES, RuleCases.CASES_OF_KNOWN_SIZES)
              .flatMap(List::stream)
              .filter(ruleCase -> operators.contains(ruleCase.operator()))
              .toList());
    }
  }

  /** The cases of all rules. */
  static final class AllRules {
    public static void main(String... arguments) throws OrtException {
      check(RuleCases.CASES);
    }
  }

  /** Operators of ranks, sizes and attributes that the seed chooses. */
  static final class AtRandom {
    public static void main(String... arguments) throws OrtException {
      check(RandomCases.of(SEED, Integer.getInteger("rules.cases", 420)));
    }
  }

  private static void check(List<OperatorCase> cases) throws OrtException {
    for (OperatorCase ruleCase : cases) {
      for (int trial = 0; trial < TRIALS; trial++) {
        GradientCheck check = GradientCheck.inDoubleElseFloat(ruleCase, SEED + trial, Sizes.KNOWN);
        if (!(check.distance().error() < check.tolerance())) {
          throw new AssertionError(
              "%s, -Drules.seed=%d: %s"
                  .formatted(ruleCase, SEED + trial, check.distance().worst()));
        }
      }
    }
    System.out.printf(
        "%d cases, each as by differences and within its output%n", TRIALS * cases.size());
  }

  /** The kernel on four groups of sequences. */
  static final class ConvGradOfGroupedSequences {
    public static void main(String... arguments) throws OrtException {
      Graph graph = Graph.empty(Ops.OPSET);
      TensorType sequences = TensorType.of(ElementType.FLOAT, 2, 64, 50);
      TensorType kernels = TensorType.of(ElementType.FLOAT, 64, 16, 1);
      graph.addInput("dy", sequences);
      graph.addInput("x", sequences);
      graph.addInput("w", kernels);
      Ops op = Ops.on(graph);
      Value dx =
          op.microsoft(
              "ConvGrad",
              Attributes.NONE.with("group", 4L).with("kernel_shape", new long[] {1}),
              sequences,
              graph.value("dy"),
              graph.value("x"),
              graph.value("w"));
      graph.addOutput(dx.name());
      Tensor numbers = Tensor.of(new float[2 * 64 * 50], 2, 64, 50);
      GraphRunner.run(
          graph,
          Map.of("dy", numbers, "x", numbers, "w", Tensor.of(new float[64 * 16], 64, 16, 1)));
    }
  }
}
