package org.tribuo.distill.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.distill.input.internal.text.TokenFeatures;
import org.tribuo.test.Helpers;

class PlainTextDataSourceTest {
  private static final Path TOKENIZER = TinyStories.tokenizer();

  @TempDir private Path folder;

  private Path file(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  /** What is read of each example, and what is predicted, as tokens. */
  private static List<String> shown(PlainTextDataSource source) {
    List<String> shown = new ArrayList<>();
    for (Example<GeneratedTokens> example : source) {
      int[] read = new TokenFeatures(99, 101).read(example).ids();
      shown.add(tokens(source, read) + " -> " + tokens(source, example.getOutput().tokens()));
    }
    return shown;
  }

  private static String tokens(PlainTextDataSource source, int[] ids) {
    return String.join(
        " ", IntStream.of(ids).mapToObj(id -> source.vocabulary().token(id)).toList());
  }

  @Test
  void eachLineIsAText() throws Exception {
    Path data = file("texts.txt", "w7 w8 w9", "", "  ", "w6 w5");
    assertThat(shown(PlainTextDataSource.of(data, TOKENIZER)))
        .containsExactly("w7 -> w8 w9", "w6 -> w5");
    assertThat(
            shown(
                PlainTextDataSource.builder(data, TOKENIZER)
                    .specialTokens("[CLS]", "[SEP]")
                    .read()))
        .containsExactly("[CLS] -> w7 w8 w9 [SEP]", "[CLS] -> w6 w5 [SEP]");
  }

  @Test
  void aColumnMayHoldTheTextAndAnotherThePrompt() throws Exception {
    Path data = file("texts.tsv", "id\tquestion\tanswer", "1\tw5 w6\tw7", "2\tw5\tw8 w9");
    PlainTextDataSource source =
        PlainTextDataSource.builder(data, TOKENIZER)
            .textColumn("answer")
            .promptColumn("question")
            .endToken("[SEP]")
            .read();
    assertThat(shown(source)).containsExactly("w5 w6 -> w7 [SEP]", "w5 -> w8 w9 [SEP]");
    Path csv = file("texts.csv", "text", "\"w5, w6\"");
    assertThat(PlainTextDataSource.builder(csv, TOKENIZER).textColumn("text").read().size())
        .isEqualTo(1);
  }

  @Test
  void aSourceComesFromXmlWithProvenance() throws Exception {
    Path data = file("texts.txt", "w7 w8 w9");
    Path xml =
        Files.writeString(
            folder.resolve("config.xml"),
            """
            <config>
              <component name="texts" type="org.tribuo.distill.generation.PlainTextDataSource">
                <property name="dataPath" value="%s"/>
                <property name="tokenizerPath" value="%s"/>
                <property name="endToken" value="[SEP]"/>
                <property name="vocabularySize" value="128"/>
              </component>
            </config>
            """
                .formatted(data, TOKENIZER));
    PlainTextDataSource source =
        (PlainTextDataSource) new ConfigurationManager(xml.toString()).lookup("texts");
    assertThat(shown(source)).containsExactly("w7 -> w8 w9 [SEP]");
    assertThat(source.vocabulary().size()).isEqualTo(128);
    Helpers.testProvenanceMarshalling(new MutableDataset<>(source).getProvenance());
    assertThat(source.getProvenance().toString()).contains("resource-hash", "tokenizer-hash");
  }

  @Test
  void whatCannotBeUsedIsNamed() throws Exception {
    Path data = file("texts.txt", "w7 w8 w9", "w7");
    assertThatThrownBy(() -> PlainTextDataSource.of(data, TOKENIZER))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Property: dataPath")
        .hasRootCauseMessage(
            "it has one token, which comes after nothing; state a beginToken or an endToken, or leave the line out")
        .cause()
        .hasMessageStartingWith("The text of line 2: it has one token");
    PlainTextDataSource.Builder limited =
        PlainTextDataSource.builder(data, TOKENIZER).endToken("[SEP]").maxLength(3);
    assertThatThrownBy(limited::read)
        .isInstanceOf(PropertyException.class)
        .hasRootCauseMessage(
            "it has 4 tokens, more than the maxLength of 3; shorten it, or omit maxLength: then it is read in windows");
    assertThatThrownBy(() -> PlainTextDataSource.builder(data, TOKENIZER).beginToken("<s>").read())
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Property: beginToken, is '<s>', which")
        .hasMessageContaining("does not have");
    assertThatThrownBy(() -> PlainTextDataSource.builder(data, TOKENIZER).promptColumn("a").read())
        .hasMessageContaining("Property: promptColumn, is 'a', but there is no textColumn");
    Path table = file("texts.tsv", "a\tb", "w5\t");
    assertThatThrownBy(() -> PlainTextDataSource.builder(table, TOKENIZER).textColumn("c").read())
        .hasRootCauseMessage("there is no column 'c', expected it among [a, b]");
    assertThatThrownBy(() -> PlainTextDataSource.builder(table, TOKENIZER).textColumn("b").read())
        .hasRootCauseMessage("line 2 has no text in the column 'b'; remove the row, or fill it in");
    assertThatThrownBy(() -> PlainTextDataSource.of(file("none.txt", " "), TOKENIZER))
        .hasMessageContaining("none.txt has no texts");
    assertThatThrownBy(() -> PlainTextDataSource.of(folder.resolve("gone.txt"), TOKENIZER))
        .hasMessageContaining("gone.txt, expected texts");
  }
}
