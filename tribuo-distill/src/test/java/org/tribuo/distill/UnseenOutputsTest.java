package org.tribuo.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.oracle.labs.mlrg.olcut.provenance.ListProvenance;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.classification.Label;
import org.tribuo.classification.evaluation.LabelEvaluation;
import org.tribuo.classification.evaluation.LabelEvaluator;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.student.EncoderStudent;
import org.tribuo.distill.student.OnnxStudent;
import org.tribuo.distill.student.PrunedStudent;
import org.tribuo.distill.student.StudentSource;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.distill.training.AdamWOptimizer;
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.multilabel.MultiLabel;
import org.tribuo.multilabel.MultiLabelFactory;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.test.Helpers;

/** A teacher may know more labels than the examples have. */
class UnseenOutputsTest {
  private static final List<String> ORDER = List.of("red", "blue", "green");
  private static final Path BERT = Zoo.file("bert_seqcls_ts11");

  private final List<String> told = new ArrayList<>();

  private <T extends Output<T>> DistilledModel<T> train(
      UnaryOperator<DistillationTrainer.Builder<T>> settings, MutableDataset<T> texts) {
    DistillationTrainer<T> trainer =
        settings
            .apply(
                DistillationTrainer.<T>builder()
                    .epochs(3)
                    .optimizer(new AdamWOptimizer().learningRate(5e-3f))
                    .device(Device.cpu(1)))
            .build();
    trainer.setListener(
        new DistillationListener() {
          @Override
          public void onUnseenOutputs(List<String> names) {
            told.addAll(names);
          }
        });
    return trainer.train(texts);
  }

  private static MutableDataset<Label> without(String label, int rows) {
    return TinyTexts.dataset(
        TinyTexts.labelled(rows, 1).stream()
            .filter(text -> !text.getOutput().getLabel().equals(label))
            .toList());
  }

  private static Path teacher(Path folder) throws Exception {
    Path teacher = folder.resolve("teacher.onnx");
    try (DistilledModel<Label> model =
        DistillationTrainer.<Label>builder()
            .student(OnnxStudent.of(BERT, ORDER))
            .epochs(8)
            .optimizer(new AdamWOptimizer().learningRate(5e-3f))
            .device(Device.cpu(1))
            .build()
            .train(TinyTexts.dataset(TinyTexts.labelled(120, 1)))) {
      model.exportOnnx(teacher);
    }
    return teacher;
  }

  @Test
  void aStudentLearnsLabelsFromItsTeacherThatNoExampleHas(@TempDir Path folder) throws Exception {
    Path teacher = teacher(folder);
    List<Example<Label>> texts = new ArrayList<>(without("red", 60).getData());
    texts.addAll(TinyTexts.unlabelled(120, 4));
    MutableDataset<Label> examples = TinyTexts.dataset(texts);
    MutableDataset<Label> test = TinyTexts.dataset(TinyTexts.labelled(60, 9));
    List<StudentSource> students =
        List.of(
            PrunedStudent.keeping(1, OnnxStudent.of(teacher)),
            EncoderStudent.of(Zoo.file("minilm_embedding_ts14"), Pooling.MEAN));
    for (StudentSource student : students) {
      told.clear();
      try (DistilledModel<Label> model =
          train(b -> b.student(student).teacher(OnnxTeacher.of(teacher)).epochs(6), examples)) {
        assertThat(told).containsExactly("red");
        assertThat(
                ((ListProvenance<?>)
                        model
                            .getProvenance()
                            .getInstanceProvenance()
                            .getMap()
                            .get("unseen-outputs"))
                    .getList())
            .hasToString("[red]");
        assertThat(model.getOutputIDInfo().getDomain())
            .extracting(Label::getLabel)
            .containsExactlyInAnyOrderElementsOf(ORDER);
        LabelEvaluation evaluation = new LabelEvaluator().evaluate(model, test);
        assertThat(evaluation.recall(new Label("red"))).isGreaterThan(0.7);
        assertThat(evaluation.accuracy()).isGreaterThan(0.8);
        Helpers.testProvenanceMarshalling(model.getProvenance());
        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        model.serializeToStream(saved);
        Model<Label> read =
            Model.deserializeFromStream(new ByteArrayInputStream(saved.toByteArray()))
                .castModel(Label.class);
        assertThat(new LabelEvaluator().evaluate(read, test).accuracy())
            .isEqualTo(evaluation.accuracy());
        ((DistilledModel<Label>) read).close();
      }
    }
  }

