package org.tribuo.distill.generation;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.generation.internal.Continuation;
import org.tribuo.distill.generation.internal.Decoding;
import org.tribuo.distill.generation.internal.Hypothesis;
import org.tribuo.distill.generation.internal.Source;
import org.tribuo.distill.generation.internal.TokenByToken;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.input.text.TextDecoder;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.internal.component.Lifetime;
import org.tribuo.distill.internal.component.ModelFile;
import org.tribuo.distill.internal.component.ModelFileProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;

/**
 * Generates texts with a model from an ONNX file, such as a distilled student or its teacher: a
 * language model continues a prompt, and an encoder-decoder makes the target of a source. It takes
 * the likeliest token each time (greedy decoding), or one that is drawn, or finds the best of
 * several beginnings (beam search). Each token is read once where the model's file has a past, or
 * one can be made, else the whole text for each token; a source is encoded once. Of a text that is
 * longer than a language model reads it reads the end.
 *
 * <pre>{@code
 * try (TextGenerator generator =
 *     TextGenerator.builder(Path.of("student.onnx"), Path.of("tokenizer.json"))
 *         .specialTokens("[CLS]", "[SEP]")
 *         .sampling(new TokenSampling().temperature(0.8).topP(0.95).seed(1))
 *         .open()) {
 *   System.out.println(generator.generate("Where is").text());
 * }
 *
 * <component name="generator" type="org.tribuo.distill.generation.TextGenerator">
 *   <property name="path" value="student.onnx"/>
 *   <property name="tokenizer" value="tokenizer.json"/>
 *   <property name="beginToken" value="[CLS]"/>
 *   <property name="stopToken" value="[SEP]"/>
 * </component>
 * }</pre>
 *
 * <p>ONNX Runtime loads the model at the first text; closing frees the native memory of model and
 * tokenizer. The same model, prompt and settings give the same text. Safe for many threads.
 */
