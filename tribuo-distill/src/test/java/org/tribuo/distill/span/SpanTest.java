package org.tribuo.distill.span;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.Any;
import com.oracle.labs.mlrg.olcut.util.Pair;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.Example;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.MutableDataset;
import org.tribuo.MutableOutputInfo;
import org.tribuo.OutputInfo;
import org.tribuo.Prediction;
import org.tribuo.distill.internal.protos.SpanProto;
import org.tribuo.impl.ArrayExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.test.Helpers;

class SpanTest {
  private static final SpanFactory FACTORY = new SpanFactory();
  private static final Span LONDON =
      Span.in("Born in London.", 8, 14).withScore(.5).withAlternatives(List.of("in London"));

  private static Example<Span> example(Span output) {
    return new ArrayExample<>(output, new String[] {"feature"}, new double[] {1});
  }

  @Test
  void spansTheirDomainAndTheirFactoryPassTribuosHarness() {
    for (Span span : List.of(LONDON, Span.noAnswer().withScore(.25), Span.unknown())) {
      Span read = Helpers.testProtoSerialization(span);
      assertThat(read.fullEquals(span)).isTrue();
      assertThat(read.copy().fullEquals(span, 0)).isTrue();
    }
    Helpers.testProtoSerialization(FACTORY);
    Helpers.testConfigurableRoundtrip(FACTORY);
    MutableDataset<Span> data =
        new MutableDataset<>(
            List.of(example(LONDON), example(Span.noAnswer()), example(Span.unknown())),
            new SimpleDataSourceProvenance("spans", FACTORY),
            FACTORY);
    Helpers.testDatasetSerialization(data);
    Helpers.testProtoSerialization((OutputInfo<Span>) data.getOutputIDInfo());
    Helpers.testProtoSerialization((OutputInfo<Span>) data.getOutputInfo());
    Helpers.testProvenanceMarshalling(data.getProvenance());
  }

  @Test
  void placeAndTextMakeASpan() {
    assertThat(LONDON.text()).isEqualTo("London");
    assertThat(LONDON).isEqualTo(Span.of(8, 14, "London")).isNotEqualTo(Span.of(0, 6, "London"));
    assertThat(LONDON.fullEquals(Span.of(8, 14, "London"))).isFalse();
    assertThat(LONDON.fullEquals(LONDON.withScore(.5001), 1e-3)).isTrue();
    assertThat(LONDON.fullEquals(LONDON.withScore(.51), 1e-3)).isFalse();
    assertThat(Span.noAnswer()).isNotEqualTo(Span.unknown());
    assertThat(Span.noAnswer().isKnown()).isTrue();
    assertThat(Span.noAnswer().isAnswer()).isFalse();
    assertThat(Span.unknown().isKnown()).isFalse();
    assertThat(LONDON.hashCode()).isEqualTo(LONDON.withScore(1).hashCode());
  }

  @Test
  void theFactoryReadsWhatASpanWrites() {
    for (Span span : List.of(LONDON, Span.noAnswer(), Span.unknown())) {
      assertThat(FACTORY.generateOutput(span.getSerializableForm(false))).isEqualTo(span);
    }
    assertThat(LONDON.getSerializableForm(true)).isEqualTo("8-14:London/0.5");
    assertThat(FACTORY.generateOutput(LONDON)).isSameAs(LONDON);
    assertThat(FACTORY.getUnknownOutput()).isEqualTo(Span.unknown());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FACTORY.generateOutput("London"))
        .withMessageStartingWith("'London' is not a span, expected '12-18:London'");
  }

  @Test
  void theDomainCountsAnswers() {
    MutableOutputInfo<Span> info = FACTORY.generateInfo();
    for (Span span : List.of(LONDON, LONDON, Span.noAnswer(), Span.unknown())) {
      info.observe(span);
    }
    assertThat(info.getUnknownCount()).isEqualTo(1);
    assertThat(info.outputCountsIterable())
        .containsExactly(new Pair<>("answer", 2L), new Pair<>("no answer", 1L));
    ImmutableOutputInfo<Span> domain = info.generateImmutableOutputInfo();
    assertThat(domain.getTotalObservations()).isEqualTo(3);
    assertThat(domain.getDomain()).containsExactly(Span.noAnswer());
    domain.forEach(
        each -> {
          assertThat(domain.getID(each.getB())).isEqualTo(each.getA());
          assertThat(domain.getOutput(each.getA())).isEqualTo(each.getB());
        });
    assertThat(domain.getID(LONDON)).isEqualTo(-1);
    assertThat(domain.generateMutableOutputInfo()).isEqualTo(info);
    assertThat(domain.copy()).isEqualTo(domain);
    info.clear();
    assertThat(info.toReadableString()).isEqualTo("{answer=0, no answer=0}");
    assertThat(domain.toReadableString()).isEqualTo("{answer=2, no answer=1}");
  }

  @Test
  void aThresholdDecidesBetweenAnAnswerAndNone() {
    Map<String, Span> scores =
        Map.of(Span.ANSWER, LONDON.withScore(.2), Span.NO_ANSWER, Span.noAnswer().withScore(.6));
    Prediction<Span> prediction =
        new Prediction<>(Span.noAnswer(), scores, 1, example(LONDON), true);
    assertThat(Span.noAnswerMargin(prediction)).isEqualTo(Math.log(3), within(1e-12));
    assertThat(Span.chosen(prediction, 0)).isEqualTo(Span.noAnswer());
    assertThat(Span.chosen(prediction, 1.1)).isEqualTo(LONDON);
    assertThat(Span.chosen(prediction, Double.POSITIVE_INFINITY)).isEqualTo(LONDON);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Span.chosen(new Prediction<>(LONDON, 1, example(LONDON)), 0))
        .withMessageContaining("expected 'answer' and 'no answer'");
  }

  @Test
  void badOnesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Span.of(3, 3, ""))
        .withMessageContaining("is at the characters 3 to 3 of its context");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Span.of(3, 8, "four"))
        .withMessageContaining("expected as many as it has");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Span.in("short", 2, 8))
        .withMessage("The answer is at the characters 2 to 8, but the context has 5");
    Any damaged = Any.pack(SpanProto.newBuilder().setKindValue(7).build());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Span.deserializeFromProto(0, Span.class.getName(), damaged))
        .withMessageContaining("is of the kind 7");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> Span.deserializeFromProto(9, Span.class.getName(), damaged))
        .withMessageContaining("version 9");
  }
}
