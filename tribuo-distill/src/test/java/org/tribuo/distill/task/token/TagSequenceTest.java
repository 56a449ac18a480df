package org.tribuo.distill.task.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.loss.internal.ObjectiveInputs;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.TargetCodec;
import org.tribuo.distill.task.internal.Targets;
import org.tribuo.distill.task.internal.token.TagInfo;
import org.tribuo.distill.task.internal.token.TagSequenceFactory;
import org.tribuo.distill.task.internal.token.TokenLabels;
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.test.Helpers;

class TagSequenceTest {
  private static final TagSequence TEXT =
      TagSequence.of(
          4, Map.of(1, new Label("B-loc", 0.5), 2, LabelFactory.UNKNOWN_LABEL, 3, new Label("O")));
  private static final TagSequenceFactory FACTORY = new TagSequenceFactory();

  private static Example<TagSequence> example(TagSequence output) {
    return new ArrayExample<>(output, new String[] {"feature"}, new double[] {1});
  }

  @Test
  void anOutputItsDomainAndItsFactoryAreSaved() {
    TagSequence labelled = TagSequence.of(3, Map.of(1, new Label("B-loc", 0.5)));
    TagSequence read = Helpers.testProtoSerialization(labelled);
    assertThat(read.fullEquals(labelled)).isTrue();
    assertThat(read.copy().fullEquals(labelled, 0)).isTrue();
    Helpers.testProtoSerialization(FACTORY);
    MutableDataset<TagSequence> data =
        new MutableDataset<>(
            List.of(example(TEXT)), new SimpleDataSourceProvenance("text", FACTORY), FACTORY);
    Helpers.testDatasetSerialization(data);
    Helpers.testProtoSerialization((TagInfo.Immutable) data.getOutputIDInfo());
    Helpers.testProvenanceMarshalling(data.getProvenance());
  }

  @Test
  void theDomainHasTheLabels() {
    TagInfo.Mutable info = (TagInfo.Mutable) FACTORY.generateInfo();
    info.observe(TEXT);
    assertThat(info.getUnknownCount()).isEqualTo(1);
    TagInfo.Immutable domain = info.generateImmutableOutputInfo();
    assertThat(new TokenLabels().names(domain)).containsExactly("B-loc", "O");
    domain.forEach(
        each -> assertThat(domain.getID(domain.getOutput(each.getA()))).isEqualTo(each.getA()));
    assertThat(domain.getID(FACTORY.generateOutput("B-per"))).isEqualTo(-1);
    assertThat(domain.getTotalObservations()).isEqualTo(2);
    info.clear();
    assertThat(info.size()).isZero();
  }

  @Test
  void scoredTokensCountAndLabelledOnesHaveAClass() {
    TargetCodec<TagSequence> codec = new TokenLabels().codec(LabelOrder.of("O", "B-loc"));
    Targets targets =
        codec.encode(
            List.of(
                example(TEXT), example(TagSequence.of(2, Map.of(0, LabelFactory.UNKNOWN_LABEL)))));
    assertThat(targets.batch(ObjectiveInputs.LABELS, 0, 1).toLongs())
        .containsExactly(-100, 1, -100, 0, -100, -100, -100, -100);
    assertThat(targets.batch(ObjectiveInputs.COUNTED, 0, 1).toFloats())
        .containsExactly(0, 1, 1, 1, 1, 0, 0, 0);
    assertThat(codec.isLabelled(TEXT)).isTrue();
    assertThat(codec.isLabelled(FACTORY.getUnknownOutput())).isFalse();
  }

  @Test
  void aPredictionIsAboutTheTokensThatAreScored() {
    TargetCodec<TagSequence> codec = new TokenLabels().codec(LabelOrder.of("O", "B-loc"));
    float[] logits = {9, 9, 0, 2, 0, 0, 3, 1};
    Prediction<TagSequence> prediction = codec.decode(logits, 1, example(TEXT));
    assertThat(prediction.getOutput().labels())
        .containsExactly(
            Map.entry(1, new Label("B-loc")),
            Map.entry(2, new Label("O")),
            Map.entry(3, new Label("O")));
    Map<String, TagSequence> scores = prediction.getOutputScores();
    assertThat(scores.get("O").labels().get(3).getScore())
        .isEqualTo(1 / (1 + Math.exp(-2)), within(1e-12));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.decode(new float[6], 1, example(TEXT)))
        .withMessageStartingWith("There are 6 logits for 4 tokens");
  }

  @Test
  void badOnesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TagSequence.of(2, Map.of(2, new Label("O"))))
        .withMessageContaining("2 tokens has labels at the positions [2]");
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(FACTORY::getEvaluator)
        .withMessageContaining("EntityEvaluator");
  }
}
