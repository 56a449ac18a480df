package org.tribuo.distill.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.OnnxRun;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.generation.Vocabulary;
import org.tribuo.distill.graph.ElementType;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.graph.internal.pass.Float16Weights;
import org.tribuo.distill.graph.internal.pass.InferenceForm;
import org.tribuo.distill.input.text.KeptVocabulary;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.TransformerFiles;
import org.tribuo.distill.transformer.internal.cut.EmbeddingFactors;
import org.tribuo.distill.transformer.internal.layer.EmbeddingTable;

class FactorizedEmbeddingsStudentTest {
  @TempDir Path folder;

  private static final StudentSource BERT =
      OnnxStudent.of(Zoo.file("bert_seqcls_ts11"), List.of("a", "b", "c"));

  private static Student made(StudentSource source) throws IOException {
    return source.make(
        StudentRequest.withoutExamples(
            Head.ofExamples(LabelOrder.of("a", "b", "c")), 0, new TransformerFiles()));
  }

  private static EmbeddingTable table(OnnxModel model) {
    return Transformer.of(model).embeddings().indexedBy("input_ids").get(0);
  }

  /** Positions are still looked up, in a table that is wider than that of the tokens now. */
  @Test
  void itReadsAsLongTextsAsItsSource() throws IOException {
    StudentSource decoder = ScratchTokenStudent.of(1, 16, 2).withPositions(24);
    StudentRequest request =
        StudentRequest.withoutExamples(
            Head.ofVocabulary(new LabelOrder(Vocabulary.ofSize(101).names())),
            0,
            new TransformerFiles());
    for (StudentSource source : List.of(decoder, FactorizedEmbeddingsStudent.ofRank(decoder, 4))) {
      assertThat(source.make(request).transformer().embeddings().maxPositions()).hasValue(24);
    }
  }

  /** Tokens, a mask of ones, and zeros for all else that is read. */
  private static float[] logits(OnnxModel model, String output) {
    long[] ids = new SplittableRandom(1).longs(12, 5, 90).toArray();
    Map<String, TensorType> inputs = Graph.of(model).inputs();
    long[] ones = IntStream.range(0, 12).mapToLong(i -> 1).toArray();
    Map<String, Tensor> fed = new LinkedHashMap<>();
    inputs.forEach(
        (name, type) ->
            fed.put(
                name,
                Tensor.of(
                    name.equals("input_ids")
                        ? ids
                        : name.equals("attention_mask") ? ones : new long[12],
                    2,
                    6)));
    return OnnxRun.of(model, fed, output);
  }

  @Test
  void ofFullRankItComputesTheSame() throws Exception {
    Student whole = made(BERT);
    Student same = made(FactorizedEmbeddingsStudent.ofRank(BERT, 32));

    assertThat(table(same.model()).width()).isEqualTo(32);
    assertThat(logits(same.model(), "logits"))
        .usingComparatorWithPrecision(1e-5f)
        .containsExactly(logits(whole.model(), "logits"));
    assertThat(same.made())
        .containsExactly(
            "Its embeddings are a product of rank 32, which has 100.0 % of their variance.");
  }

  /** No product of the rank is nearer, and what it keeps is what is left of the squares. */
  @ParameterizedTest
  @ValueSource(ints = {1, 8, 31})
  void theProductHasTheVarianceThatItStates(int rank) throws Exception {
    Graph whole = Graph.of(made(BERT).model());
    Student narrow = made(FactorizedEmbeddingsStudent.ofRank(BERT, rank));
    Graph graph = Graph.of(narrow.model());
    EmbeddingTable table = table(narrow.model());
    Tensor rows = graph.initializer(table.initializer());
    Tensor matrix =
        graph.initializers().entrySet().stream()
            .filter(each -> each.getKey().endsWith(".expansion"))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElseThrow();
    float[] expected = whole.initializer(table(made(BERT).model()).initializer()).toFloats();
    float[] product = product(rows.toFloats(), matrix.toFloats(), rank, 32);

    double squares = 0;
    double errors = 0;
    for (int i = 0; i < expected.length; i++) {
      squares += expected[i] * (double) expected[i];
      errors += Math.pow(expected[i] - product[i], 2);
    }
    assertThat(narrow.made().get(0))
        .contains(String.format(Locale.ROOT, "%.1f %% of", 100 * (1 - errors / squares)));
    assertThat(table.width()).isEqualTo(rank);
    assertThat(identity(matrix.toFloats(), rank)).isLessThan(1e-5);
  }

  private static float[] product(float[] rows, float[] matrix, int rank, int width) {
    float[] product = new float[rows.length / rank * width];
    for (int i = 0; i < product.length; i++) {
      double sum = 0;
      for (int k = 0; k < rank; k++) {
        sum += rows[i / width * rank + k] * (double) matrix[k * width + i % width];
      }
      product[i] = (float) sum;
    }
    return product;
  }

