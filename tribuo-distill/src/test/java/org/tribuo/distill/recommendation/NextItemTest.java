package org.tribuo.distill.recommendation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.Any;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.util.Pair;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.MutableDataset;
import org.tribuo.MutableOutputInfo;
import org.tribuo.OutputInfo;
import org.tribuo.distill.internal.protos.NextItemProto;
import org.tribuo.distill.task.internal.NamesProvenance;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.test.Helpers;

class NextItemTest {
  private static final Items FILMS = Items.of(List.of("Stalker", "Alien", "Brazil"));
  private static final NextItemFactory FACTORY = new NextItemFactory(FILMS);
  private static final NextItem ALIEN = NextItem.of("Alien");

  @Test
  void nextItemsTheirDomainAndTheirFactoryPassTribuosHarness() {
    for (NextItem next : List.of(ALIEN, ALIEN.withScore(.25), NextItem.unknown())) {
      NextItem read = Helpers.testProtoSerialization(next);
      assertThat(read.fullEquals(next)).isTrue();
      assertThat(read.copy().fullEquals(next, 0)).isTrue();
    }
    Helpers.testProtoSerialization(FACTORY);
    MutableDataset<NextItem> data =
        new MutableDataset<>(
            List.of(
                FILMS.toExample(List.of("Alien"), NextItem.of("Brazil")),
                FILMS.toExample(List.of("Brazil", "Alien"), NextItem.unknown())),
            new SimpleDataSourceProvenance("films", FACTORY),
            FACTORY);
    Helpers.testDatasetSerialization(data);
    Helpers.testProtoSerialization((OutputInfo<NextItem>) data.getOutputIDInfo());
    Helpers.testProtoSerialization((OutputInfo<NextItem>) data.getOutputInfo());
    Helpers.testProvenanceMarshalling(data.getProvenance());
    assertThat(FACTORY.getProvenance())
        .isEqualTo(new NamesProvenance(NextItemFactory.class.getName(), 3, FILMS.sha256()));
  }

  @Test
  void anItemIsItsName() {
    assertThat(ALIEN).isEqualTo(ALIEN.withScore(.5)).isNotEqualTo(NextItem.of("Aliens"));
    assertThat(ALIEN.hashCode()).isEqualTo(ALIEN.withScore(.5).hashCode());
    assertThat(ALIEN.fullEquals(ALIEN.withScore(.9999), 1e-3)).isTrue();
    assertThat(ALIEN.fullEquals(ALIEN.withScore(.99), 1e-3)).isFalse();
    assertThat(ALIEN.withScore(.5).getSerializableForm(true)).isEqualTo("Alien/0.5");
    assertThat(NextItem.unknown().isKnown()).isFalse();
    assertThat(ALIEN.isKnown()).isTrue();
  }

  @Test
  void theFactoryKnowsItsItems() {
    assertThat(FACTORY.generateOutput("Alien")).isEqualTo(ALIEN);
    assertThat(FACTORY.generateOutput(ALIEN)).isSameAs(ALIEN);
    assertThat(FACTORY.generateOutput("")).isEqualTo(NextItem.unknown());
    assertThat(FACTORY.getUnknownOutput()).isEqualTo(NextItem.unknown());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FACTORY.generateOutput("Aliens"))
        .withMessage("There is no item 'Aliens' among the 3 that are ranked, such as 'Alien'");
    assertThat(
            FACTORY
                .constructInfoForExternalModel(Map.of(NextItem.of("Solaris"), 0, ALIEN, 1))
                .getDomain())
        .containsExactly(ALIEN, NextItem.of("Solaris"));
  }

  @Test
  void theDomainHasAllItemsAndCountsThem() {
    MutableOutputInfo<NextItem> info = FACTORY.generateInfo();
    for (NextItem next : List.of(ALIEN, ALIEN, NextItem.of("Stalker"), NextItem.unknown())) {
      info.observe(next);
    }
    assertThat(info.getUnknownCount()).isEqualTo(1);
    assertThat(info.outputCountsIterable())
        .containsExactly(
            new Pair<>("Alien", 2L), new Pair<>("Brazil", 0L), new Pair<>("Stalker", 1L));
    ImmutableOutputInfo<NextItem> domain = info.generateImmutableOutputInfo();
    assertThat(domain.getTotalObservations()).isEqualTo(3);
    assertThat(domain.size()).isEqualTo(3);
    domain.forEach(
        each -> {
          assertThat(domain.getID(each.getB())).isEqualTo(each.getA());
          assertThat(domain.getOutput(each.getA())).isEqualTo(each.getB());
        });
    assertThat(domain.getID(NextItem.of("Aliens"))).isEqualTo(-1);
    assertThat(domain.getOutput(3)).isNull();
    assertThat(domain.generateMutableOutputInfo()).isEqualTo(info);
    assertThat(domain.copy()).isEqualTo(domain);
    info.clear();
    assertThat(info.toReadableString()).isEqualTo("{outputs=3, observed=0, times=0}");
    assertThat(domain.toReadableString()).isEqualTo("{outputs=3, observed=2, times=3}");
  }

  @Test
  void numbersAreThoseOfTheNamesInOrder() {
    assertThat(FILMS.names()).containsExactly("Alien", "Brazil", "Stalker");
    assertThat(FILMS.number("Brazil")).isEqualTo(2);
    assertThat(FILMS).isEqualTo(Items.of(List.of("Brazil", "Alien", "Stalker")));
    assertThat(FILMS.domain()).isNotEqualTo(Items.of(List.of("Brazil", "Alien")).domain());
  }

  @Test
  void badOnesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NextItem.of(""))
        .withMessage("The name of an item is empty, expected some characters");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Items.of(List.of("Alien", "Alien")))
        .withMessage("Of 2 names of items 1 differ, and none is empty; expected names that do");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FILMS.toExample(List.of("Alien", "Aliens"), NextItem.unknown()))
        .withMessageStartingWith("There is no item 'Aliens'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FILMS.toExample(List.of(), NextItem.unknown()))
        .withMessage("A history has 0 items, expected 1 to 100000");
    Any kept = Any.pack(NextItemProto.getDefaultInstance());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NextItem.deserializeFromProto(9, NextItem.class.getName(), kept))
        .withMessageContaining("version 9");
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> new NextItemFactory(Items.of(List.of("Alien"))).postConfig())
        .withMessageContaining("items, are 1, expected two or more to rank");
  }
}
