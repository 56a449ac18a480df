package org.tribuo.distill.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.MutableFeatureMap;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.Zoo;
import org.tribuo.distill.sequence.EntityEvaluator.Evaluation.Counts;
import org.tribuo.distill.teacher.OnnxTeacher;
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/** Each table was counted by hand. */
class EntityEvaluatorTest {
  /**
   * @param sequences predicted tags, and behind {@code |} the true ones
   */
  private static EntityEvaluator.Evaluation evaluate(String... sequences) throws IOException {
    List<List<Prediction<Label>>> predictions = new ArrayList<>();
    for (String sequence : sequences) {
      String[] sides = sequence.split(" \\| ");
      String[] predicted = sides[0].split(" ");
      String[] expected = sides[1].split(" ");
      assertThat(predicted).hasSameSizeAs(expected);
      List<Prediction<Label>> ofSequence = new ArrayList<>();
      for (int i = 0; i < predicted.length; i++) {
        Label label = expected[i].equals("_") ? LabelFactory.UNKNOWN_LABEL : new Label(expected[i]);
        ofSequence.add(
            new Prediction<>(
                new Label(predicted[i]),
                1,
                new ArrayExample<>(label, new String[] {"word"}, new double[] {1})));
      }
      predictions.add(ofSequence);
    }
    MutableFeatureMap features = new MutableFeatureMap();
    features.add("before_ids@00000", 1);
    try (DistilledSequenceModel model =
        DistilledSequenceModel.of(
            OnnxTeacher.of(Zoo.file("bert_tokcls_ts14"), TinySentences.LABELS), features)) {
      return new EntityEvaluator()
          .evaluate(
              model, predictions, new SimpleDataSourceProvenance("by hand", new LabelFactory()));
    }
  }

  @Test
  void bio() throws Exception {
    EntityEvaluator.Evaluation bio =
        evaluate(
            // Two right; I-loc continues nothing, and begins.
            "B-per I-per O I-loc | B-per I-per O B-loc",
            // Too short, and then too long.
            "O B-per O | O B-per I-per",
            "O B-per I-per | O B-per O",
            // Of the right span and another type.
            "B-loc I-loc | B-per I-per",
            // Neighbours of one type.
            "B-per B-per | B-per I-per",
            // Missed, and found where there is none.
            "O B-loc | B-loc O");
    assertThat(bio.ofTypes())
        .isEqualTo(Map.of("per", new Counts(1, 5, 5), "loc", new Counts(1, 3, 2)));
    assertThat(bio.entities()).isEqualTo(new Counts(2, 8, 7));
    assertThat(bio.entities().precision()).isEqualTo(2 / 8.0);
    assertThat(bio.entities().recall()).isEqualTo(2 / 7.0);
    assertThat(bio.entities().f1()).isEqualTo(4 / 15.0, within(1e-12));
    assertThat(bio.tokenAccuracy()).isEqualTo(8 / 16.0);
    assertThat(bio.illegalLabels()).isEqualTo(1);
  }

  @Test
  void iobes() throws Exception {
    EntityEvaluator.Evaluation iobes =
        evaluate(
            "B-per E-per O S-loc | B-per I-per E-per S-loc",
            // Begun and not ended, twice: one is of the right span.
            "B-loc O | S-loc O",
            "O B-per S-per | O B-per E-per",
            // Neither begun nor ended, and of the right span.
            "O I-per | O S-per");
    assertThat(iobes.ofTypes())
        .isEqualTo(Map.of("per", new Counts(1, 4, 3), "loc", new Counts(2, 2, 2)));
    assertThat(iobes.tokenAccuracy()).isEqualTo(6 / 11.0);
    assertThat(iobes.illegalLabels()).isEqualTo(4);
  }

  @Test
  void anElementWithoutALabelCannotBeEvaluated() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> evaluate("O | O", "O O | O _"))
        .withMessage(
            "Element 1 of sequence 1 has no label, so it cannot be evaluated; leave the sequence"
                + " out");
  }
}
