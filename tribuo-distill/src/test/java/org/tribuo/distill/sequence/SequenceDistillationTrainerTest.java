package org.tribuo.distill.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.within;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.sequence.LabelSequenceEvaluator;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.OnnxRun;
import org.tribuo.distill.RecordedSteps;
import org.tribuo.distill.RunValue;
import org.tribuo.distill.TrainingStage;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.graph.Tensor;
import org.tribuo.distill.input.Batching;
import org.tribuo.distill.input.text.ConllDataSource;
import org.tribuo.distill.loss.DistillationObjective;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.ScratchStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.student.TrainingGraphOptions;
import org.tribuo.distill.student.internal.Student;
import org.tribuo.distill.student.internal.StudentRequest;
import org.tribuo.distill.task.token.TagSequence;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.training.EarlyStopping;
import org.tribuo.provenance.impl.TrainerProvenanceImpl;
import org.tribuo.sequence.MutableSequenceDataset;
import org.tribuo.sequence.SequenceExample;
import org.tribuo.sequence.SequenceModel;
import org.tribuo.test.Helpers;

class SequenceDistillationTrainerTest {
  private static final Device ONE_THREAD = Device.cpu(1);
  private static final MutableSequenceDataset<Label> TRAIN =
      TinySentences.dataset(TinySentences.make(120, 8, 1));
  private static final MutableSequenceDataset<Label> TEST =
      TinySentences.dataset(TinySentences.make(40, 8, 2));

  private static OnnxStudent bert() {
    return OnnxStudent.of(Zoo.file("bert_tokcls_ts14"), TinySentences.LABELS);
  }

  private static DistillationTrainer.Builder<TagSequence> bertTrainer(int epochs) {
    return DistillationTrainer.<TagSequence>builder()
        .student(bert())
        .epochs(epochs)
        .optimizer(new AdamWOptimizer().learningRate(5e-3f))
        .batching(new Batching().batchSize(8))
        .trainingGraph(new TrainingGraphOptions().dropout(0))
        .device(ONE_THREAD);
  }

  private static double f1(SequenceModel<Label> model) {
    return new EntityEvaluator().evaluate(model, TEST).entities().f1();
  }

  @Test
  void aTaggerLearnsFromLabelsAndThenTeaches(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("teacher.onnx");
    try (DistilledSequenceModel model =
        SequenceDistillationTrainer.of(bertTrainer(6).build()).train(TRAIN)) {
      assertThat(f1(model)).isGreaterThan(0.9);
      assertThat(new LabelSequenceEvaluator().evaluate(model, TEST).accuracy())
          .isEqualTo(new EntityEvaluator().evaluate(model, TEST).tokenAccuracy(), within(1e-9));
      assertThat(model.labelOrder()).isEqualTo(TinySentences.LABELS);
      model.exportOnnx(file);
    }
    List<TinySentences.Sentence> sentences = new ArrayList<>(TinySentences.make(2, 8, 3));
    TinySentences.make(120, 8, 4).forEach(each -> sentences.add(each.unlabelled()));
    SequenceDistillationTrainer trainer =
        SequenceDistillationTrainer.of(
            bertTrainer(6)
                .student(ScratchStudent.of(101, 2, 32, 4))
                .teacher(OnnxTeacher.of(file))
                .softTargetStore(folder.resolve("store"))
                .build());
    MutableSequenceDataset<Label> mostlyUnlabelled = TinySentences.dataset(sentences);
    try (DistilledSequenceModel student = trainer.train(mostlyUnlabelled)) {
      assertThat(f1(student)).isGreaterThan(0.85);
      assertThat(student.labelOrder()).isEqualTo(TinySentences.LABELS.stream().sorted().toList());
      assertThat(run(student, "soft-targets-computed")).isEqualTo("122");
      assertThat(run(student, "labelled-rows")).isEqualTo("2");
      Helpers.testProvenanceMarshalling(student.getProvenance());
    }
    try (DistilledSequenceModel again = trainer.train(mostlyUnlabelled)) {
      assertThat(run(again, "soft-targets-reused")).isEqualTo("122");
    }
  }

