package org.tribuo.distill.input.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.config.property.SimpleProperty;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.input.internal.text.RawText;
import org.tribuo.distill.input.internal.text.TokenFeatures;
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
        .containsKeys("dataPath", "textColumn", "labelColumns", "keepLabelsPath")
        .doesNotContainKeys("maxLength", "pairColumn", "separator", "charset");
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
    Path ragged = csv("text,label\none,a\n\"two\nlines\",b\nthree\n");
    refused("dataPath", CsvTextDataSource.of(ragged, TOKENIZER, LABELS))
        .isEqualTo(
            "%s cannot be read as CSV (caused by row 2 (line 5) has 1 cells, but the header has 2"
                + " columns; is its text quoted, and the file comma-separated, cells may be quoted,"
                + " UTF-8?)",
            ragged);
    Path open = csv("text,label\none,a\n\"two,b\nthree,c\nfour,d\n");
    refused("dataPath", CsvTextDataSource.of(open, TOKENIZER, LABELS))
        .isEqualTo(
            "%s cannot be read as CSV (caused by row 1 is malformed: Unclosed quoted field at end"
                + " of input (record starting at line 3); close the quotation there, or set quoting"
                + " to NONE if quotation marks are letters in this file)",
            open);
    Path after = csv("text,label\none,a\n\"two\" and,b\n");
    refused("dataPath", CsvTextDataSource.of(after, TOKENIZER, LABELS))
        .startsWith(
            ("%s cannot be read as CSV (caused by row 1 is malformed: Unexpected character after"
                    + " closing quote: ' ' (0x20) (record starting at line 3)")
                .formatted(after));
    Path half = csv("text,x,y\none,1,\n");
    refused(
            "dataPath",
            CsvTextDataSource.of(half, TOKENIZER, new RegressionFactory()).labels("x", "y"))
        .isEqualTo(
            "%s cannot be read as CSV (caused by row 0 (line 2) has only some of its labels: [x, y]"
                + " are [1, ], expected all or none)",
            half);
    Path damaged = csv("text,label\none,a\nt\0wo,b\n");
    refused("dataPath", CsvTextDataSource.of(damaged, TOKENIZER, LABELS))
        .startsWith(
            ("%s cannot be read as CSV (caused by row 1 (line 3) has the character NUL in column"
                    + " 'text'; is the file damaged, or in UTF-16")
                .formatted(damaged));
  }

  @Test
  void anUnclosedQuotationTakesTimeThatGrowsWithTheRowsAndNamesItsOwn() throws IOException {
    StringBuilder rows = new StringBuilder("text,label\none,a\n\"two,b\n");
    for (int row = 0; row < 300_000; row++) {
      rows.append("some words of row ").append(row).append(",c\n");
    }
    Path open = csv(rows.toString());
    assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () ->
            refused("dataPath", CsvTextDataSource.of(open, TOKENIZER, LABELS))
                .contains("row 1 is malformed: Unclosed quoted field")
                .contains("starting at line 3"));
  }

  @Test
  void aCellThatIsHugeIsRefused() throws IOException {
    Path huge = csv("text,label\none,a\n" + "word ".repeat(3_500_000) + ",b\n");
    refused("dataPath", CsvTextDataSource.of(huge, TOKENIZER, LABELS))
        .contains("row 1 is malformed: The maximum buffer size of 16777216 is insufficient")
        .contains("starting at line 3");
  }

  @Test
  void rowsWithoutTextAreRefused() throws IOException {
    Path blank = csv("text,label\none,a\n  ,b\n\"\",\n");
    refused("textColumn", CsvTextDataSource.of(blank, TOKENIZER, LABELS))
        .isEqualTo(
            "row 1 (line 3) of %s has no text in column 'text', and neither have 1 more rows;"
                + " remove the row, or fill it in",
            blank);
  }

  // ---- labels and numbers

  @Test
  void flagsAreReadInEachUsualSpelling() throws IOException {
    CsvTextDataSource<MultiLabel> faults =
        flags(Path.of("src/test/resources/faults/text/multilabel-01_zero-one.csv"), "toxic");
    assertThat(outputs(faults).subList(0, 6))
        .extracting(MultiLabel::getNameSet)
        .containsExactly(
            Set.of("toxic"),
            Set.of("insult"),
            Set.of("toxic", "insult"),
            Set.of(),
            Set.of("threat"),
            Set.of("threat", "toxic"));
    for (String spelling : List.of("1,0", "yes,no", "1.0,0.0", "TRUE,False", "Y,n", "t,F")) {
      String[] yesNo = spelling.split(",");
      Path csv = csv("text,joy,insult,threat\none,%1$s,%2$s,%1$s\n".formatted(yesNo[0], yesNo[1]));
      assertThat(outputs(flags(csv, "joy")))
          .as(spelling)
          .extracting(MultiLabel::getNameSet)
          .containsExactly(Set.of("joy", "threat"));
    }
  }

  @Test
  void aSingleColumnOfFlagsIsAboutTheLabelOfItsName() throws IOException {
    Path faults = Path.of("src/test/resources/faults/text/multilabel-01_zero-one.csv");
    assertThat(namesOfColumn(faults, "insult").subList(0, 4))
        .containsExactly(Set.of(), Set.of("insult"), Set.of("insult"), Set.of());
    assertThat(namesOfColumn(csv("text,joy\none,yes\ntwo,\nthree,no\n"), "joy"))
        .as("a row without a label among them")
        .containsExactly(
            Set.of("joy"), MultiLabelFactory.UNKNOWN_MULTILABEL.getNameSet(), Set.of());
    assertThat(namesOfColumn(csv("text,codes\none,1\ntwo,\"0,2\"\n"), "codes"))
        .as("a list of labels that are numbers")
        .containsExactly(Set.of("1"), Set.of("0", "2"));
  }

  private List<Set<String>> namesOfColumn(Path csv, String column) {
    return outputs(
            CsvTextDataSource.of(csv, TOKENIZER, new MultiLabelFactory()).labels(column).read())
        .stream()
        .map(MultiLabel::getNameSet)
        .toList();
  }

  private CsvTextDataSource<MultiLabel> flags(Path csv, String first) {
    return CsvTextDataSource.of(csv, TOKENIZER, new MultiLabelFactory())
        .labels(first, "insult", "threat")
        .read();
  }

  @Test
  void flagsThatAreNotUnderstoodAreRefused() throws IOException {
    for (String cell : List.of("maybe", "2", "0.7", "x", "on")) {
      Path csv = csv("text,joy,fear\none,true,false\ntwo,0,%s\n".formatted(cell));
      refused(
              "labelColumns",
              CsvTextDataSource.of(csv, TOKENIZER, new MultiLabelFactory()).labels("joy", "fear"))
          .isEqualTo(
              "row 1 (line 3) of %s has labels that cannot be read (caused by '%s' in 'fear' does"
                  + " not say whether the label is there, expected true or false, yes or no, 1 or"
                  + " 0)",
              csv, cell);
    }
    Path list = csv("text,label\none,\"joy=1, fear=0\"\ntwo,\"joy,anger\"\n");
    assertThat(outputs(CsvTextDataSource.of(list, TOKENIZER, new MultiLabelFactory()).read()))
        .extracting(MultiLabel::getNameSet)
        .containsExactly(Set.of("joy"), Set.of("joy", "anger"));
    Path unclear = csv("text,label\none,\"joy=perhaps\"\n");
    refused("labelColumns", CsvTextDataSource.of(unclear, TOKENIZER, new MultiLabelFactory()))
        .contains("row 0 (line 2)")
        .contains("'perhaps' in 'label' does not say");
    Path nothing = csv("text,label\none,\"joy,\"\n");
    refused("labelColumns", CsvTextDataSource.of(nothing, TOKENIZER, new MultiLabelFactory()))
        .contains("'joy,' in 'label' lists nothing before or after a comma");
  }

  @Test
  void aNumberIsOneNumber() throws IOException {
    Path faults = Path.of("src/test/resources/faults/text/regression_comma-decimals.csv");
    refused("labelColumns", scores(faults))
        .isEqualTo(
            "row 0 (line 2) of %s has labels that cannot be read (caused by '4,5' in 'score' is not a"
                + " number, expected one such as 4.5; state the decimalSeparator if it is another"
                + " than '.')",
            faults);
    assertThat(outputs(scores(faults).decimalSeparator(',').read()))
        .extracting(score -> score.getSerializableForm(false))
        .containsExactly("DIM-0=4.5", "DIM-0=0.0");
    for (String cell : List.of("many", "NaN", "Infinity", "1e999", "0x1p3", "1f", "1;5", "1_000")) {
      Path csv = csv("sentence1,sentence2,score\none,two,%s\n".formatted(cell));
      refused("labelColumns", scores(csv))
          .contains("'%s' in 'score' is not a number".formatted(cell));
    }
    Path points = csv("sentence1,sentence2,score\none,two,1.234\n");
    refused("labelColumns", scores(points).decimalSeparator(','))
        .contains("'1.234' in 'score' is not a number, expected one such as 4,5");
    Path columns = csv("text,x,y\none,1,\"2,5\"\n");
    refused(
            "labelColumns",
            CsvTextDataSource.of(columns, TOKENIZER, new RegressionFactory()).labels("x", "y"))
        .contains("'2,5' in 'y' is not a number");
    Path list = csv("text,label\none,\"x=1,y=-2e1\"\ntwo,\"x=1,5\"\n");
    refused("labelColumns", CsvTextDataSource.of(list, TOKENIZER, new RegressionFactory()))
        .contains("row 1 (line 3)")
        .contains("'5' in 'label' has no name, expected such as name=value");
  }

  private static CsvTextDataSource.Builder<Regressor> scores(Path csv) {
    return CsvTextDataSource.of(csv, TOKENIZER, new RegressionFactory())
        .text("sentence1")
        .pair("sentence2")
        .labels("score");
  }

  @Test
  void aLabelFactoryTakesOneColumn() throws IOException {
    Path csv = csv("text,label\none,1\ntwo,many\n");
    refused("labelColumns", CsvTextDataSource.of(csv, TOKENIZER, LABELS).labels("text", "label"))
        .isEqualTo("[text, label] are several columns, a LabelFactory takes one");
  }

  // ---- formats

  @Test
  void quotationMarksAreLettersBetweenTabsUnlessTheyEncloseCells() throws IOException {
    CsvTextDataSource<Label> glue =
        CsvTextDataSource.of(
                Path.of("src/test/resources/faults/text/tsv-quotes_quotes.tsv"), TOKENIZER, LABELS)
            .read();
    assertThat(glue.size()).isEqualTo(12);
    assertThat(glue.format()).hasToString("tab-separated, quotation marks are letters, UTF-8");

    Path twoThatFit = csv("text\tlabel\n\"one\ta\ntwo\tb\nand \"\tc\n");
    assertThat(CsvTextDataSource.of(twoThatFit, TOKENIZER, LABELS).read().size()).isEqualTo(3);

    Path whole = csv("text\tlabel\n\"one \"\"two\"\"\"\ta\nthree\tb\n");
    assertFirstText(CsvTextDataSource.of(whole, TOKENIZER, LABELS), "one \"two\"");
    assertFirstText(
        CsvTextDataSource.of(whole, TOKENIZER, LABELS).quoting(CsvFormat.Quoting.NONE),
        "\"one \"\"two\"\"\"");
    Path lines = csv("text\tlabel\n\"one\ttwo\tthree\nfour\"\ta\nfive\tb\n");
    assertFirstText(CsvTextDataSource.of(lines, TOKENIZER, LABELS), "one\ttwo\tthree\nfour");
  }

  @Test
  void aSeparatorIsFoundOutFromTheHeaderUnlessItIsStated() throws IOException {
    for (char separator : new char[] {',', '\t', ';', '|'}) {
      Path csv = csv("id,text,label\n1,one,a\n2,two,b\n".replace(',', separator));
      CsvTextDataSource<Label> source = CsvTextDataSource.of(csv, TOKENIZER, LABELS).read();
      assertThat(source.size()).isEqualTo(2);
      assertThat(source.format().separator()).isEqualTo(separator);
    }
    Path other = csv("text#label\none, two#a\n");
    assertFirstText(CsvTextDataSource.of(other, TOKENIZER, LABELS).separator('#'), "one, two");
    refused("textColumn", CsvTextDataSource.of(other, TOKENIZER, LABELS))
        .isEqualTo("there is no single column 'text' in %s, which has [text#label]", other);
  }

  @Test
  void theFormatIsInTheProvenance() throws IOException {
    CsvTextDataSource<Label> source =
        CsvTextDataSource.of(csv("text\tlabel\none\ta\n"), TOKENIZER, LABELS)
            .separator('\t')
            .quoting(CsvFormat.Quoting.NONE)
            .charset(StandardCharsets.ISO_8859_1)
            .read();
    ConfiguredObjectProvenance provenance = source.getProvenance();
    assertThat(provenance.getInstanceValues().get("found-format"))
        .hasToString("tab-separated, quotation marks are letters, ISO-8859-1");
    assertThat(provenance.getConfiguredParameters().get("separator")).hasToString("tab");
    configurableRoundtrip(source);
    Helpers.testProvenanceMarshalling(source.getProvenance());
  }

  @Test
  void aCharacterSetIsToldByAMarkOrStated() throws IOException {
    String content = "text,label\nCaf\u00e9,a\n";
    for (Charset charset :
        List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      Path marked =
          Files.write(folder.resolve("marked.csv"), ("\uFEFF" + content).getBytes(charset));
      assertFirstText(CsvTextDataSource.of(marked, TOKENIZER, LABELS), "Caf\u00e9");
      assertFirstText(
          CsvTextDataSource.of(marked, TOKENIZER, LABELS).charset(charset), "Caf\u00e9");
    }
    Path latin =
        Files.write(folder.resolve("latin.csv"), content.getBytes(StandardCharsets.ISO_8859_1));
    assertFirstText(
        CsvTextDataSource.of(latin, TOKENIZER, LABELS).charset(StandardCharsets.ISO_8859_1),
        "Caf\u00e9");
    ConfigurationManager manager = new ConfigurationManager(xml(latin, "label", 64));
    manager.overrideConfigurableProperty("train", "charset", new SimpleProperty("klingon"));
    assertThatExceptionOfType(PropertyException.class)
        .isThrownBy(() -> manager.lookup("train"))
        .withMessageContaining("Property: charset, is 'klingon', expected a character set");
  }

  @Test
  void bytesThatAreNoTextAreNamed() throws IOException {
    String content = "text,label\n\"one\ntwo\",a\nCaf\u00e9,b\n";
    Path latin =
        Files.write(folder.resolve("latin.csv"), content.getBytes(StandardCharsets.ISO_8859_1));
    refused("dataPath", CsvTextDataSource.of(latin, TOKENIZER, LABELS))
        .isEqualTo(
            "%s cannot be read as CSV (caused by row 1: line 4 of %s has the bytes E9 at offset 26,"
                + " which are no UTF-8; state the character set of the file, such as windows-1252"
                + " or UTF-16LE)",
            latin, latin);
    String far = "text,label\n" + "one,a\n".repeat(20_000) + "Caf\u00e9,b\n";
    Path late = Files.write(folder.resolve("far.csv"), far.getBytes(StandardCharsets.ISO_8859_1));
    refused("dataPath", CsvTextDataSource.of(late, TOKENIZER, LABELS))
        .contains("row 20000: line 20002 of %s has the bytes E9 at offset 120014".formatted(late));
    Path header =
        Files.write(
            folder.resolve("header.csv"),
            "t\u00e9xt,label\none,a".getBytes(StandardCharsets.ISO_8859_1));
    refused("dataPath", CsvTextDataSource.of(header, TOKENIZER, LABELS))
        .contains("the first row, of column names: line 1 of");
    Path unmarked =
        Files.write(
            folder.resolve("unmarked.csv"),
            "text,label\none,a\n".getBytes(StandardCharsets.UTF_16LE));
    refused("dataPath", CsvTextDataSource.of(unmarked, TOKENIZER, LABELS))
        .isEqualTo(
            "%s cannot be read as CSV (caused by the first row, of column names, has the character"
                + " NUL; is the file damaged, or in UTF-16, which its charset would have to state?)",
            unmarked);
    assertThatThrownBy(() -> TextFile.of(unmarked).lines())
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("line 1 of %s has the character NUL", unmarked);
  }

  private static void assertFirstText(CsvTextDataSource.Builder<Label> builder, String text) {
    Example<Label> first = builder.keepText().read().iterator().next();
    assertThat(RawText.of(first)).map(RawText::text).contains(text);
  }

  @Test
  void settingsOutOfRangeAreRefused() throws IOException {
    Path csv = csv("text,label\none,a\n");
    refused("maxLength", CsvTextDataSource.of(csv, TOKENIZER, LABELS).maxLength(2))
        .startsWith("%s cannot be tokenized (caused by The maximum length is 2".formatted(csv));
    Path json = write("tokenizer.json", "{}");
    refused("tokenizerPath", CsvTextDataSource.of(csv, json, LABELS))
        .isEqualTo(
            "%s cannot be read (caused by %s is not a tokenizer.json of Hugging Face: it has no"
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
              "%s is not a list of rows (caused by line 2 is '%s', expected a row number from 0 to 1"
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
              <component name="train" type="org.tribuo.distill.input.text.CsvTextDataSource">
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
