package org.tribuo.distill.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.multilabel.MultiLabel;
import org.tribuo.multilabel.MultiLabelFactory;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.test.Helpers;

class CsvTextDataSourceTest {
  private static final Path TOKENIZER = TextTokenizerTest.FILE;
  private static final LabelFactory LABELS = new LabelFactory();
  private static final String INTENTS =
      """
      text,category
      Where is my card?,card_arrival
      "One, two ""three""
      four",counting
      What is this?,
      """;

  @TempDir Path folder;

  // ---- examples

  @Test
  void rowsBecomeExamplesInOrderAndRowsWithoutLabelUnlabelledOnes() throws IOException {
    CsvTextDataSource<Label> source =
        CsvTextDataSource.of(csv(INTENTS), TOKENIZER, LABELS).labels("category").read();
    assertThat(source.size()).isEqualTo(3);
    assertThat(outputs(source))
        .containsExactly(
            new Label("card_arrival"), new Label("counting"), LABELS.getUnknownOutput());
    assertThat(tokens(source)).startsWith(TokenSequence.of(3, 701, 134, 174, 20, 248, 17, 1));
    try (TextTokenizer tokenizer = TextTokenizer.open(TOKENIZER)) {
      assertThat(tokens(source).get(1)).isEqualTo(tokenizer.encode("One, two \"three\"\nfour"));
    }
    MutableDataset<Label> dataset = new MutableDataset<>(source);
    assertThat(dataset.getOutputInfo().getUnknownCount()).isEqualTo(1);
    assertThat(dataset.getOutputs()).hasSize(2);
  }

  @Test
  void everyPassMakesExamplesOfItsOwn() throws IOException {
    CsvTextDataSource<Label> source =
        CsvTextDataSource.of(csv(INTENTS), TOKENIZER, LABELS).labels("category").read();
    Example<Label> first = source.iterator().next();
    assertThat(source.iterator().next()).isEqualTo(first).isNotSameAs(first);
  }

  @Test
  void onlyTheRowsToKeepKeepTheirLabels() throws IOException {
    CsvTextDataSource<Label> source =
        CsvTextDataSource.of(csv(INTENTS), TOKENIZER, LABELS)
            .labels("category")
            .keepLabels(write("keep.txt", "\n1\n"))
            .read();
    assertThat(outputs(source))
        .containsExactly(
            LABELS.getUnknownOutput(), new Label("counting"), LABELS.getUnknownOutput());
  }

  @Test
  void pairsAreTokenizedTogetherAndCutToTheMaximumLength() throws IOException {
    CsvTextDataSource<Label> source =
        CsvTextDataSource.of(
                csv("a\tb\tlabel\none two three four five six\tin a box\tyes\n"), TOKENIZER, LABELS)
            .text("a")
            .pair("b")
            .separator('\t')
            .maxLength(8)
            .read();
    assertThat(tokens(source))
        .containsExactly(
            new TokenSequence(
                new int[] {3, 251, 409, 1338, 1, 98, 18, 1}, new int[] {0, 0, 0, 0, 0, 1, 1, 1}));
  }

  @Test
  void textWithoutLabelColumnsIsUnlabelled() throws IOException {
    CsvTextDataSource<Label> source =
        CsvTextDataSource.of(csv("text\none\ntwo\n"), TOKENIZER, LABELS).labels().read();
    assertThat(outputs(source)).containsOnly(LABELS.getUnknownOutput()).hasSize(2);
  }

  @Test
  void severalColumnsAreTheDimensionsOfAnOutput() throws IOException {
    Path numbers = csv("text,joy,fear\none,0.5,-1\ntwo,,\n");
    CsvTextDataSource<Regressor> regression =
        CsvTextDataSource.of(numbers, TOKENIZER, new RegressionFactory())
            .labels("joy", "fear")
            .read();
    assertThat(outputs(regression).get(0).getSerializableForm(false))
        .isEqualTo("fear=-1.0,joy=0.5");
    assertThat(outputs(regression).get(1)).isSameAs(RegressionFactory.UNKNOWN_REGRESSOR);

    CsvTextDataSource<MultiLabel> multiLabel =
        CsvTextDataSource.of(
                csv("text,joy,fear\none,true,false\ntwo,false,false\n"),
                TOKENIZER,
                new MultiLabelFactory())
            .labels("joy", "fear")
            .read();
    assertThat(outputs(multiLabel))
        .extracting(MultiLabel::getNameSet)
        .satisfiesExactly(
            first -> assertThat(first).containsExactly("joy"),
            second -> assertThat(second).isEmpty());
  }

  @Test
  void oneColumnMayHoldSeveralLabels() throws IOException {
    CsvTextDataSource<MultiLabel> source =
        CsvTextDataSource.of(
                csv("text,label\none,\"joy,fear\"\n"), TOKENIZER, new MultiLabelFactory())
            .read();
    assertThat(outputs(source).get(0).getNameSet()).containsExactlyInAnyOrder("joy", "fear");
  }

  // ---- configuration and provenance

