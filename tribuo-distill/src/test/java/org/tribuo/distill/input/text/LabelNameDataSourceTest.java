package org.tribuo.distill.input.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.ProvenanceUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.AbstractStringAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.input.internal.text.RawText;
import org.tribuo.distill.input.internal.text.TokenFeatures;
import org.tribuo.multilabel.MultiLabel;
import org.tribuo.multilabel.MultiLabelFactory;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.test.Helpers;

class LabelNameDataSourceTest {
  private static final Path TOKENIZER = TextTokenizerTest.FILE;
  private static final String INTENTS =
      """
      text,label
      Where is my card?,card_arrival
      What is this?,
      One or two?,counting
      Is it there?,card_arrival
      """;

  @TempDir Path folder;

  @Test
  void aNameIsATextOfItsLabel() throws IOException {
    LabelNameDataSource<Label> names = LabelNameDataSource.of(intents(), TOKENIZER);
    assertThat(names(names))
        .extracting(Example::getOutput)
        .containsExactly(new Label("card_arrival"), new Label("counting"));
    assertThat(texts(names)).containsExactly("card arrival", "counting");
    assertThat(tokens(names)).containsExactlyElementsOf(encoded("card arrival", "counting"));
  }

  @Test
  void aLabelMayHaveATextOfItsOwn() throws IOException {
    LabelNameDataSource<Label> names =
        LabelNameDataSource.of(intents(), TOKENIZER)
            .texts(Map.of("card_arrival", "where my card is"));
    assertThat(texts(names)).containsExactly("where my card is", "counting");
    assertThat(tokens(names)).containsExactlyElementsOf(encoded("where my card is", "counting"));
  }

  @Test
  void longTextsAreCut() throws IOException {
    LabelNameDataSource<Label> names =
        LabelNameDataSource.of(intents(), TOKENIZER)
            .texts(Map.of("counting", "one two three four five six"))
            .maxLength(5);
    try (TextTokenizer tokenizer = TextTokenizer.open(TOKENIZER, 5)) {
      assertThat(tokens(names).get(1)).isEqualTo(tokenizer.encode("one two three four five six"));
    }
  }

  @Test
  void eachOfSeveralLabelsHasATextOfItsOwn() throws IOException {
    CsvTextDataSource<MultiLabel> feelings =
        source("text,label\none,\"joy,fear\"\ntwo,joy\nthree,\n", new MultiLabelFactory());
    LabelNameDataSource<MultiLabel> names = LabelNameDataSource.of(feelings, TOKENIZER);
    assertThat(names(names))
        .extracting(example -> example.getOutput().getNameSet())
        .containsExactly(Set.of("fear"), Set.of("joy"));
    assertThat(texts(names)).containsExactly("fear", "joy");
  }

  @Test
  void everyPassMakesExamplesOfItsOwn() throws IOException {
    LabelNameDataSource<Label> names = LabelNameDataSource.of(intents(), TOKENIZER);
    Example<Label> first = names(names).get(0);
    assertThat(names(names).get(0)).isEqualTo(first).isNotSameAs(first);
  }

  @Test
  void namesComeAfterTheExamplesOfTheSource() throws IOException {
    CsvTextDataSource<Label> intents = intents();
    MutableDataset<Label> both = new MutableDataset<>(LabelNameDataSource.of(intents, TOKENIZER));
    assertThat(both.size()).isEqualTo(6);
    assertThat(both.getOutputInfo().getUnknownCount()).isEqualTo(1);
    assertThat(both.getData().subList(0, 4)).containsExactlyElementsOf(intents);
    assertThat(CsvTextDataSource.tokenizers(both.getProvenance()))
        .isEqualTo(CsvTextDataSource.tokenizers(new MutableDataset<>(intents).getProvenance()))
        .hasSize(1);
  }

