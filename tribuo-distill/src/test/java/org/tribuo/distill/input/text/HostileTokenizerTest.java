package org.tribuo.distill.input.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files on which the native library would panic, which ends the JVM, are refused before. */
class HostileTokenizerTest {
  private static final String WORDS =
      "{'type':'WordLevel','unk_token':'[UNK]','vocab':{'[UNK]':0,'one':1,'two':2,'[CLS]':3}}";

  @TempDir Path folder;

  @Test
  void aTemplateThatNamesNoSpecialTokenOfTheFile() throws IOException {
    assertRefused(
        withProcessor("[{'SpecialToken':{'id':'[SEP]','type_id':0}}," + text("A") + "]"),
        "the template 'single' names the special token '[SEP]', which is none of its special_tokens");
  }

  @Test
  void aTemplateInASequenceOfProcessors() throws IOException {
    String template = template("[{'SpecialToken':{'id':'[SEP]','type_id':0}}," + text("A") + "]");
    assertRefused(
        with("'post_processor':{'type':'Sequence','processors':[" + template + "]}"),
        "the template 'single' names the special token '[SEP]'");
  }

  @Test
  void aTemplateAfterAnother() throws IOException {
    String template = template("[" + text("A") + "]");
    assertRefused(
        with(
            "'post_processor':{'type':'Sequence','processors':[%s,{'processors':[%s]}]}"
                .formatted(template, template)),
        "its post_processor has 2 templates one after the other, expected at most one");
  }

