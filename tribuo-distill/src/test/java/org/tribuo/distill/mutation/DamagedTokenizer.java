package org.tribuo.distill.mutation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.input.text.TokenSequence;

/** A tokenizer.json, of each of the four models that there are. */
final class DamagedTokenizer implements DamagedInput {
  private static final String ADDED =
      "{'id':%d,'content':'%s','single_word':false,'lstrip':false,'rstrip':false,"
          + "'normalized':false,'special':true}";

  private static final String TEMPLATE =
      """
      {'type':'TemplateProcessing',
       'single':[{'SpecialToken':{'id':'[CLS]','type_id':0}},{'Sequence':{'id':'A','type_id':0}}],
       'pair':[{'SpecialToken':{'id':'[CLS]','type_id':0}},{'Sequence':{'id':'A','type_id':0}},
               {'Sequence':{'id':'B','type_id':1}}],
       'special_tokens':{'[CLS]':{'id':'[CLS]','ids':[1],'tokens':['[CLS]']}}}
      """;

  private static final List<String> FILES =
      List.of(
          file(
              "{'type':'BertNormalizer','clean_text':true,'handle_chinese_chars':true,"
                  + "'strip_accents':null,'lowercase':true}",
              "{'type':'BertPreTokenizer'}",
              TEMPLATE,
              "{'type':'WordPiece','prefix':'##','cleanup':true}",
              "{'type':'WordPiece','unk_token':'[UNK]','continuing_subword_prefix':'##',"
                  + "'max_input_chars_per_word':100,'vocab':{'[UNK]':0,'[CLS]':1,'one':2,'t':3,"
                  + "'##w':4,'##o':5}}"),
          file(
              "null",
              "{'type':'Sequence','pretokenizers':[{'type':'Split','pattern':{'Regex':"
                  + "'\\\\s+|\\\\p{L}+'},'behavior':'Isolated','invert':false},"
                  + "{'type':'ByteLevel','add_prefix_space':false,'trim_offsets':true,"
                  + "'use_regex':false}]}",
              "{'type':'RobertaProcessing','sep':['[UNK]',0],'cls':['[CLS]',1],"
                  + "'trim_offsets':true,'add_prefix_space':true}",
              "{'type':'ByteLevel','add_prefix_space':true,'trim_offsets':true,'use_regex':true}",
              "{'type':'BPE','dropout':null,'unk_token':'[UNK]','continuing_subword_prefix':'',"
                  + "'end_of_word_suffix':'','fuse_unk':false,'byte_fallback':false,'vocab':"
                  + "{'[UNK]':0,'[CLS]':1,'o':2,'n':3,'e':4,'on':5,'one':6,'t':7,'w':8,'tw':9},"
                  + "'merges':['o n','on e','t w']}"),
          file(
              "{'type':'Sequence','normalizers':[{'type':'Precompiled','precompiled_charsmap':'"
                  + table()
                  + "'},{'type':'Replace','pattern':{'Regex':' {2,}'},'content':'▁'}]}",
              "{'type':'Metaspace','replacement':'▁','prepend_scheme':'always','split':true}",
              TEMPLATE,
              "{'type':'Metaspace','replacement':'▁','prepend_scheme':'always','split':true}",
              "{'type':'Unigram','unk_id':0,'byte_fallback':false,'vocab':[['<unk>',0.0],"
                  + "['[CLS]',0.0],['▁',-2.0],['▁one',-3.5],['o',-4.0],['▁two',-3.0]]}"),
          file(
              "{'type':'Lowercase'}",
              "{'type':'Whitespace'}",
              "{'type':'BertProcessing','sep':['[UNK]',0],'cls':['[CLS]',1]}",
              "null",
              "{'type':'WordLevel','unk_token':'[UNK]','vocab':{'[UNK]':0,'[CLS]':1,'one':2,"
                  + "'two':3}}"));

  private final boolean fields;

  /**
   * @param fields whether the structure is damaged, or else bytes
   */
  DamagedTokenizer(boolean fields) {
    this.fields = fields;
  }

  @Override
  public void write(Path folder, SplittableRandom random) throws IOException {
    byte[] whole = FILES.get(random.nextInt(FILES.size())).getBytes(StandardCharsets.UTF_8);
    Files.write(
        folder.resolve("tokenizer.json"),
        fields ? JsonDamage.damaged(whole, random) : ByteDamage.damaged(whole, random));
  }

  @Override
  public void use(Path folder) throws IOException {
    List<String> texts =
        List.of("one two", "ONE  twotwo", "ｘ é 漢字 \uD83D\uDE00", "", "o".repeat(200), "a\tb\n");
    try (TextTokenizer tokenizer = TextTokenizer.open(folder.resolve("tokenizer.json"))) {
      for (TokenSequence tokens : tokenizer.encodeAll(texts)) {
        check(tokens, tokenizer);
      }
      for (TokenSequence tokens : tokenizer.encodeAll(texts, texts)) {
        check(tokens, tokenizer);
      }
    }
  }

  private static void check(TokenSequence tokens, TextTokenizer tokenizer) {
    for (int id : tokens.ids()) {
      if (id < 0 || id >= tokenizer.vocabularySize()) {
        throw new AssertionError(
            "token %d of a vocabulary of %d".formatted(id, tokenizer.vocabularySize()));
      }
    }
    if (tokens.length() > tokenizer.maxLength()) {
      throw new AssertionError(
          "%d tokens of at most %d".formatted(tokens.length(), tokenizer.maxLength()));
    }
  }

  private static String file(
      String normalizer, String preTokenizer, String processor, String decoder, String model) {
    return ("{'version':'1.0','truncation':{'direction':'Right','max_length':16,"
            + "'strategy':'LongestFirst','stride':0},'padding':null,'added_tokens':["
            + ADDED.formatted(0, "[UNK]")
            + ","
            + ADDED.formatted(1, "[CLS]")
            + "],'normalizer':%s,'pre_tokenizer':%s,'post_processor':%s,'decoder':%s,'model':%s}")
        .formatted(normalizer, preTokenizer, processor, decoder, model)
        .replace('\'', '"');
  }

  /** A table of characters that replaces one letter. */
  private static String table() {
    int[] units = new int[512];
    units[0] = 256 << 10;
    units[256 ^ 'x'] = 1 << 8 | 'x' | 128 << 10;
    units[256 ^ 'x' ^ 128] = 1 << 31;
    byte[] replacement = "one\0".getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(4 + 4 * units.length + replacement.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(4 * units.length);
    for (int unit : units) {
      bytes.putInt(unit);
    }
    return Base64.getEncoder().encodeToString(bytes.put(replacement).array());
  }
}
