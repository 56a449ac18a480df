package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.Dataset;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.text.CsvTextDataSource;
import org.tribuo.distill.input.text.KeptVocabulary;
import org.tribuo.distill.student.NarrowedStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.ReducedVocabularyStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.teacher.SeveralTeachers;
import org.tribuo.distill.teacher.TeacherSource;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.training.EarlyStopping;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.test.Helpers;

/** Students that are trained with the tokens of their texts alone. */
class ReducedVocabularyTest {
  private static final Path BERT = Zoo.file("bert_seqcls_ts11");
  private static final List<String> ORDER = TinyWords.ORDER;

  @TempDir Path folder;
  private Path whole;
  private Path small;
  private TinyWords words;
  private KeptVocabulary kept;

  @BeforeEach
  void reduce() throws Exception {
    words = TinyWords.in(folder);
    whole = words.tokenizer();
    small = folder.resolve("small.json");
    kept = KeptVocabulary.ofExamples(whole, texts(whole), 1);
    kept.writeTokenizer(small);
  }

  private MutableDataset<Label> texts(Path tokenizer) {
    return words.read(tokenizer);
  }

  private static StudentSource layers() {
    return PrunedStudent.keeping(1, OnnxStudent.of(BERT, ORDER));
  }

  private StudentSource reduced() {
    return ReducedVocabularyStudent.of(layers(), whole, small);
  }

  private OnnxTeacher teacher(String zooCase) {
    return OnnxTeacher.of(Zoo.file(zooCase), ORDER).reading(whole, 0);
  }

  private DistillationTrainer.Builder<Label> builder(StudentSource student, TeacherSource teacher) {
    return DistillationTrainer.<Label>builder()
        .student(student)
        .teacher(teacher)
        .epochs(2)
        .optimizer(new AdamWOptimizer().learningRate(1e-3f))
        .softTargetStore(folder.resolve("store"))
        .device(Device.cpu(1));
  }

  private static String run(Model<?> model, String value) {
    return Objects.requireNonNull(
            model.getProvenance().getInstanceProvenance().getMap().get(value), value)
        .toString();
  }

  /** Rows of tokens that no text has are neither read nor trained. */
  @Test
  void aStudentLearnsWhatTheOneWithTheWholeVocabularyLearns() throws Exception {
    Path exported = folder.resolve("student.onnx");
    try (DistilledModel<Label> few =
            builder(reduced(), teacher("bert_seqcls_ts11")).build().train(texts(small));
        DistilledModel<Label> all =
            builder(layers(), teacher("bert_seqcls_ts11")).build().train(texts(whole))) {
      assertThat(run(few, "soft-targets-computed")).isEqualTo("24");
      assertThat(run(all, "soft-targets-reused")).as("the teacher reads the same").isEqualTo("24");
      List<Prediction<Label>> ofFew = few.predict(texts(small));
      List<Prediction<Label>> ofAll = all.predict(texts(whole));
      for (int i = 0; i < ofFew.size(); i++) {
        assertThat(ofFew.get(i).getOutput().getScore())
            .isEqualTo(ofAll.get(i).getOutput().getScore(), within(1e-5));
        assertThat(ofFew.get(i).getOutput().getLabel())
            .isEqualTo(ofAll.get(i).getOutput().getLabel());
      }
      few.exportOnnx(exported);
      assertThat(few.bytesOfWeights()).isLessThan(all.bytesOfWeights());
    }
    assertThat(Transformer.of(OnnxModel.read(exported)).embeddings().rows("input_ids"))
        .hasValue(kept.size());
  }

  /** The sample by which layers and width are chosen has the tokens of the reduced vocabulary. */
  @Test
  void layersAndWidthAreChosenAfterTheVocabularyIsCut() throws Exception {
    StudentSource first = ReducedVocabularyStudent.of(OnnxStudent.of(BERT, ORDER), whole, small);
    StudentSource narrow =
        NarrowedStudent.of(
                PrunedStudent.keeping(1, PrunedStudent.Choice.INFLUENCE, first).sample(16))
            .heads(1)
            .sample(16);
    try (DistilledModel<Label> model =
        builder(narrow, teacher("bert_seqcls_ts11")).build().train(texts(small))) {
      assertThat(model.network().transformer().embeddings().rows("input_ids"))
          .hasValue(kept.size());
      assertThat(run(model, "student"))
          .startsWith("Of 101 tokens %d stay. Of 2 layers 2 stay".formatted(kept.size()))
          .contains("heads 1 of 4");
    }
  }