  @Test
  void tribuosHarnessAcceptsTheConfigurationAndTheProvenance() throws IOException {
    CsvTextDataSource<Label> minimal =
        CsvTextDataSource.of(csv("text,label\none,a\n"), TOKENIZER, LABELS).read();
    configurableRoundtrip(minimal);
    Helpers.testProvenanceMarshalling(minimal.getProvenance());
    CsvTextDataSource<Label> full =
        CsvTextDataSource.of(csv("a;b;c\none;two;x\n"), TOKENIZER, LABELS)
            .text("a")
            .pair("b")
            .labels("c")
            .separator(';')
            .maxLength(16)
            .keepLabels(write("keep.txt", "0\n"))
            .read();
    configurableRoundtrip(full);
    Helpers.testProvenanceMarshalling(full.getProvenance());
  }

  @Test
  void aSourceIsConfiguredInXml() throws IOException {
    Path csv = csv(INTENTS);
    ConfigurationManager manager = new ConfigurationManager(xml(csv, "category", 64));
    CsvTextDataSource<?> source = (CsvTextDataSource<?>) manager.lookup("train");
    assertThat(source.size()).isEqualTo(3);
    assertThat(source).hasToString("CsvTextDataSource(%s, tokenizer=%s)".formatted(csv, TOKENIZER));
  }

