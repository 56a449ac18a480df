package org.tribuo.distill.operator.internal.standard;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tribuo.distill.operator.Operator;

/**
 * What is known of operators is stated in their entries. Elsewhere a name stands only where one
 * operator is meant: where nodes are written, and in code about a certain formula.
 */
class OperatorNamesTest {
  private static final Path SOURCES = Path.of("src/main/java/org/tribuo/distill");
  private static final Pattern LITERAL = Pattern.compile("\"((?:com\\.microsoft::)?[A-Z]\\w*)\"");

  /** Code that recognises one operator, or a formula that is written with certain ones. */
  private static final Map<String, String> RECOGNISE =
      Map.ofEntries(
          entry("Graph", "a Constant is a tensor, an Identity another name for one"),
          entry("FatalNodes", "nodes at which ONNX Runtime ends the process"),
          entry("EinsumProducts", "Einsum as matrix products"),
          entry("FreeBatch", "sizes that exporters write into Reshape and Expand"),
          entry("FuseGelu", "the formula of Gelu"),
          entry("FuseLayerNormalization", "the formula of LayerNormalization"),
          entry("FuseRootMeanSquare", "the formula of SimplifiedLayerNormalization"),
          entry("GradientSum", "zeros to which something is added at some places"),
          entry("LibraryOperators", "the operators that an operator library has"),
          entry("LogitsBelow", "the formulas of softmax and sigmoid"),
          entry("Matcher", "a square as a power or a product"),
          entry("RemoveIdentities", "four operators that may do nothing, each its way"),
          entry("ResolveConditions", "the branch of an If"),
          entry("ResolveSequences", "sequences of tensors"),
          entry("Selection", "a Gather or a Slice as a selection"),
          entry("ShortProducts", "matrix products with a bias"),
          entry("SharedRoundings", "the form that Reshape gives a factor"),
          entry("SinkSelection", "the sizes that Reshape is given and Shape returns"),
          entry("DistillDomain", "the operators of a library, named as ONNX's"),
          entry("VocabularyCompaction", "the token ids on their way to their table"),
          entry("AttentionSearch", "the scale of attention scores, the split into heads"),
          entry("ChannelFlow", "operators that move elements, position by position"),
          entry("ChannelCut", "the sizes that exporters write into a graph"),
          entry("CachedKeys", "operators that are given sizes, or read them, and the last token"),
          entry("CachedDecoder", "the sizes that Expand is given"),
          entry("KnownSizes", "the pieces of a list of sizes"),
          entry("SubstitutedSizes", "the sizes that Shape returns, and which of them are read"),
          entry("RoundedWeights", "a matrix that is transposed before its product"),
          entry("TextPairHead", "what makes rows of the texts of pairs"),
          entry("DropoutMasks", "Dropout, and that of ones"),
          entry("DropoutPlaces", "the sum of a residual connection"),
          entry("PositionNumbers", "the arithmetic of positions"));

  /** Code that writes nodes. */
  private static final Set<String> WRITE =
      Set.of(
          "Broadcast",
          "Ops",
          "CastFloat16",
          "ChosenLogits",
          "Dkd",
          "RowAxes",
          "Rows",
          "Dropout",
          "EmbeddingFactors",
          "HeadWriter",
          "Int8Products",
          "LastStep",
          "TiedWeights",
          "LayerCut",
          "NativeTensors",
          "EncoderLayers",
          "FilledUpLogits",
          "Float16Weights",
          "NewPerceptron",
          "NewSoundEncoder",
          "NewVisionEncoder",
          "SparseKlDivergence",
          "VocabularyCut");

  @Test
  void namesOfOperatorsStandWhereOneOperatorIsMeant() throws IOException {
    Set<String> found = new TreeSet<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        if (!file.startsWith(SOURCES.resolve("operator")) && namesOne(Files.readString(file))) {
          found.add(file.getFileName().toString().replace(".java", ""));
        }
      }
    }
    Set<String> meant = new TreeSet<>(RECOGNISE.keySet());
    meant.addAll(WRITE);
    assertThat(found)
        .as("classes with names of operators: state what you ask in their entries (Trait)")
        .isEqualTo(meant);
  }

  private static final Set<String> KNOWN =
      StandardOperators.TABLE.all().stream()
          .map(Operator::name)
          .flatMap(name -> Stream.of(name, name.substring(name.lastIndexOf(':') + 1)))
          .collect(Collectors.toSet());

  private static boolean namesOne(String source) {
    return LITERAL.matcher(source).results().anyMatch(found -> KNOWN.contains(found.group(1)));
  }
}