  @Test
  void theProvenanceHasSettingsAndTheHashOfTheTokenizer() throws IOException {
    LabelNameDataSource<Label> names =
        LabelNameDataSource.of(intents(), TOKENIZER).texts(Map.of("counting", "one or two"));
    assertThat(names.getProvenance().getInstanceValues().get("tokenizer-hash"))
        .hasToString("SHA-256[1B609336C227A99DF80A5002AC82A28F37AFA3444FA6E3284181EFB2A647E313]");
    assertThat(names.getProvenance().getConfiguredParameters())
        .containsKeys("source", "tokenizerPath", "texts");
    Helpers.testProvenanceMarshalling(names.getProvenance());
    ObjectProvenance dataset = new MutableDataset<>(names).getProvenance();
    assertThat(ProvenanceUtil.extractConfiguration(dataset))
        .anyMatch(component -> component.getClassName().endsWith("LabelNameDataSource"));
  }

  @Test
  void aSourceIsConfiguredInXml() throws IOException {
    ConfigurationManager manager =
        new ConfigurationManager(
            write(
                    "config.xml",
                    """
                    <config>
                      <component name="names" type="%s">
                        <property name="source" value="train"/>
                        <property name="tokenizerPath" value="%s"/>
                        <property name="maxLength" value="16"/>
                        <propertymap name="texts">
                          <entry key="counting" value="one or two"/>
                        </propertymap>
                      </component>
                      <component name="train" type="%s">
                        <property name="dataPath" value="%s"/>
                        <property name="tokenizerPath" value="%2$s"/>
                        <property name="outputFactory" value="labels"/>
                      </component>
                      <component name="labels" type="org.tribuo.classification.LabelFactory"/>
                    </config>
                    """
                        .formatted(
                            LabelNameDataSource.class.getName(),
                            TOKENIZER,
                            CsvTextDataSource.class.getName(),
                            write("intents.csv", INTENTS)))
                .toString());
    LabelNameDataSource<?> names = (LabelNameDataSource<?>) manager.lookup("names");
    assertThat(texts(names)).containsExactly("card arrival", "one or two");
    assertThat(names).hasSize(6);
    assertThat(names)
        .hasToString(
            "LabelNameDataSource(CsvTextDataSource(%s, tokenizer=%s), tokenizer=%2$s)"
                .formatted(folder.resolve("intents.csv"), TOKENIZER));
  }

  @Test
  void anotherTokenizerThanThatOfTheSourceIsRefused() throws IOException {
    CsvTextDataSource<Label> intents = intents();
    Path other = write("other.json", Files.readString(TOKENIZER) + "\n");
    refused("tokenizerPath", () -> LabelNameDataSource.of(intents, other))
        .isEqualTo(
            "is %s, but the texts of %s have the tokens of another tokenizer; name that one",
            other, intents);
  }

  @Test
  void aNameIsNoLongerThanTheTextsMayBe() throws IOException {
    CsvTextDataSource<Label> intents =
        CsvTextDataSource.of(write("texts.csv", INTENTS), TOKENIZER, new LabelFactory())
            .maxLength(5)
            .read();
    LabelNameDataSource<Label> names =
        LabelNameDataSource.of(intents, TOKENIZER)
            .texts(Map.of("counting", "one two three four five six"));

    assertThat(tokens(names)).allSatisfy(name -> assertThat(name.length()).isLessThanOrEqualTo(5));
    assertThat(names.maxLength(4)).isNotNull();
    refused("maxLength", () -> names.maxLength(6))
        .isEqualTo(
            "is 6, but the texts of %s have at most 5 tokens; omit it, or let these be as long",
            intents);
  }

  @Test
  void pairsOfTextsHaveNoNames() throws IOException {
    CsvTextDataSource<Label> pairs =
        CsvTextDataSource.of(
                write("texts.csv", "text,other,label\none,two,yes\n"),
                TOKENIZER,
                new LabelFactory())
            .pair("other")
            .read();

    refused("source", () -> LabelNameDataSource.of(pairs, TOKENIZER))
        .isEqualTo("is %s, which has pairs of texts; names are single ones", pairs);
  }