public final class TextGenerator
    implements Configurable, Provenancable<ConfiguredObjectProvenance>, AutoCloseable {
  /** So many texts are generated together. */
  private static final int PROMPTS = 64;

  @ConfigurableName private String component = "TextGenerator";

  @Config(mandatory = true, description = "The ONNX file of the language model.")
  private Path path;

  @Config(mandatory = true, description = "Its tokenizer.json.")
  private Path tokenizer;

  @Config(
      description =
          "The token before each text, as in training, with which an encoder-decoder starts a target;"
              + " by default none.")
  private @Nullable String beginToken;

  @Config(description = "The token with which a text ends; by default none.")
  private @Nullable String stopToken;

  @Config(description = "The token after the source of an encoder-decoder; by default none.")
  private @Nullable String sourceEndToken;

  @Config(
      description =
          "Tokens that are never generated, such as the padding token of Marian's models; the"
              + " probabilities of the others then sum to 1.")
  private List<String> suppressedTokens = new ArrayList<>();

  @Config(description = "How tokens are drawn; by default the likeliest is taken.")
  private @Nullable TokenSampling sampling;

  @Config(description = "How the best of several beginnings is found; by default there is one.")
  private @Nullable BeamSearch beamSearch;

  @Config(description = "The maximum number of tokens that are generated for a text.")
  private int maxTokens = 64;

  @Config(description = "Where the model runs, on how many threads, in which numbers.")
  private Device device = Device.cpu();

  private Opened opened;

  /**
   * What was read of the files.
   *
   * @param known how many of the model's tokens the tokenizer has
   * @param suppressed those of them that are never generated
   * @param begin the tokens before each text: one, or none
   * @param endOfSource those after the source of an encoder-decoder; empty if it is none
   */
  private record Opened(
      LanguageModelFile.Opened file,
      TextTokenizer tokens,
      TextDecoder decoder,
      int known,
      int[] suppressed,
      int[] begin,
      Optional<int[]> endOfSource,
      Decoding decoding,
      Lifetime lifetime) {}

  /** For OLCUT. */
  private TextGenerator() {}

  /**
   * A model that takes the likeliest token each time, up to 64, without special tokens.
   *
   * @param model its ONNX file
   * @param tokenizer its tokenizer.json
   * @throws PropertyException if a file is missing or cannot be used
   */
  public static TextGenerator of(Path model, Path tokenizer) {
    return builder(model, tokenizer).open();
  }

  /** Starts with what every generator needs, and the settings of {@link #of}. */
  public static Builder builder(Path model, Path tokenizer) {
    TextGenerator generator = new TextGenerator();
    generator.path = Objects.requireNonNull(model, "model");
    generator.tokenizer = Objects.requireNonNull(tokenizer, "tokenizer");
    return new Builder(generator);
  }

  /**
   * Reads the files; OLCUT calls it.
   *
   * @throws PropertyException if a file is missing or cannot be used, or a setting does not fit it;
   *     it names the component and the property
   */
  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    file().check();
    properties.checkFile("tokenizer", tokenizer, "a tokenizer.json");
    checkSettings();
    TokenizerProperty ofTokenizer = new TokenizerProperty(properties, "tokenizer", tokenizer);
    Vocabulary vocabulary = ofTokenizer.vocabulary();
    OptionalInt begin = ofTokenizer.special("beginToken", beginToken, vocabulary);
    OptionalInt stop = ofTokenizer.special("stopToken", stopToken, vocabulary);
    int[] end =
        ofTokenizer.special("sourceEndToken", sourceEndToken, vocabulary).stream().toArray();
    try {
      LanguageModelFile.Opened model =
          new LanguageModelFile(properties, file(), tokenizer.toString(), vocabulary).open(device);
      if (model.hasSource() && begin.isEmpty()) {
        throw properties.refused(
            "beginToken", "is not stated, expected the token with which the decoder starts");
      }
      opened =
          new Opened(
              model,
              TextTokenizer.open(tokenizer, TokenSequence.MAX_LENGTH),
              TextDecoder.open(tokenizer),
              vocabulary.size(),
              suppressed(ofTokenizer, vocabulary),
              begin.stream().toArray(),
              model.hasSource() ? Optional.of(end) : Optional.empty(),
              decoding(stop),
              new Lifetime("The generator of '%s'".formatted(path)));
    } catch (IOException | GraphException e) {
      throw new PropertyException(
          e, component, "path", "%s cannot be read as a language model".formatted(path));
    }
  }

  /** Checks each setting that can be judged by itself. */
  private void checkSettings() {
    PropertyChecks properties = new PropertyChecks(component);
    if (sampling != null && beamSearch != null) {
      throw properties.refused("beamSearch", "is stated together with sampling; state one of them");
    }
    properties.checkIfStated("beginToken", beginToken);
    properties.checkIfStated("stopToken", stopToken);
    properties.checkIfStated("sourceEndToken", sourceEndToken);
    suppressedTokens.forEach(token -> properties.checkIfStated("suppressedTokens", token));
    properties.checkAtLeast("maxTokens", 1, maxTokens);
  }

  private int[] suppressed(TokenizerProperty ofTokenizer, Vocabulary vocabulary) {
    int[] suppressed =
        suppressedTokens.stream()
            .flatMapToInt(
                token -> ofTokenizer.special("suppressedTokens", token, vocabulary).stream())
            .distinct()
            .toArray();
    if (suppressed.length >= vocabulary.size() - 1) {
      throw ofTokenizer
          .properties()
          .refused(
              "suppressedTokens",
              "are %d of %d tokens, expected to leave at least two"
                  .formatted(suppressed.length, vocabulary.size()));
    }
    return suppressed;
  }

  private Decoding decoding(OptionalInt stop) {
    if (beamSearch != null) {
      return beamSearch.decoding(this::after, stop);
    }
    return sampling != null
        ? sampling.decoding(this::after, stop)
        : TokenByToken.greedy(this::after, stop);
  }

  /**
   * Goes on with a text, or makes the target of a source.
   *
   * @param prompt the beginning of the text, or the source; may be empty where a language model has
   *     a begin token
   * @throws IllegalArgumentException if the prompt is empty and there is no begin token, or the
   *     tokenizer refuses it, or makes tokens that the model does not know, or more than an encoder
   *     reads
   * @throws IllegalStateException if this generator is closed
   */
  public GeneratedText generate(String prompt) {
    return generate(List.of(prompt)).get(0);
  }

  /**
   * As above, for many prompts together, which takes less time.
   *
   * @param prompts each of which becomes what it would alone, beyond rounding
   * @return one for each, in their order
   * @throws IllegalArgumentException as above
   * @throws IllegalStateException as above
   */
  public List<GeneratedText> generate(List<String> prompts) {
    return opened.lifetime().whileOpen(() -> generated(prompts));
  }

  private List<GeneratedText> generated(List<String> prompts) {
    List<GeneratedText> texts = new ArrayList<>();
    for (int from = 0; from < prompts.size(); from += PROMPTS) {
      int to = Math.min(prompts.size(), from + PROMPTS);
      List<Hypothesis> begun = begun(prompts.subList(from, to));
      opened.decoding().generate(begun, mostTokens()).stream().map(this::text).forEach(texts::add);
    }
    return texts;
  }

  private List<Hypothesis> begun(List<String> prompts) {
    if (opened.endOfSource().isEmpty()) {
      return prompts.stream().map(this::begun).toList();
    }
    int[] end = opened.endOfSource().get();
    List<Source> sources = prompts.stream().map(prompt -> source(prompt, end)).toList();
    return opened.file().model().encoded(sources).stream()
        .map(source -> Hypothesis.of(Optional.of(source), opened.begin()))
        .toList();
  }

  private Source source(String text, int[] end) {
    int[] tokens = concat(tokens(text), end);
    if (tokens.length == 0) {
      throw new IllegalArgumentException("The source is empty, expected a text");
    }
    return Source.of(TokenSequence.of(tokens));
  }

  private Hypothesis begun(String prompt) {
    int[] given = concat(opened.begin(), tokens(prompt));
    if (given.length == 0) {
      throw new IllegalArgumentException(
          "The prompt is empty, and there is no beginToken to start from; state one of them");
    }
    return Hypothesis.of(Optional.empty(), given);
  }

  private int[] tokens(String text) {
    return text.isEmpty() ? new int[0] : opened.tokens().encodeWithoutSpecialTokens(text).ids();
  }

  /** A target is read at once, a text from where the model can read it. */
  private int mostTokens() {
    return opened.endOfSource().isEmpty()
        ? maxTokens
        : Math.min(maxTokens, opened.file().maxLength());
  }

  private GeneratedText text(Hypothesis found) {
    int[] generated = found.generated();
    GeneratedTokens tokens =
        generated.length == 0 ? GeneratedTokens.unknown() : GeneratedTokens.of(generated);
    return new GeneratedText(
        opened.decoder().decode(found.source().isPresent() ? generated : found.tokens()),
        tokens.withLogLikelihood(found.logLikelihood()),
        found.stopped());
  }

  private static int[] concat(int[] tokens, int... further) {
    return IntStream.concat(Arrays.stream(tokens), Arrays.stream(further)).toArray();
  }

  /** What comes next, of the tokens that the tokenizer has. */
  private List<Continuation> after(List<Hypothesis> texts) {
    return opened.file().model().after(texts).stream()
        .map(found -> found.withLogits(checked(found.logits())))
        .toList();
  }

  private float[] checked(float[] logits) {
    for (float logit : logits) {
      if (!Float.isFinite(logit)) {
        throw new IllegalArgumentException(
            "The model '%s' outputs %s, expected finite logits; its weights may be broken"
                .formatted(path, logit));
      }
    }
    float[] known = Arrays.copyOf(logits, opened.known());
    for (int token : opened.suppressed()) {
      known[token] = Float.NEGATIVE_INFINITY;
    }
    return known;
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ModelFileProvenance.of(this, "TextGenerator", file(), List.of(), Optional.of(tokenizer));
  }

  /**
   * Frees the native memory, after the texts that are being generated. A text after that is
   * refused. May be called twice.
   */
  @Override
  public void close() {
    opened
        .lifetime()
        .close(
            () -> {
              opened.file().model().close();
              opened.tokens().close();
              opened.decoder().close();
            });
  }

  @Override
  public String toString() {
    return "TextGenerator(%s, %s)"
        .formatted(
            path,
            sampling != null
                ? sampling.toString()
                : beamSearch != null ? beamSearch.toString() : "greedy");
  }

  private ModelFile file() {
    return new ModelFile(component, path);
  }

  /** Makes one generator in Java. */
  public static final class Builder {
    private final TextGenerator generator;

    private Builder(TextGenerator generator) {
      this.generator = generator;
    }

    private Builder checked() {
      generator.checkSettings();
      return this;
    }

    /**
     * The special tokens of a text.
     *
     * @param begin before each text, as in training
     * @param stop with which a text ends
     * @throws PropertyException if one is blank
     */
    public Builder specialTokens(String begin, String stop) {
      return beginToken(begin).stopToken(stop);
    }

    /**
     * The token before each text, as in training.
     *
     * @throws PropertyException if it is blank
     */
    public Builder beginToken(String token) {
      generator.beginToken = token;
      return checked();
    }

    /**
     * The token with which a text ends.
     *
     * @throws PropertyException if it is blank
     */
    public Builder stopToken(String token) {
      generator.stopToken = token;
      return checked();
    }

    /**
     * The token after the source of an encoder-decoder.
     *
     * @throws PropertyException if it is blank
     */
    public Builder sourceEndToken(String token) {
      generator.sourceEndToken = token;
      return checked();
    }

    /**
     * Tokens that are never generated.
     *
     * @throws PropertyException if one is blank
     */
    public Builder suppressedTokens(String... tokens) {
      generator.suppressedTokens = List.of(tokens);
      return checked();
    }

    /**
     * Finds the best of several beginnings.
     *
     * @throws PropertyException if tokens are drawn
     */
    public Builder beamSearch(BeamSearch search) {
      generator.beamSearch = Objects.requireNonNull(search, "search");
      return checked();
    }

    /**
     * How tokens are drawn.
     *
     * @throws PropertyException if there is a beam search
     */
    public Builder sampling(TokenSampling sampling) {
      generator.sampling = Objects.requireNonNull(sampling, "sampling");
      return checked();
    }

    /**
     * The maximum number of tokens that are generated for a text.
     *
     * @throws PropertyException if it is less than 1
     */
    public Builder maxTokens(int tokens) {
      generator.maxTokens = tokens;
      return checked();
    }

    /** Where the model runs. */
    public Builder device(Device device) {
      generator.device = Objects.requireNonNull(device, "device");
      return this;
    }

    /**
     * Reads the files. To be called once.
     *
     * @throws PropertyException as {@link TextGenerator#postConfig}
     */
    public TextGenerator open() {
      generator.postConfig();
      return generator;
    }
  }
}