  @Test
  void aProcessorThatAddsMoreTokensThanTheLibraryCounts() throws IOException {
    String template =
        "{'type':'TemplateProcessing','single':[%s],'pair':[{'SpecialToken':{'id':'c','type_id':0}},%s,%s],'special_tokens':{'c':{'id':'c','ids':[1],'tokens':['c']}}}"
            .formatted(text("A"), text("A"), text("B"));
    String bert = "{'type':'BertProcessing','sep':['s',2],'cls':['c',1]}";
    Path file =
        with("'post_processor':{'type':'Sequence','processors':[%s,%s]}".formatted(template, bert));
    try (TextTokenizer tokenizer = TextTokenizer.open(file, 16)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tokenizer.encode("one ".repeat(30), "two ".repeat(30)))
          .withMessageContaining("%s makes 17 tokens of the text 'one one", file)
          .withMessageEndingWith("more than the maximum length of 16 that is configured");
    }
  }

  @Test
  void mergesThatAreLeftOutAtRandom() throws IOException {
    assertRefused(
        model("{'type':'BPE','dropout':0.5,'vocab':{'o':0,'n':1,'on':2},'merges':['o n']}"),
        "its model leaves out merges at random (dropout 0.5)");
  }

  @Test
  void aTemplateForOneTextThatNamesTwo() throws IOException {
    assertRefused(
        withProcessor("[" + text("A") + "," + text("B") + "]"),
        "the template 'single' has the texts [A, B], expected [A]");
  }

  @Test
  void aTemplateThatHasItsTextTwice() throws IOException {
    assertRefused(
        withProcessor("[" + text("A") + "," + text("A") + "]"),
        "the template 'single' has the texts [A, A], expected [A]");
  }

  @Test
  void anIdOfASpecialTokenThatIsNone() throws IOException {
    assertRefused(
        with("'post_processor':{'type':'BertProcessing','sep':['[SEP]',4294967295],'cls':['c',3]}"),
        "the id of special token '4294967295' is 4294967295, expected a whole number");
  }

  @Test
  void specialTokensBelongToTheVocabulary() throws IOException {
    try (TextTokenizer tokenizer =
        open(with("'post_processor':{'type':'BertProcessing','sep':['s',9],'cls':['c',3]}"))) {
      assertThat(tokenizer.encode("one").ids()).containsExactly(3, 1, 9);
      assertThat(tokenizer.vocabularySize()).isEqualTo(10);
    }
  }

  @Test
  void aSegmentThatIsNone() throws IOException {
    assertRefused(
        withProcessor("[{'Sequence':{'id':'A','type_id':4294967295}}]"),
        "the template 'single' has the type_id 4294967295, expected a whole number of 0 or more");
  }

  @Test
  void aTemplateWithoutText() throws IOException {
    assertRefused(withProcessor("[]"), "its template for a text has no text A");
  }

  @Test
  void aDeeplyNestedDecoder() throws IOException {
    String nested = "{'type':'Sequence','decoders':[".repeat(200) + "]}".repeat(200);
    assertRefused(
        with("'decoder':" + nested), "lists and objects lie in each other more than 32 deep");
  }

  @Test
  void aDecoderThatNativeCodeWouldRefuseIsNotNeeded() throws IOException {
    assertThat(open(with("'decoder':{'type':'BPEDecoder','suffix':1e999}")).encode("one").ids())
        .containsExactly(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "(a+)+$ ~ true",
        "(?:\\s*\\w*)* ~ true",
        "(a|b{3,})+ ~ true",
        "(?:(x*)y){2,} ~ true",
        "a** ~ true",
        "(a{1,900}){5,} ~ true",
        "(o|oo)+\\d ~ true",
        "((o|oo)+\\d) ~ true",
        "(o|o)+x ~ true",
        "o(?:(o|oo)+x)? ~ true",
        "(?=(o|oo)+x) ~ true",
        "o(?=(o|oo)+x) ~ true",
        "(o?){80}\\d ~ true",
        "(o{1,50}){1,50}x ~ true",
        "o*o*\\d ~ true",
        "[op]*o*\\d ~ true",
        "(?<a>o|[n-p])*! ~ true",
        "\\p{N}{1,3} ~ false",
        "(?:\\r?\\n)+(?!\\r?\\n) ~ false",
        "(a|b)+ ~ false",
        "(?:a{,3}|b{2}){ ~ false",
        "[\\w.]+@[\\w.]+\\.\\w+ ~ false",
        "\\w+://\\w+(?:/\\w+)? ~ false",
        "(?i:'s|'t|'re|'ve)|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S) ~ false",
        "[^\\r\\n\\p{L}]?[\\p{Lu}\\p{Lo}]*[\\p{Ll}\\p{Lo}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\s+ ~ false",
        "(?:\\d{3})+ ~ false",
        "(a+)?b* ~ false",
        "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+ ~ false",
        "\\(\\w+\\)+ ~ false",
        "[(a+)]+ ~ false",
        "\\s+(?!\\S)|\\s+ ~ false",
        "'s|'t| ?\\p{L}+| ?[^\\s\\p{L}\\p{N}]+|\\s+ ~ false"
      })
  void waysToMatchOneText(String pattern, boolean tooMany) {
    assertThat(Repetitions.areTooMany(pattern)).isEqualTo(tooMany);
  }

  @Test
  void aRegularExpressionThatCanTakeForEver() throws IOException {
    assertRefused(
        with(
            "'pre_tokenizer':{'type':'Split','pattern':{'Regex':'(a+)+$'},"
                + "'behavior':'Isolated','invert':false}"),
        "the regular expression '(a+)+$' can match a text in too many ways");
  }

  @Test
  void groupsThatLieInEachOtherTooDeep() {
    assertThat(Repetitions.areTooMany("(".repeat(100_000))).isTrue();
  }

  @Test
  void aTextThatIsTooLongForTheNativeLibrary() throws IOException {
    String spaces = "'pre_tokenizer':{'type':'Split','pattern':{'Regex':'\\\\s+(?!\\\\S)'},";
    try (TextTokenizer tokenizer = open(with(spaces + "'behavior':'Isolated','invert':false}"))) {
      assertThat(tokenizer.encode(" ".repeat(999_997) + "one").ids()).isNotEmpty();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tokenizer.encodeAll(List.of("one", " ".repeat(1_000_001))))
          .withMessageStartingWith(
              "Row 1: A text has 1,000,001 characters, expected at most 1,000,000: '  ");
    }
  }

  @Test
  void replacementsThatMakeTextsGrow() throws IOException {
    String replace =
        "{'type':'Replace','pattern':{'String':'o'},'content':'%s'}".formatted("o".repeat(100));
    assertRefused(
        with(
            "'normalizer':{'type':'Sequence','normalizers':[%s,%s,%s]}"
                .formatted(replace, replace, replace)),
        "its normalizer can make a text 1000000 times as long, expected at most 10000");
  }

  @Test
  void aMergeWithoutThePrefixThatIsCutOff() throws IOException {
    assertRefused(
        model(
            "{'type':'BPE','continuing_subword_prefix':'####',"
                + "'vocab':{'a':0,'b':1,'ab':2},'merges':['a b']}"),
        "the merge \"a b\" has a second part without the prefix '####'");
  }

  @ParameterizedTest
  @CsvSource({"4294967295", "-1", "1.5", "2147483647", "99999999999999999999"})
  void anIdThatIsNone(String id) throws IOException {
    assertRefused(
        model("{'type':'WordLevel','unk_token':'[UNK]','vocab':{'[UNK]':%s}}".formatted(id)),
        "the id of token '[UNK]' is " + id + ", expected a whole number from 0 to 2147483646");
  }

  @Test
  void charactersThatAreNone() throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.write(file, new byte[] {0, 0, 0, '{', 1, 1, 1, 1});
    assertRefused(file, "Invalid UTF-32 character");
  }

  @Test
  void aKeyThatIsThereTwice() throws IOException {
    assertRefused(with("'model':" + WORDS), "Duplicate field 'model'");
  }

  @Test
  void tablesOfCharactersThatLeadOutsideThemselves() throws IOException {
    assertRefused(withCharacters("!"), "its precompiled_charsmap is not in Base64");
    assertRefused(withCharacters(""), "has 0 bytes and says that its trie has -1");
    assertRefused(withCharacters(table(4000, new int[2], "")), "says that its trie has 4000");
    assertRefused(
        withCharacters(table(4, new int[] {0xFFF << 10}, "abc\0")),
        "the trie of its precompiled_charsmap has 1 units and leads to unit 4094");
    assertRefused(
        withCharacters(
            Base64.getEncoder().encodeToString(new byte[] {4, 0, 0, 0, 0, 0, 0, 0, (byte) 0xFF})),
        "its precompiled_charsmap has replacements that are not in UTF-8");
    assertRefused(
        with("'normalizer':{'type':'Sequence','normalizers':[{'type':'Precompiled'}]}"),
        "its precompiled_charsmap has 0 bytes");
  }

  @Test
  void aReplacementThatBeginsOutsideTheTable() throws IOException {
    assertRefused(
        withCharacters(replacing('o', 9, "two\0")),
        "its precompiled_charsmap has 4 bytes of replacements");
    assertRefused(
        withCharacters(replacing('o', 1, "é\0")), "one begins in the middle of a character");
  }

  @Test
  void aTableOfCharactersThatIsRightIsUsed() throws IOException {
    assertThat(open(withCharacters(replacing('x', 0, "two\0"))).encode("x one").ids())
        .containsExactly(2, 1);
  }

  @Test
  void aPairOfWhichOneTextIsLeftOut() throws IOException {
    try (TextTokenizer tokenizer =
        open(
            with(
                "'post_processor':{'type':'TemplateProcessing','special_tokens':{},'single':["
                    + text("A")
                    + "],'pair':["
                    + text("A")
                    + "]}"))) {
      assertThat(tokenizer.encode("one").ids()).containsExactly(1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tokenizer.encode("one", "two"))
          .withMessageStartingWith(
              "The tokenizer of %s leaves out a text of each pair".formatted(tokenizer.file()));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tokenizer.encodeAll(List.of("one"), List.of("two")))
          .withMessageContaining("leaves out a text of each pair");
    }
  }

  @Test
  void aPairThatIsRefusedIsNamed() throws IOException {
    Path file =
        with("'truncation':{'direction':'Right','max_length':3,'strategy':'OnlyFirst','stride':0}");
    try (TextTokenizer tokenizer = open(file)) {
      String refused =
          "The tokenizer of %s refuses 'one' and 'two two two two': ".formatted(tokenizer.file());
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tokenizer.encode("one", "two two two two"))
          .withMessageStartingWith(refused);
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> tokenizer.encodeAll(List.of("one", "one"), List.of("two", "two two two two")))
          .withMessageStartingWith("Row 1: " + refused);
    }
  }

  @Test
  void aTextThatIsRefusedIsNamed() throws IOException {
    Path file = model("{'type':'WordLevel','unk_token':'[UNK]','vocab':{'one':1}}");
    try (TextTokenizer tokenizer = open(file)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tokenizer.encodeAll(List.of("one", "two")))
          .withMessage(
              "Row 1: The tokenizer of %s refuses 'two': WordLevel error: Missing [UNK] token from the"
                  + " vocabulary",
              file);
    }
  }

  private void assertRefused(Path file, String why) {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> TextTokenizer.open(file))
        .withMessageStartingWith(file + " is not a tokenizer.json of Hugging Face: ")
        .withMessageContaining(why);
  }

  private static TextTokenizer open(Path file) throws IOException {
    return TextTokenizer.open(file);
  }

  private static String text(String name) {
    return "{'Sequence':{'id':'%s','type_id':0}}".formatted(name);
  }

  private static String template(String single) {
    return "{'type':'TemplateProcessing','single':%s,'pair':[%s,%s],'special_tokens':{}}"
        .formatted(single, text("A"), text("B"));
  }

  private Path withProcessor(String single) throws IOException {
    return with("'post_processor':" + template(single));
  }

  private Path withCharacters(String table) throws IOException {
    return with("'normalizer':{'type':'Precompiled','precompiled_charsmap':'%s'}".formatted(table));
  }

  /** A table that replaces one letter. */
  private static String replacing(char letter, int replacement, String replacements) {
    int[] units = new int[512];
    units[0] = 256 << 10;
    units[256 ^ letter] = 1 << 8 | letter | 128 << 10;
    units[256 ^ letter ^ 128] = 1 << 31 | replacement;
    return table(4 * units.length, units, replacements);
  }

  private static String table(int size, int[] units, String replacements) {
    byte[] text = replacements.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(4 + 4 * units.length + text.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(size);
    for (int unit : units) {
      bytes.putInt(unit);
    }
    return Base64.getEncoder().encodeToString(bytes.put(text).array());
  }

  private Path with(String field) throws IOException {
    return write("{'version':'1.0','model':" + WORDS + ",'pre_tokenizer':null," + field + "}");
  }

  private Path model(String model) throws IOException {
    return write("{'version':'1.0','model':" + model + "}");
  }

  /** Without a pre-tokenizer of its own a file splits at white space. */
  private Path write(String json) throws IOException {
    String content =
        json.contains("'pre_tokenizer':{")
            ? json.replace("'pre_tokenizer':null,", "")
            : json.replace("'pre_tokenizer':null", "'pre_tokenizer':{'type':'Whitespace'}");
    String whole =
        content.contains("'pre_tokenizer'")
            ? content
            : content.replace("{'version'", "{'pre_tokenizer':{'type':'Whitespace'},'version'");
    return Files.writeString(folder.resolve("tokenizer.json"), whole.replace('\'', '"'));
  }
}