  @Test
  void twoLabelsDoNotShareAText() throws IOException {
    CsvTextDataSource<Label> intents =
        source("text,label\none,my_card\ntwo,my card\n", new LabelFactory());

    refused("texts", () -> LabelNameDataSource.of(intents, TOKENIZER))
        .isEqualTo("of 'my card' and 'my_card' are equal, 'my card'; state others");
  }

  @Test
  void mistakesAreNamed() throws IOException {
    CsvTextDataSource<Label> intents = intents();
    LabelNameDataSource<Label> names = LabelNameDataSource.of(intents, TOKENIZER);
    refused("texts", () -> names.texts(Map.of("cards", "where is my card")))
        .isEqualTo(
            "has one for 'cards', which is no label of %s; there are [card_arrival, counting]",
            intents);
    refused("texts", () -> names.texts(Collections.singletonMap("counting", null)))
        .isEqualTo("of 'counting' is null, expected what its examples are about");
    refused("texts", () -> names.texts(Map.of("counting", " ")))
        .isEqualTo("of 'counting' is blank, expected what its examples are about");
    refused("maxLength", () -> names.maxLength(0))
        .isEqualTo("is 0, expected 1 or more; or omit it");
    refused("maxLength", () -> names.maxLength(2))
        .startsWith("the names of %s cannot be tokenized".formatted(intents));
    Path missing = folder.resolve("missing");
    refused("tokenizerPath", () -> LabelNameDataSource.of(intents, missing))
        .isEqualTo("there is no file %s, expected a tokenizer.json", missing);
  }

  @Test
  void aSourceWithoutNamesOfLabelsIsRefused() throws IOException {
    CsvTextDataSource<Label> unlabelled = source("text,label\none,\n", new LabelFactory());
    refused("source", () -> LabelNameDataSource.of(unlabelled, TOKENIZER))
        .isEqualTo("is %s, of which no example has a label; label some", unlabelled);
    CsvTextDataSource<?> numbers = source("text,label\none,1\n", new RegressionFactory());
    refused("source", () -> LabelNameDataSource.of(numbers, TOKENIZER))
        .isEqualTo(
            "is %s, whose outputs are made by RegressionFactory; expected Label or MultiLabel, which have names",
            numbers);
  }

  private static AbstractStringAssert<?> refused(String property, ThrowingCallable making) {
    PropertyException refusal = catchThrowableOfType(PropertyException.class, making);
    assertThat(refusal.getProperty()).isEqualTo(property);
    return assertThat(refusal.getMsg());
  }

  private CsvTextDataSource<Label> intents() throws IOException {
    return source(INTENTS, new LabelFactory());
  }

  private <T extends Output<T>> CsvTextDataSource<T> source(String csv, OutputFactory<T> factory)
      throws IOException {
    return CsvTextDataSource.of(write("texts.csv", csv), TOKENIZER, factory).read();
  }

  /** The examples that the source above does not have. */
  private static <T extends Output<T>> List<Example<T>> names(LabelNameDataSource<T> source) {
    List<Example<T>> names = new ArrayList<>();
    source.forEach(names::add);
    names.removeIf(example -> RawText.of(example).isEmpty());
    return names;
  }

  private static List<String> texts(LabelNameDataSource<?> source) {
    return names(source).stream().map(example -> RawText.of(example).orElseThrow().text()).toList();
  }

  private static List<TokenSequence> tokens(LabelNameDataSource<?> source) {
    return names(source).stream().map(new TokenFeatures(512, 1656)::read).toList();
  }

  private static List<TokenSequence> encoded(String... texts) throws IOException {
    try (TextTokenizer tokenizer = TextTokenizer.open(TOKENIZER)) {
      return tokenizer.encodeAll(List.of(texts));
    }
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }
}