  /** How far the products of the matrix's rows are from those of unit vectors at right angles. */
  private static double identity(float[] matrix, int rank) {
    int width = matrix.length / rank;
    double farthest = 0;
    for (int i = 0; i < rank; i++) {
      for (int j = 0; j < rank; j++) {
        double sum = 0;
        for (int k = 0; k < width; k++) {
          sum += matrix[i * width + k] * (double) matrix[j * width + k];
        }
        farthest = Math.max(farthest, Math.abs(sum - (i == j ? 1 : 0)));
      }
    }
    return farthest;
  }

  @Test
  void theSmallestRankThatKeepsEnoughIsTaken() throws Exception {
    long rank = table(made(FactorizedEmbeddingsStudent.keepingVariance(BERT, 0.6)).model()).width();
    Student less = made(FactorizedEmbeddingsStudent.ofRank(BERT, (int) rank - 1));
    Student enough = made(FactorizedEmbeddingsStudent.ofRank(BERT, (int) rank));

    assertThat(kept(less)).isLessThan(60);
    assertThat(kept(enough)).isBetween(60.0, 65.0);
    assertThat(table(made(FactorizedEmbeddingsStudent.keepingVariance(BERT, 1)).model()).width())
        .isEqualTo(32);
  }

  private static double kept(Student student) {
    return Double.parseDouble(student.made().get(0).replaceAll(".*which has ([0-9.]+) %.*", "$1"));
  }

  /** The product of GPT-2's logits reads the table too: there it is computed whole. */
  @Test
  void aTableThatIsTiedToTheLogitsIsFactorisedInBoth() throws Exception {
    OnnxModel whole = Zoo.model("gpt2_causal_optimum");
    long width = table(whole).width();
    Graph factorised =
        EmbeddingFactors.ofLargest(Transformer.of(whole), kept -> (int) width).graph();

    assertThat(factorised.initializers().values().stream().mapToLong(Tensor::elements).sum())
        .isEqualTo(
            Graph.of(whole).initializers().values().stream().mapToLong(Tensor::elements).sum()
                + width * width);
    assertThat(logits(factorised.toModel(), "logits"))
        .usingComparatorWithPrecision(1e-4f)
        .containsExactly(logits(whole, "logits"));
  }

  /** The file has a transpose of the table for the logits, which would no longer be tied to it. */
  @ParameterizedTest
  @ValueSource(strings = {"llama_causal_ts17", "gpt2_causal_ort_fused"})
  void aCopyForTheLogitsIsFactorisedToo(String name) throws Exception {
    OnnxModel whole = Zoo.model(name);
    long width = table(whole).width();
    OnnxModel factorised =
        EmbeddingFactors.ofLargest(Transformer.of(whole), kept -> (int) width).graph().toModel();

    assertThat(factorised.parameters())
        .isEqualTo(whole.parameters() - table(whole).rows() * width + width * width);
    assertThat(logits(factorised, "logits"))
        .usingComparatorWithPrecision(1e-4f)
        .containsExactly(logits(whole, "logits"));
  }

  /** The table and its matrix are held once, in integers, for the lookups and for the logits. */
  @Test
  void aTableThatIsTiedToTheLogitsIsInIntegersForBoth() {
    OnnxModel factorised =
        EmbeddingFactors.ofLargest(Transformer.of(Zoo.model("gpt2_causal_optimum")), kept -> 8)
            .graph()
            .toModel();
    OnnxModel integers =
        InferenceForm.withInt8Weights(Transformer.of(factorised).normalizedForTraining());

    assertThat(Graph.of(integers).initializers().values())
        .filteredOn(tensor -> tensor.elementType() == ElementType.FLOAT && tensor.rank() == 2)
        .as("scales of rows")
        .allSatisfy(scales -> assertThat(scales.dim(1)).isEqualTo(1));
    assertThat(logits(integers, "logits"))
        .usingComparatorWithPrecision(0.1f)
        .containsExactly(logits(factorised, "logits"));
  }

  /**
   * Its factors are halves too, cast where the table was, and rows are looked up in the narrow one.
   */
  @ParameterizedTest
  @ValueSource(strings = {"bert_seqcls_ts11", "gpt2_causal_optimum"})
  void aTableOfHalvesIsFactorised(String name) {
    Graph halves = Graph.of(Zoo.model(name));
    Float16Weights.apply(halves);
    OnnxModel whole = halves.toModel();
    OnnxModel factorised =
        EmbeddingFactors.ofLargest(Transformer.of(whole), EmbeddingFactors.Kept::width)
            .graph()
            .toModel();

    assertThat(logits(factorised, "logits"))
        .usingComparatorWithPrecision(5e-3f)
        .containsExactly(logits(whole, "logits"));
    EmbeddingTable narrow = table(factorised);
    assertThat(narrow.initializer()).endsWith(".table");
    assertThat(Graph.of(factorised).initializer(narrow.initializer()).elementType())
        .isEqualTo(ElementType.FLOAT16);
  }

