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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.distill.input.internal.text.PairFeatures;
import org.tribuo.distill.input.internal.text.TokenFeatures;
import org.tribuo.test.Helpers;

class ParallelTextDataSourceTest {
  private static final Path TOKENIZER = TinyStories.tokenizer();

  @TempDir private Path folder;

  private Path file(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  /** The source of each example, what its decoder reads, and what is predicted. */
  private static List<String> shown(ParallelTextDataSource pairs) {
    List<String> shown = new ArrayList<>();
    TokenFeatures tokens = new TokenFeatures(99, 101);
    for (Example<GeneratedTokens> example : pairs) {
      PairFeatures features = PairFeatures.of(example);
      shown.add(
          "%s / %s -> %s"
              .formatted(
                  tokens(pairs, tokens.read(features.first()).ids()),
                  tokens(pairs, tokens.read(features.second()).ids()),
                  tokens(pairs, example.getOutput().tokens())));
    }
    return shown;
  }

  private static String tokens(ParallelTextDataSource pairs, int[] ids) {
    return IntStream.of(ids)
        .mapToObj(id -> pairs.vocabulary().token(id))
        .collect(Collectors.joining(" "));
  }

  @Test
  void linesOfTwoFilesBelongTogether() throws Exception {
    ParallelTextDataSource pairs =
        ParallelTextDataSource.builder(
                file("train.en", "w5 w6", "w7"), file("train.de", "w8", "w9 w10"), TOKENIZER)
            .specialTokens("[CLS]", "[SEP]")
            .sourceEndToken("[SEP]")
            .read();

    assertThat(shown(pairs))
        .containsExactly("w5 w6 [SEP] / [CLS] -> w8 [SEP]", "w7 [SEP] / [CLS] -> w9 w10 [SEP]");
    assertThat(shown(pairs)).hasSize(pairs.size());
  }

  @Test
  void aTableHasAColumnForEach() throws Exception {
    Path table = file("pairs.csv", "id,en,de", "1,\"w5, w6\",w8", "2,w7,w9 w10");
    ParallelTextDataSource pairs =
        ParallelTextDataSource.builder(table, "en", "de", TOKENIZER).beginToken("[CLS]").read();

    assertThat(shown(pairs)).containsExactly("w5 [UNK] w6 / [CLS] -> w8", "w7 / [CLS] -> w9 w10");
  }

  @Test
  void aSourceComesFromXmlWithTheHashesOfAllFiles() throws Exception {
    Path xml =
        Files.writeString(
            folder.resolve("config.xml"),
            """
            <config>
              <component name="pairs" type="org.tribuo.distill.generation.ParallelTextDataSource">
                <property name="sourcePath" value="%s"/>
                <property name="targetPath" value="%s"/>
                <property name="tokenizerPath" value="%s"/>
                <property name="beginToken" value="[CLS]"/>
                <property name="endToken" value="[SEP]"/>
              </component>
            </config>
            """
                .formatted(file("train.en", "w5"), file("train.de", "w8"), TOKENIZER));
    ParallelTextDataSource pairs =
        (ParallelTextDataSource) new ConfigurationManager(xml.toString()).lookup("pairs");

    assertThat(shown(pairs)).containsExactly("w5 / [CLS] -> w8 [SEP]");
    Helpers.testProvenanceMarshalling(new MutableDataset<>(pairs).getProvenance());
    assertThat(pairs.getProvenance().toString())
        .contains("resource-hash", "target-resource-hash", "tokenizer-hash");
  }

  @Test
  void whatCannotBeUsedIsNamed() throws Exception {
    Path one = file("one", "w5 w6 w7");
    Path two = file("two", "w8", "w9");
    Path blank = file("blank", "w8", " ");
    refused(pairs(one, two), "sourcePath", "one has 1 lines and .*two 2, expected the same number");
    refused(
        pairs(two, blank),
        "sourcePath",
        "line 2 of .*blank has no text; leave it out of both files");
    refused(
        pairs(one, file("short", "w8")).maxLength(2),
        "sourcePath",
        "its source has 3 tokens, expected 1 to 2; leave the pair out, or state another maxLength");
    refused(
        ParallelTextDataSource.builder(two, two, TOKENIZER),
        "beginToken",
        "is not stated, expected the token with which a decoder starts");
    refused(
        ParallelTextDataSource.builder(two, folder.resolve("none"), TOKENIZER).beginToken("[CLS]"),
        "targetPath",
        "there is no file .*none, expected targets");
    refused(
        ParallelTextDataSource.builder(file("u.csv", "en,de", "w5,w6"), "en", "fr", TOKENIZER)
            .beginToken("[CLS]"),
        "sourcePath",
        "there is no column 'fr', expected it among \\[en, de\\]");
    refused(pairs(two, two).sourceEndToken("</s>"), "sourceEndToken", "is '</s>', which .*");
  }

  private static ParallelTextDataSource.Builder pairs(Path sources, Path targets) {
    return ParallelTextDataSource.builder(sources, targets, TOKENIZER).beginToken("[CLS]");
  }

  private static void refused(
      ParallelTextDataSource.Builder pairs, String property, String message) {
    assertThatThrownBy(pairs::read)
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Property: " + property)
        .satisfies(
            thrown -> {
              Throwable root = thrown;
              while (root.getCause() != null) {
                root = root.getCause();
              }
              assertThat(root instanceof PropertyException e ? e.getMsg() : root.getMessage())
                  .containsPattern(message);
            });
  }
}