  @Test
  void aTaggerOfAnotherToolWithItsOwnLabelOrderTeaches() throws Exception {
    List<String> order = List.of("O", "B-a", "I-a", "B-b", "I-b");
    OnnxTeacher teacher = OnnxTeacher.of(Zoo.file("electra_tokcls_ts11"), order);
    MutableSequenceDataset<Label> unlabelled =
        TinySentences.dataset(
            TinySentences.make(60, 8, 5).stream().map(TinySentences.Sentence::unlabelled).toList());
    try (DistilledSequenceModel asked =
            DistilledSequenceModel.of(teacher, unlabelled.getFeatureMap());
        DistilledSequenceModel student =
            SequenceDistillationTrainer.of(bertTrainer(8).teacher(teacher).build())
                .train(unlabelled)) {
      assertThat(asked.labelOrder()).isEqualTo(order);
      assertThat(agreement(asked, student, TEST)).isGreaterThan(0.8);
    }
  }

  private static double agreement(
      SequenceModel<Label> one, SequenceModel<Label> other, MutableSequenceDataset<Label> data) {
    List<String> first = labels(one, data);
    List<String> second = labels(other, data);
    int same = 0;
    for (int i = 0; i < first.size(); i++) {
      same += first.get(i).equals(second.get(i)) ? 1 : 0;
    }
    return (double) same / first.size();
  }

  private static List<String> labels(
      SequenceModel<Label> model, MutableSequenceDataset<Label> data) {
    return model.predict(data).stream()
        .flatMap(List::stream)
        .map(word -> word.getOutput().getLabel())
        .toList();
  }

  /** The first step's losses, computed here from the student's and the teacher's logits. */
  @Test
  void theLossIsTheMeanOverFirstTokensOfTheBatch() throws Exception {
    List<TinySentences.Sentence> sentences = new ArrayList<>(TinySentences.make(3, 6, 6));
    sentences.set(1, sentences.get(1).unlabelled());
    sentences.set(2, TinySentences.make(1, 3, 7).get(0));
    float[] weights = {1, 1, 1};
    checkFirstStep(sentences, weights);
    checkFirstStep(sentences, new float[] {1, 0.5f, 0.25f});
  }

  private void checkFirstStep(List<TinySentences.Sentence> sentences, float[] weights)
      throws Exception {
    MutableSequenceDataset<Label> data = TinySentences.dataset(sentences);
    for (int i = 0; i < weights.length; i++) {
      data.getExample(i).setWeight(weights[i]);
    }
    RecordedSteps steps = new RecordedSteps();
    OnnxTeacher teacher = OnnxTeacher.of(Zoo.file("electra_tokcls_ts11"), TinySentences.LABELS);
    DistillationTrainer<TagSequence> trainer =
        bertTrainer(1)
            .teacher(teacher)
            .objective(new DistillationObjective().alpha(0.7f).temperature(2))
            .build();
    trainer.setListener(steps);
    SequenceDistillationTrainer.of(trainer).train(data).close();
    double hard = 0;
    double soft = 0;
    double labelled = 0;
    double all = 0;
    try (DistilledSequenceModel student =
            DistilledSequenceModel.of(
                OnnxTeacher.of(Zoo.file("bert_tokcls_ts14"), TinySentences.LABELS),
                data.getFeatureMap());
        DistilledSequenceModel asked = DistilledSequenceModel.of(teacher, data.getFeatureMap())) {
      for (int i = 0; i < weights.length; i++) {
        List<Prediction<Label>> q = student.predict(data.getExample(i));
        List<Prediction<Label>> p = asked.predict(data.getExample(i));
        for (int word = 0; word < q.size(); word++) {
          Label label = data.getExample(i).get(word).getOutput();
          if (!label.getLabel().equals(Label.UNKNOWN)) {
            hard -=
                weights[i]
                    * Math.log(q.get(word).getOutputScores().get(label.getLabel()).getScore());
            labelled += weights[i];
          }
          soft += weights[i] * 4 * divergence(softened(p.get(word)), softened(q.get(word)));
          all += weights[i];
        }
      }
    }
    Map<String, Float> terms = steps.firstTerms();
    assertThat(terms.get("hard")).isEqualTo((float) (hard / labelled), within(1e-4f));
    assertThat(terms.get("soft")).isEqualTo((float) (soft / all), within(1e-4f));
    assertThat(terms.get("loss"))
        .isEqualTo((float) (0.3 * hard / labelled + 0.7 * soft / all), within(1e-4f));
  }