  @Test
  void theHeadThatAStudentComesWithMayKnowMore() {
    try (DistilledModel<Label> model =
        train(b -> b.student(OnnxStudent.of(BERT, ORDER)).epochs(1), without("green", 12))) {
      assertThat(told).containsExactly("green");
      assertThat(model.predict(TinyTexts.labelled(1, 1).get(0)).getOutputScores())
          .containsOnlyKeys(ORDER);
    }
  }

  @Test
  void nothingIsToldWhereExamplesHaveAllLabels() {
    MutableDataset<Label> texts = TinyTexts.dataset(TinyTexts.labelled(12, 1));
    try (DistilledModel<Label> model =
        train(
            b ->
                b.student(OnnxStudent.of(BERT, ORDER))
                    .teacher(OnnxTeacher.of(BERT, ORDER))
                    .epochs(1),
            texts)) {
      assertThat(told).isEmpty();
      assertThat(model.getOutputIDInfo().toReadableString())
          .isEqualTo(texts.getOutputIDInfo().toReadableString());
    }
  }

  @Test
  void aSingleLabelIsEnoughBesideATeacher() {
    MutableDataset<Label> blue =
        TinyTexts.dataset(
            TinyTexts.labelled(12, 1).stream()
                .filter(text -> text.getOutput().getLabel().equals("blue"))
                .toList());
    try (DistilledModel<Label> model =
        train(
            b ->
                b.student(OnnxStudent.of(BERT, ORDER))
                    .teacher(OnnxTeacher.of(BERT, ORDER))
                    .epochs(1),
            blue)) {
      assertThat(told).containsExactly("green", "red");
      assertThat(model.labelOrder()).isEqualTo(ORDER);
    }
  }

  @Test
  void multiLabelsAreAddedToo() {
    MultiLabelFactory factory = new MultiLabelFactory();
    List<String> order = List.of("a", "b", "c", "d", "e", "f");
    List<Example<MultiLabel>> texts =
        TinyTexts.labelled(12, 1).stream()
            .map(text -> TinyTexts.withOutput(text, factory.generateOutput("b,d")))
            .toList();
    Path bert = Zoo.file("bert_multilabel_dynamo");
    try (DistilledModel<MultiLabel> model =
        train(
            b ->
                b.student(OnnxStudent.of(bert, order))
                    .teacher(OnnxTeacher.of(bert, order))
                    .epochs(1),
            TinyTexts.dataset(texts, factory))) {
      assertThat(told).containsExactly("a", "c", "e", "f");
      assertThat(model.getOutputIDInfo().size()).isEqualTo(6);
      assertThat(model.predict(texts.get(0)).getOutputScores()).containsOnlyKeys(order);
    }
    List<String> withComma = List.of("a", "b", "c, or so", "d", "e", "f");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                train(
                    b ->
                        b.student(OnnxStudent.of(bert, order))
                            .teacher(OnnxTeacher.of(bert, withComma)),
                    TinyTexts.dataset(texts, factory)))
        .withMessageContaining("The label order has 'c, or so'")
        .withMessageContaining("state another name for that column");
  }

  @Test
  void aRegressionTakesItsDimensionsOfATeacherByName() {
    RegressionFactory factory = new RegressionFactory();
    List<Example<Regressor>> texts =
        TinyTexts.labelled(12, 1).stream()
            .map(text -> TinyTexts.withOutput(text, factory.generateOutput("y=1")))
            .toList();
    Path bert = Zoo.file("bert_regression2_ts17");
    UnaryOperator<DistillationTrainer.Builder<Regressor>> fresh =
        b ->
            b.student(EncoderStudent.of(Zoo.file("minilm_embedding_ts14"), Pooling.MEAN)).epochs(1);
    try (DistilledModel<Regressor> model =
        train(
            b -> fresh.apply(b).teacher(OnnxTeacher.of(bert, List.of("x", "y"))),
            TinyTexts.dataset(texts, factory))) {
      assertThat(told).isEmpty();
      assertThat(model.labelOrder()).containsExactly("y");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                train(
                    b -> fresh.apply(b).teacher(OnnxTeacher.of(bert, List.of("x", "z"))),
                    TinyTexts.dataset(texts, factory)))
        .withMessageContaining("The teacher's 2 columns [x, z] do not have the student's [y]");
  }

  @Test
  void labelsThatTheTeacherLacksAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                train(
                    b ->
                        b.student(
                                EncoderStudent.of(Zoo.file("minilm_embedding_ts14"), Pooling.MEAN))
                            .teacher(OnnxTeacher.of(BERT, List.of("Red", "blue", "green"))),
                    TinyTexts.dataset(TinyTexts.labelled(12, 1))))
        .withMessageContaining("missing in the teacher [red]");
  }
}