  /** Together, or one by one, as a bi-encoder reads them. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void pairsOfTextsAreReadAgainAsTheyWere(boolean separate) throws Exception {
    Path pairs =
        Files.writeString(
            folder.resolve("pairs.csv"), "first,second,label\nw7 w8,w9,red\nw10,w11 w12,blue\n");
    Dataset<Label> again =
        ReducedVocabularyStudent.of(OnnxStudent.of(BERT, ORDER), whole, small)
            .read(pairs(pairs, whole, separate));

    assertThat(again.getData()).hasToString(pairs(pairs, small, separate).getData().toString());
  }

  private static Dataset<Label> pairs(Path csv, Path tokenizer, boolean separate) throws Exception {
    CsvTextDataSource.Builder<Label> source =
        CsvTextDataSource.of(csv, tokenizer, new LabelFactory())
            .text("first")
            .pair("second")
            .keepText();
    return new MutableDataset<>((separate ? source.separateTexts() : source).read());
  }

  @Test
  void layersAreNotChosenByTokensOfAnotherVocabulary() throws Exception {
    StudentSource last =
        ReducedVocabularyStudent.of(
            PrunedStudent.keeping(1, PrunedStudent.Choice.INFLUENCE, OnnxStudent.of(BERT, ORDER)),
            whole,
            small);
    DistillationTrainer<Label> trainer = builder(last, teacher("bert_seqcls_ts11")).build();
    assertThatThrownBy(() -> trainer.train(texts(small)))
        .hasStackTraceContaining("cut the vocabulary first");
  }

  @Test
  void severalTeachersReadTheWholeVocabularyBesideEarlyStopping() throws Exception {
    SeveralTeachers both =
        SeveralTeachers.of(teacher("bert_seqcls_ts11"), teacher("bert_seqcls_optimum"));
    try (DistilledModel<Label> model =
        builder(reduced(), both)
            .earlyStopping(new EarlyStopping(.25, 1))
            .build()
            .train(texts(small))) {
      assertThat(run(model, "teacher-2-soft-targets-computed")).isEqualTo("24");
      assertThat(model.network().transformer().embeddings().rows("input_ids"))
          .hasValue(kept.size());
      Helpers.testProvenanceMarshalling(model.getProvenance());
    }
    try (DistilledModel<Label> again = builder(reduced(), both).build().train(texts(small))) {
      assertThat(run(again, "teacher-1-soft-targets-reused")).isEqualTo("24");
      assertThat(run(again, "teacher-2-soft-targets-reused")).isEqualTo("24");
    }
  }

  @Test
  void itIsConfiguredAsAnyOtherAndItsProvenanceNamesBothTokenizers() throws Exception {
    StudentSource student = reduced();
    assertThat(student.getProvenance().getInstanceValues())
        .containsKeys("tokenizer-hash", "reduced-tokenizer-hash");
    DistillationTrainer<Label> trainer = builder(student, teacher("bert_seqcls_ts11")).build();
    Helpers.testConfigurableRoundtrip(trainer);
    var configuration = ProvenanceUtil.extractConfiguration(trainer.getProvenance());
    try (ConfigurationManager manager = new ConfigurationManager()) {
      manager.addConfiguration(configuration);
      assertThat(
              ((DistillationTrainer<?>) manager.lookup(configuration.get(0).getName()))
                  .getProvenance())
          .isEqualTo(trainer.getProvenance());
    }
  }

  @Test
  void aTokenizerOfAnotherModelIsRefused() throws Exception {
    Path kinds = Path.of("src/test/resources/org/tribuo/distill/input/text/kinds");
    StudentSource student =
        ReducedVocabularyStudent.of(layers(), kinds.resolve("word_piece.json"), small);
    DistillationTrainer<Label> trainer = builder(student, teacher("bert_seqcls_ts11")).build();

    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> trainer.train(texts(small)))
        .withMessageContaining("ReducedVocabularyStudent")
        .withMessageContaining("reducedTokenizer")
        .withMessageContaining(small + " is not made of " + kinds.resolve("word_piece.json"));
  }

  @Test
  void aFileThatIsNotThereIsRefused() {
    assertThatThrownBy(
            () -> ReducedVocabularyStudent.of(layers(), whole, folder.resolve("nowhere.json")))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Property: reducedTokenizer, there is no file")
        .hasMessageContaining("expected what KeptVocabulary wrote of the tokenizer");
  }

  /** The rows of the whole vocabulary do not fit a student that has few. */
  @Test
  void textsOfTheWholeTokenizerAreRefused() {
    DistillationTrainer<Label> trainer = builder(reduced(), teacher("bert_seqcls_ts11")).build();

    assertThatThrownBy(() -> trainer.train(texts(whole)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("token");
  }
}