  /** In either order, and narrower students keep the rank. */
  @Test
  void itComposesWithLayersAndWidth() throws Exception {
    Student first =
        made(
            NarrowedStudent.of(
                    PrunedStudent.keeping(1, FactorizedEmbeddingsStudent.ofRank(BERT, 8)), 16)
                .sample(0));
    Student last =
        made(
            FactorizedEmbeddingsStudent.ofRank(
                NarrowedStudent.of(PrunedStudent.keeping(1, BERT), 16).sample(0), 8));

    for (Student each : List.of(first, last)) {
      assertThat(table(each.model()).width()).isEqualTo(8);
      assertThat(each.transformer().layers().width()).isEqualTo(16);
      assertThat(each.transformer().layers().count()).isEqualTo(1);
      assertThat(logits(each.model(), "logits")).hasSize(6).doesNotContain(Float.NaN);
    }
  }

  /** The narrow table is cut as the whole one is, and is in integers in a file of such. */
  @Test
  void itComposesWithFewerTokensAndWithIntegers() throws Exception {
    Path tokenizer =
        Path.of(
            Objects.requireNonNull(DistillationTrainer.class.getResource("tiny-tokenizer.json"))
                .toURI());
    Path small = folder.resolve("small.json");
    KeptVocabulary kept = KeptVocabulary.of(tokenizer, List.of("w10 w20 w30 w40"));
    kept.writeTokenizer(small);
    Student first =
        made(
            ReducedVocabularyStudent.of(
                FactorizedEmbeddingsStudent.ofRank(BERT, 8), tokenizer, small));
    Student last =
        made(
            FactorizedEmbeddingsStudent.ofRank(
                ReducedVocabularyStudent.of(BERT, tokenizer, small), 8));

    for (Student each : List.of(first, last)) {
      EmbeddingTable table = table(each.model());
      assertThat(table.rows()).isEqualTo(kept.size());
      assertThat(table.width()).isEqualTo(8);
      OnnxModel integers =
          InferenceForm.withInt8Weights(each.transformer().normalizedForTraining());
      assertThat(table(integers).rows()).isEqualTo(kept.size());
      assertThat(integers.bytesOfInitializers()).isLessThan(each.model().bytesOfInitializers() / 2);
    }
  }

  @Test
  void aRankThatIsTooGreatIsRefused() {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> made(FactorizedEmbeddingsStudent.ofRank(BERT, 33)))
        .withMessageContaining("is 33, but the table of embeddings is 32 wide");
  }

  @Test
  void whatReadsNoTokensHasNoEmbeddings() {
    assertThatExceptionOfType(GraphException.class)
        .isThrownBy(
            () ->
                made(
                    FactorizedEmbeddingsStudent.ofRank(ScratchVisionStudent.of(8, 4, 1, 16, 2), 8)))
        .withMessageContaining("The file holds no embedding table of floats");
  }

  @Test
  void aTableThatAFusedOperatorReadsIsRefused() {
    StudentSource fused = OnnxStudent.of(Zoo.file("bert_seqcls_ort_fused"), List.of("a", "b", "c"));

    assertThatExceptionOfType(GraphException.class)
        .isThrownBy(() -> made(FactorizedEmbeddingsStudent.ofRank(fused, 8)))
        .withMessageContaining("EmbedLayerNormalization")
        .withMessageContaining("take the model as it was before its operators were fused");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void aRankIsPositive(int rank) {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> FactorizedEmbeddingsStudent.ofRank(BERT, rank))
        .withMessageContaining("is %d".formatted(rank));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.1, 1.1, Double.NaN})
  void aKeptVarianceIsAFraction(double fraction) {
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> FactorizedEmbeddingsStudent.keepingVariance(BERT, fraction))
        .withMessageContaining("is %s".formatted(fraction));
  }

  @Test
  void theProvenanceIsAConfiguration() throws Exception {
    for (StudentSource student :
        List.of(
            FactorizedEmbeddingsStudent.ofRank(BERT, 8),
            FactorizedEmbeddingsStudent.keepingVariance(BERT, 0.5))) {
      ConfigurationManager configurations = new ConfigurationManager();
      configurations.addConfiguration(ProvenanceUtil.extractConfiguration(student.getProvenance()));
      assertThat(configurations.lookupAll(FactorizedEmbeddingsStudent.class))
          .singleElement()
          .satisfies(again -> assertThat(again.getProvenance()).isEqualTo(student.getProvenance()));
    }
  }
}