  @Test
  void aMistakeInXmlNamesTheComponentAndTheProperty() throws IOException {
    ConfigurationManager manager = new ConfigurationManager(xml(csv(INTENTS), "intent", 64));
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> manager.lookup("train"))
        .withMessageStartingWith(
            "Component: train, Property: labelColumns, there is no single column 'intent'");
  }

  @Test
  void theProvenanceHasTheHashOfEveryFile() throws IOException {
    Path keep = write("keep.txt", "0");
    CsvTextDataSource<Label> source =
        CsvTextDataSource.of(csv("text,label\none,a\n"), TOKENIZER, LABELS).keepLabels(keep).read();
    ConfiguredObjectProvenance provenance = source.getProvenance();
    assertThat(provenance.getInstanceValues().get("tokenizer-hash"))
        .hasToString("SHA-256[1B609336C227A99DF80A5002AC82A28F37AFA3444FA6E3284181EFB2A647E313]");
    assertThat(provenance.getInstanceValues().get("keep-labels-hash"))
        .hasToString("SHA-256[5FECEB66FFC86F38D952786C6D696C79C2DBC239DD4E91B46729D73A27FB57E9]");
    assertThat(provenance.getInstanceValues())
        .containsKeys("resource-hash", "file-modified-time", "datasource-creation-time");
    assertThat(provenance.getConfiguredParameters())
        .containsKeys("dataPath", "textColumn", "labelColumns", "maxLength", "keepLabelsPath");
  }

  // ---- mistakes

  @Test
  void missingFilesAreNamed() throws IOException {
    Path missing = folder.resolve("missing");
    Path csv = csv("text,label\none,a\n");
    refused("dataPath", CsvTextDataSource.of(missing, TOKENIZER, LABELS))
        .isEqualTo("there is no file %s", missing);
    refused("tokenizerPath", CsvTextDataSource.of(csv, missing, LABELS))
        .isEqualTo("there is no file %s", missing);
    refused("keepLabelsPath", CsvTextDataSource.of(csv, TOKENIZER, LABELS).keepLabels(missing))
        .isEqualTo("there is no file %s", missing);
  }

  @Test
  void columnsThatTheFileLacksAreNamed() throws IOException {
    Path csv = csv("text,label,twice,twice\none,a,1,2\n");
    String columns = " in %s, which has [text, label, twice, twice]";
    refused("textColumn", CsvTextDataSource.of(csv, TOKENIZER, LABELS).text("question"))
        .isEqualTo("there is no single column 'question'" + columns, csv);
    refused("pairColumn", CsvTextDataSource.of(csv, TOKENIZER, LABELS).pair("second"))
        .isEqualTo("there is no single column 'second'" + columns, csv);
    refused("labelColumns", CsvTextDataSource.of(csv, TOKENIZER, LABELS).labels("twice"))
        .isEqualTo("there is no single column 'twice'" + columns, csv);
  }

  @Test
  void filesWithoutRowsAreRefused() throws IOException {
    Path header = csv("text,label\n");
    refused("dataPath", CsvTextDataSource.of(header, TOKENIZER, LABELS))
        .isEqualTo("%s has no rows", header);
    Path empty = csv("");
    refused("dataPath", CsvTextDataSource.of(empty, TOKENIZER, LABELS))
        .isEqualTo(
            "%s cannot be read as CSV (caused by it is empty, expected a first row of column"
                + " names)",
            empty);
  }

  @Test
  void malformedRowsAreRefused() throws IOException {
    Path ragged = csv("text,label\none,a\ntwo\n");
    refused("dataPath", CsvTextDataSource.of(ragged, TOKENIZER, LABELS))
        .isEqualTo(
            "%s cannot be read as CSV (caused by On row 3 headers has 2 elements, current line has"
                + " 1 elements.)",
            ragged);
    Path open = csv("text,label\n\"one,a\n");
    refused("dataPath", CsvTextDataSource.of(open, TOKENIZER, LABELS))
        .startsWith("%s cannot be read as CSV (caused by Error reading CSV".formatted(open));
    Path half = csv("text,x,y\none,1,\n");
    refused(
            "dataPath",
            CsvTextDataSource.of(half, TOKENIZER, new RegressionFactory()).labels("x", "y"))
        .isEqualTo(
            "%s cannot be read as CSV (caused by row 0 has only some of its labels: [x, y] are [1,"
                + " ], expected all or none)",
            half);
  }

  @Test
  void labelsThatTheFactoryCannotReadAreRefused() throws IOException {
    Path csv = csv("text,label\none,1\ntwo,many\n");
    refused("outputFactory", CsvTextDataSource.of(csv, TOKENIZER, new RegressionFactory()))
        .startsWith(
            "RegressionFactory cannot make an output of [label=many] in row 1 of %s (caused by"
                .formatted(csv));
    refused("labelColumns", CsvTextDataSource.of(csv, TOKENIZER, LABELS).labels("text", "label"))
        .isEqualTo("[text, label] are several columns, a LabelFactory takes one");
  }

  @Test
  void settingsOutOfRangeAreRefused() throws IOException {
    Path csv = csv("text,label\none,a\n");
    refused("maxLength", CsvTextDataSource.of(csv, TOKENIZER, LABELS).maxLength(-1))
        .isEqualTo("-1 is out of range, expected 0 or more");
    refused("maxLength", CsvTextDataSource.of(csv, TOKENIZER, LABELS).maxLength(2))
        .startsWith("%s cannot be tokenized (caused by The maximum length is 2".formatted(csv));
    Path json = write("tokenizer.json", "{}");
    refused("tokenizerPath", CsvTextDataSource.of(csv, json, LABELS))
        .isEqualTo(
            "%s cannot be read (caused by %s is no tokenizer.json of Hugging Face: it has no"
                + " \"model\")",
            json, json);
  }

  @Test
  void rowsToKeepThatDoNotFitAreRefused() throws IOException {
    Path csv = csv("text,label\none,a\ntwo,\n");
    for (String line : List.of("2", "-1", "first", "0")) {
      Path keep = write("keep.txt", "0\n" + line + "\n");
      refused("keepLabelsPath", CsvTextDataSource.of(csv, TOKENIZER, LABELS).keepLabels(keep))
          .isEqualTo(
              "%s is no list of rows (caused by line 2 is '%s', expected a row number from 0 to 1"
                  + " that is not listed before)",
              keep, line);
    }
    Path keep = write("keep.txt", "1\n");
    refused("keepLabelsPath", CsvTextDataSource.of(csv, TOKENIZER, LABELS).keepLabels(keep))
        .isEqualTo("%s lists the rows {1}, which have no label in %s", keep, csv);
  }

  /** The message of the mistake that reading the source reports for a property. */
  private static <T extends Output<T>> AbstractStringAssert<?> refused(
      String property, CsvTextDataSource.Builder<T> builder) {
    PropertyException mistake = catchThrowableOfType(PropertyException.class, builder::read);
    String prefix = "Component: CsvTextDataSource, Property: %s, ".formatted(property);
    assertThat(mistake).hasMessageStartingWith(prefix);
    return assertThat(mistake.getMsg());
  }

  /** Tribuo's helper asks for a type that no data source can have, its own neither. */
  private static <C extends Configurable & Provenancable<ConfiguredObjectProvenance>>
      void configurableRoundtrip(Configurable source) {
    @SuppressWarnings("unchecked")
    C configurable = (C) source;
    Helpers.testConfigurableRoundtrip(configurable);
  }

  private static <T extends Output<T>> List<T> outputs(CsvTextDataSource<T> source) {
    List<T> outputs = new ArrayList<>();
    source.forEach(example -> outputs.add(example.getOutput()));
    return outputs;
  }

  private static <T extends Output<T>> List<TokenSequence> tokens(CsvTextDataSource<T> source) {
    List<TokenSequence> tokens = new ArrayList<>();
    source.forEach(example -> tokens.add(new TokenFeatures(512, 1656).read(example)));
    return tokens;
  }

  private String xml(Path csv, String labelColumn, int maxLength) throws IOException {
    return write(
            "config.xml",
            """
            <config>
              <component name="train" type="org.tribuo.distill.input.CsvTextDataSource">
                <property name="dataPath" value="%s"/>
                <property name="tokenizerPath" value="%s"/>
                <property name="outputFactory" value="labels"/>
                <propertylist name="labelColumns"><item>%s</item></propertylist>
                <property name="maxLength" value="%d"/>
              </component>
              <component name="labels" type="org.tribuo.classification.LabelFactory"/>
            </config>
            """
                .formatted(csv, TOKENIZER, labelColumn, maxLength))
        .toString();
  }

  private Path csv(String content) throws IOException {
    return write("texts.csv", content);
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }
}