  private static double[] softened(Prediction<Label> word) {
    double[] roots =
        TinySentences.LABELS.stream()
            .mapToDouble(name -> Math.sqrt(word.getOutputScores().get(name).getScore()))
            .toArray();
    double sum = Arrays.stream(roots).sum();
    return Arrays.stream(roots).map(each -> each / sum).toArray();
  }

  private static double divergence(double[] p, double[] q) {
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += p[i] * Math.log(p[i] / q[i]);
    }
    return sum;
  }

  @Test
  void longSentencesAreTrainedAndPredictedInWindows() {
    MutableSequenceDataset<Label> longer = TinySentences.dataset(TinySentences.make(20, 60, 8));
    DistillationTrainer<TagSequence> trainer =
        bertTrainer(6).batching(new Batching().batchSize(8).maxLength(12)).build();
    try (DistilledSequenceModel model = SequenceDistillationTrainer.of(trainer).train(longer)) {
      assertThat(model.maxLength()).isEqualTo(12);
      assertThat(f1(model)).isGreaterThan(0.85);
      List<TinySentences.Sentence> one = TinySentences.make(1, 300, 9);
      List<Prediction<Label>> predicted = model.predict(TinySentences.sequences(one).get(0));
      assertThat(predicted).hasSize(300);
      long right =
          predicted.stream()
              .filter(word -> word.getOutput().equals(word.getExample().getOutput()))
              .count();
      assertThat(right).isGreaterThan(270);
    }
  }

  @Test
  void predictionsAreThoseOfTheExportedFile(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("student.onnx");
    try (DistilledSequenceModel model =
        SequenceDistillationTrainer.of(bertTrainer(1).build()).train(TRAIN)) {
      model.exportOnnx(file);
      SequenceExample<Label> sentence = TEST.getExample(0);
      List<Prediction<Label>> predicted = model.predict(sentence);
      List<Long> ids = new ArrayList<>(List.of(1L));
      List<Integer> first = new ArrayList<>();
      for (int i = 0; i < sentence.size(); i++) {
        first.add(ids.size());
        sentence
            .get(i)
            .forEach(
                feature -> {
                  if (feature.getName().startsWith("input_ids@")) {
                    ids.add((long) feature.getValue() - 1);
                  }
                });
      }
      ids.add(2L);
      long[] tokens = ids.stream().mapToLong(id -> id).toArray();
      long[] ones = new long[tokens.length];
      Arrays.fill(ones, 1);
      OnnxModel exported = OnnxModel.read(file);
      float[] logits =
          OnnxRun.of(
              exported,
              Map.of(
                  "input_ids", Tensor.of(tokens, 1, tokens.length),
                  "attention_mask", Tensor.of(ones, 1, tokens.length),
                  "token_type_ids", Tensor.of(new long[tokens.length], 1, tokens.length)),
              "logits");
      for (int word = 0; word < predicted.size(); word++) {
        double sum = 0;
        for (int label = 0; label < 5; label++) {
          sum += Math.exp(logits[first.get(word) * 5 + label]);
        }
        for (int label = 0; label < 5; label++) {
          assertThat(
                  predicted
                      .get(word)
                      .getOutputScores()
                      .get(TinySentences.LABELS.get(label))
                      .getScore())
              .isEqualTo(Math.exp(logits[first.get(word) * 5 + label]) / sum, within(1e-5));
        }
      }
    }
  }

  @Test
  void aModelIsSavedWholeAndOverNoFileThatItIsMadeOf(@TempDir Path folder) throws Exception {
    Path made = Files.copy(Zoo.file("bert_tokcls_ts14"), folder.resolve("tagger.onnx"));
    Path saved = folder.resolve("tagger.pb");
    OnnxStudent student = OnnxStudent.of(made, TinySentences.LABELS);
    try (DistilledSequenceModel model =
        SequenceDistillationTrainer.of(bertTrainer(1).student(student).build()).train(TRAIN)) {
      assertThatIOException()
          .isThrownBy(() -> model.serializeToFile(made))
          .withMessageContaining(made.toString());
      model.serializeToFile(saved);
      model.serializeToFile(saved);
      SequenceModel<Label> read = SequenceModel.deserializeFromFile(saved).castModel(Label.class);
      assertThat(scores(read)).isEqualTo(scores(model));
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(made, saved);
    }
  }

  @Test
  void aModelAndItsTrainerPassTribuosHarness() {
    SequenceDistillationTrainer trainer = SequenceDistillationTrainer.of(bertTrainer(1).build());
    Helpers.testConfigurableRoundtrip(trainer);
    try (DistilledSequenceModel model = trainer.train(TRAIN)) {
      Helpers.testProvenanceMarshalling(model.getProvenance());
      SequenceModel<Label> read =
          Helpers.testSequenceModelProtoSerialization(model, Label.class, TEST);
      assertThat(((DistilledSequenceModel) read).labelOrder()).isEqualTo(model.labelOrder());
      assertThat(ProvenanceUtil.formattedProvenanceString(model.getProvenance()))
          .contains("SequenceDistillationTrainer", "tiny sentences", "OnnxStudent");
      assertThat(
              ((TrainerProvenanceImpl) model.getProvenance().getTrainerProvenance())
                  .getInstanceValues()
                  .get("train-invocation-count")
                  .toString())
          .contains("0");
      assertThat(trainer.getInvocationCount()).isEqualTo(1);
    }
  }

  /** Counts how often a student is made. */
  private record CountedStudent(StudentSource source, AtomicInteger made) implements StudentSource {
    @Override
    public Student make(StudentRequest request) throws IOException {
      made.incrementAndGet();
      return source.make(request);
    }

    @Override
    public ConfiguredObjectProvenance getProvenance() {
      return source.getProvenance();
    }
  }

  @Test
  void theStudentIsMadeOnceHoweverLongTheSentencesAre() {
    CountedStudent student = new CountedStudent(bert(), new AtomicInteger());
    MutableSequenceDataset<Label> longer = TinySentences.dataset(TinySentences.make(6, 100, 8));
    try (DistilledSequenceModel model =
        SequenceDistillationTrainer.of(bertTrainer(1).student(student).build()).train(longer)) {
      assertThat(model.maxLength()).isEqualTo(64);
      assertThat(student.made()).hasValue(1);
    }
  }

  @Test
  void eachOfSeveralTrainingsAtOnceHasItsOwnInvocation() {
    SequenceDistillationTrainer trainer = SequenceDistillationTrainer.of(bertTrainer(1).build());
    List<String> invocations =
        IntStream.range(0, 4)
            .parallel()
            .mapToObj(
                any -> {
                  try (DistilledSequenceModel model = trainer.train(TRAIN)) {
                    return ((TrainerProvenanceImpl) model.getProvenance().getTrainerProvenance())
                        .getInstanceValues()
                        .get("train-invocation-count")
                        .toString()
                        .replaceAll("[^0-9]", "");
                  }
                })
            .toList();
    assertThat(invocations).containsExactlyInAnyOrder("0", "1", "2", "3");
  }

  @Test
  void theSameInvocationGivesTheSamePredictions() {
    SequenceDistillationTrainer trainer =
        SequenceDistillationTrainer.of(
            bertTrainer(2).earlyStopping(new EarlyStopping(0.2, 2)).build());
    try (DistilledSequenceModel first = trainer.train(TRAIN);
        DistilledSequenceModel second = trainer.train(TRAIN)) {
      trainer.setInvocationCount(0);
      try (DistilledSequenceModel again = trainer.train(TRAIN)) {
        assertThat(scores(again)).isEqualTo(scores(first)).isNotEqualTo(scores(second));
      }
    }
  }

  private static List<Double> scores(SequenceModel<Label> model) {
    return model.predict(TEST).stream()
        .flatMap(List::stream)
        .map(word -> word.getOutput().getScore())
        .toList();
  }

  @Test
  void aWordWithoutTokensIsOutside() {
    List<TinySentences.Sentence> odd =
        List.of(
            new TinySentences.Sentence(
                List.of("sky", "w9"), TinySentences.make(1, 2, 1).get(0).labels()));
    MutableSequenceDataset<Label> data = TinySentences.dataset(odd);
    SequenceExample<Label> without = new SequenceExample<>();
    without.addExample(data.getExample(0).get(0));
    without.addExample(
        new org.tribuo.impl.ArrayExample<>(
            new Label("O"), new String[] {"no_tokens"}, new double[] {1}));
    try (DistilledSequenceModel model =
        SequenceDistillationTrainer.of(bertTrainer(1).build()).train(TRAIN)) {
      List<Prediction<Label>> predicted = model.predict(without);
      assertThat(predicted.get(1).getOutput().getLabel()).isEqualTo("O");
      assertThat(predicted.get(1).getOutputScores().get("B-a").getScore()).isEqualTo(0.2);
      assertThat(predicted.get(1).getNumActiveFeatures()).isZero();
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    SequenceDistillationTrainer trainer = SequenceDistillationTrainer.of(bertTrainer(1).build());
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> trainer.train(TinySentences.dataset(List.of())))
        .withMessage("The dataset is empty, expected sequences to train on");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(
            () ->
                trainer.train(
                    TinySentences.dataset(
                        TinySentences.make(3, 4, 1).stream()
                            .map(TinySentences.Sentence::unlabelled)
                            .toList())))
        .withMessageContaining("no labelled example");
    MutableSequenceDataset<Label> words =
        new MutableSequenceDataset<>(TEST.getSourceProvenance(), TEST.getOutputFactory());
    words.add(
        new SequenceExample<>(
            List.of(
                new org.tribuo.impl.ArrayExample<>(
                    new Label("O"), new String[] {"word=sky"}, new double[] {1}))));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> trainer.train(words))
        .withMessageContaining("are read by none of [Words]");
    MutableSequenceDataset<Label> dropped =
        new MutableSequenceDataset<>(TEST.getSourceProvenance(), TEST.getOutputFactory());
    dropped.add(
        new SequenceExample<>(
            List.of(
                new org.tribuo.impl.ArrayExample<>(
                    new Label("O"),
                    new String[] {"no_tokens", "before_ids@00000"},
                    new double[] {1, 2}))));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> trainer.train(dropped))
        .withMessageStartingWith("None of the 1 sequences has an element with a token");
    SequenceDistillationTrainer tooLong =
        SequenceDistillationTrainer.of(
            bertTrainer(1).batching(new Batching().maxLength(1000)).build());
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> tooLong.train(TRAIN))
        .withMessageContaining("maxLength is 1000 tokens, but the model has positions for");
  }

  /** Of windows, which are numbered on their way, it is said what is wrong with the sentence. */
  @Test
  void whatDoesNotFitIsNamedAsTheUserKnowsIt() {
    List<TinySentences.Sentence> sentences = new ArrayList<>(TinySentences.make(3, 40, 1));
    SequenceDistillationTrainer trainer =
        SequenceDistillationTrainer.of(
            bertTrainer(1).batching(new Batching().maxLength(12)).build());
    MutableSequenceDataset<Label> weighted = TinySentences.dataset(sentences);
    weighted.getExample(2).setWeight(-1);
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> trainer.train(weighted))
        .withMessage("Sequence 2 has the weight -1.0, expected a finite number of 0 or more");
    MutableSequenceDataset<Label> odd = TinySentences.dataset(sentences);
    odd.getExample(1).get(33).set(new org.tribuo.Feature("input_ids@00000", 5000));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> trainer.train(odd))
        .withMessageStartingWith("Element 33 of sequence 1: Token 4999 at position ");
    SequenceDistillationTrainer ofTeacher =
        SequenceDistillationTrainer.of(
            bertTrainer(1)
                .student(ScratchStudent.of(6000, 1, 8, 2))
                .teacher(OnnxTeacher.of(Zoo.file("electra_tokcls_ts11"), TinySentences.LABELS))
                .build());
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> ofTeacher.train(odd))
        .withMessageStartingWith("Element 33 of sequence 1 has token 4999, outside of the");
  }

  @Test
  void whatCannotBePredictedIsNamedAsTheUserKnowsItToo() {
    MutableSequenceDataset<Label> odd = TinySentences.dataset(TinySentences.make(3, 40, 1));
    odd.getExample(1).get(33).set(new org.tribuo.Feature("input_ids@00000", 5000));
    try (DistilledSequenceModel model =
        SequenceDistillationTrainer.of(
                bertTrainer(1).batching(new Batching().maxLength(12)).build())
            .train(TRAIN)) {
      assertThatExceptionOfType(IllegalArgumentException.class)
          .isThrownBy(() -> model.predict(odd))
          .withMessageStartingWith("Element 33 of sequence 1: Token 4999 at position ");
    }
  }

  @Test
  void heldOutSentencesAreHeldOutWithAllTheirWindows() {
    try (DistilledSequenceModel model =
        SequenceDistillationTrainer.of(
                bertTrainer(1)
                    .batching(new Batching().maxLength(12))
                    .earlyStopping(new EarlyStopping(0.01, 1))
                    .build())
            .train(TinySentences.dataset(TinySentences.make(3, 40, 1)))) {
      assertThat(Integer.parseInt(run(model, "held-out-rows"))).isGreaterThan(3);
    }
  }

  @Test
  void aTeacherWithOtherTokensIsRefused() {
    OnnxTeacher teacher =
        OnnxTeacher.of(Zoo.file("electra_tokcls_ts11"), TinySentences.LABELS)
            .reading(TinySentences.tokenizer());
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(
            () ->
                SequenceDistillationTrainer.of(bertTrainer(1).teacher(teacher).build())
                    .train(TRAIN))
        .withMessageContaining("the teacher must read the student's tokens");
  }

  @Test
  void aTrainerAndItsSentencesAreConfiguredInXml(@TempDir Path folder) throws Exception {
    Path sentences = folder.resolve("sentences.conll");
    Files.writeString(sentences, "sky\tB-a\nw81\tI-a\n\nfire\tB-b\nw86\tI-b\nw9\tO\n\nw7\t_\n");
    Path file = folder.resolve("tagger.xml");
    Files.writeString(
        file,
        """
        <config>
          <component name="tagger" type="org.tribuo.distill.sequence.SequenceDistillationTrainer">
            <property name="trainer" value="trainer"/>
          </component>
          <component name="trainer" type="org.tribuo.distill.DistillationTrainer">
            <property name="student" value="student"/>
            <property name="teacher" value="teacher"/>
          </component>
          <component name="student" type="org.tribuo.distill.student.ScratchStudent">
            <property name="vocabulary" value="101"/>
            <property name="layers" value="1"/>
            <property name="width" value="8"/>
            <property name="heads" value="2"/>
          </component>
          <component name="teacher" type="org.tribuo.distill.teacher.OnnxTeacher">
            <property name="path" value="%s"/>
            <propertylist name="labelOrder">
              <item>O</item><item>B-a</item><item>I-a</item><item>B-b</item><item>I-b</item>
            </propertylist>
          </component>
          <component name="sentences" type="org.tribuo.distill.input.text.ConllDataSource">
            <property name="dataPath" value="%s"/>
            <property name="tokenizerPath" value="%s"/>
          </component>
        </config>
        """
            .formatted(Zoo.file("electra_tokcls_ts11"), sentences, TinySentences.tokenizer()));
    ConfigurationManager configuration = new ConfigurationManager(file.toString());
    ConllDataSource source = (ConllDataSource) configuration.lookup("sentences");
    MutableSequenceDataset<Label> data = new MutableSequenceDataset<>(source);
    SequenceDistillationTrainer trainer =
        (SequenceDistillationTrainer) configuration.lookup("tagger");
    try (DistilledSequenceModel model = trainer.train(data)) {
      assertThat(model.predict(data)).hasSize(3);
      Helpers.testProvenanceMarshalling(model.getProvenance());
      assertThat(ProvenanceUtil.formattedProvenanceString(model.getProvenance()))
          .contains("sentences.conll", "resource-hash", "tokenizer-hash");
    }
  }

  private static String run(DistilledSequenceModel model, String name) {
    return RunValue.of(model.getProvenance(), name);
  }

  @Test
  void aStageMayKeepToLabels() {
    List<TinySentences.Sentence> sentences = new ArrayList<>(TinySentences.make(30, 8, 3));
    TinySentences.make(5, 8, 4).forEach(each -> sentences.add(each.unlabelled()));
    try (DistilledSequenceModel model =
        SequenceDistillationTrainer.of(
                bertTrainer(1)
                    .student(PrunedStudent.keeping(1, bert()))
                    .stages(TrainingStage.fineTuning(1))
                    .build())
            .train(TinySentences.dataset(sentences))) {
      assertThat(run(model, "fine-tuning-steps")).isEqualTo("4");
    }
  }
}
