package org.tribuo.distill.generation;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.Configurable;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import com.oracle.labs.mlrg.olcut.provenance.Provenancable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tribuo.Example;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.generation.internal.LogProbabilities;
import org.tribuo.distill.graph.Dimension;
import org.tribuo.distill.graph.Graph;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.TensorType;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.input.internal.text.Tokens;
import org.tribuo.distill.input.text.TextDecoder;
import org.tribuo.distill.input.text.TextTokenizer;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.distill.internal.component.ModelFile;
import org.tribuo.distill.internal.component.ModelFileProvenance;
import org.tribuo.distill.internal.component.OnnxMetadata;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.student.internal.NetworkRunner;
import org.tribuo.distill.student.internal.StudentNetwork;
import org.tribuo.distill.task.internal.Head;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.transformer.internal.LogitsOutput;
import org.tribuo.distill.transformer.internal.Transformer;

/**
 * Goes on with texts, token by token, with a language model from an ONNX file, such as a distilled
 * student or its teacher: with the likeliest token each time (greedy decoding), or one that is
 * drawn. For each token the model reads the whole text, no keys and values are cached; of a text
 * that is longer than the model reads it reads the end.
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
  @ConfigurableName private String component = "TextGenerator";

  @Config(mandatory = true, description = "The ONNX file of the language model.")
  private Path path;

  @Config(mandatory = true, description = "Its tokenizer.json.")
  private Path tokenizer;

  @Config(description = "The token before each text, as in training; empty for none.")
  private String beginToken = "";

  @Config(description = "The token with which a text ends; empty for none.")
  private String stopToken = "";

  @Config(description = "How tokens are drawn; by default the likeliest is taken.")
  private @Nullable TokenSampling sampling;

  @Config(description = "The maximum number of tokens that are generated for a text.")
  private int maxTokens = 64;

  @Config(description = "Where the model runs, on how many threads, in which numbers.")
  private Device device = Device.cpu(0);

  private Opened opened;

  /**
   * What was read of the files.
   *
   * @param known how many of the model's tokens the tokenizer has
   */
  private record Opened(
      InputReader<?> reader,
      NetworkRunner runner,
      TextTokenizer tokens,
      TextDecoder decoder,
      int known,
      OptionalInt begin,
      OptionalInt stop) {}

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
    generator.path = model;
    generator.tokenizer = tokenizer;
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
    file().check();
    PropertyChecks properties = new PropertyChecks(component);
    properties.checkFile("tokenizer", tokenizer, "a tokenizer.json");
    properties.checkAtLeast("maxTokens", 1, maxTokens);
    TokenizerProperty ofTokenizer = new TokenizerProperty(properties, "tokenizer", tokenizer);
    Vocabulary vocabulary = ofTokenizer.vocabulary();
    OptionalInt begin = ofTokenizer.special("beginToken", beginToken, vocabulary);
    OptionalInt stop = ofTokenizer.special("stopToken", stopToken, vocabulary);
    try {
      StudentNetwork network = network(Transformer.of(file().read()), vocabulary, properties);
      opened =
          new Opened(
              network.reader(),
              new NetworkRunner(network, device),
              TextTokenizer.open(tokenizer, TokenSequence.MAX_LENGTH),
              TextDecoder.open(tokenizer),
              vocabulary.size(),
              begin,
              stop);
    } catch (IOException | GraphException e) {
      throw new PropertyException(
          e, component, "path", "%s cannot be read as a language model".formatted(path));
    }
  }

  /** The model, of which the logits behind the last token are wanted. */
  private StudentNetwork network(
      Transformer model, Vocabulary vocabulary, PropertyChecks properties) {
    Tokens tokens = new Tokens();
    properties.check("path", () -> tokens.feeder(model.graph().inputs()));
    InputReader<?> reader =
        tokens.readerOfTrained(
            model,
            OnnxMetadata.maxLength(model.model()),
            OnnxMetadata.padId(model.model()).orElse(0));
    Head head =
        Head.ofSteps(
            new LabelOrder(
                columns(model, vocabulary.names()).orElseGet(() -> enlarged(model, vocabulary))));
    String logits =
        LogitsOutput.find(
            "The model '%s'".formatted(path),
            model.graph(),
            head.row(),
            OnnxMetadata.logits(model.model()));
    return new StudentNetwork(model, List.of(logits), head, reader);
  }

  /** The tokens that the file names, if it does. */
  private Optional<List<String>> columns(Transformer model, List<String> known) {
    Optional<List<String>> named = OnnxMetadata.labelOrder(model.model());
    named.ifPresent(
        names -> {
          if (names.size() < known.size() || !names.subList(0, known.size()).equals(known)) {
            throw new PropertyException(
                component,
                "tokenizer",
                "%s has %d tokens, and %s predicts %d others; state the tokenizer of the model"
                    .formatted(tokenizer, known.size(), path, names.size()));
          }
        });
    return named;
  }

  /** As many as the logits have, whose table may be larger than the vocabulary. */
  private static List<String> enlarged(Transformer model, Vocabulary vocabulary) {
    Graph graph = model.graph();
    int columns =
        graph.outputs().stream()
            .flatMap(output -> graph.type(output).flatMap(TensorType::shape).stream())
            .filter(shape -> shape.rank() == 3)
            .flatMap(shape -> Optional.of(shape.dimension(2)).stream())
            .filter(Dimension.Fixed.class::isInstance)
            .mapToInt(last -> Math.toIntExact(((Dimension.Fixed) last).size()))
            .filter(size -> size >= vocabulary.size())
            .min()
            .orElse(vocabulary.size());
    return vocabulary.enlargedTo(columns).names();
  }

  /**
   * Goes on with a text.
   *
   * @param prompt its beginning; may be empty where there is a begin token
   * @throws IllegalArgumentException if the prompt is empty and there is no begin token, or the
   *     tokenizer refuses it, or makes tokens that the model does not know
   */
  public GeneratedText generate(String prompt) {
    int[] tokens = opened.begin().stream().toArray();
    if (!prompt.isEmpty()) {
      tokens = append(tokens, opened.tokens().encodeWithoutSpecialTokens(prompt).ids());
    }
    if (tokens.length == 0) {
      throw new IllegalArgumentException(
          "The prompt is empty, and there is no beginToken to go on from; state one of them");
    }
    int read = tokens.length;
    double logLikelihood = 0;
    boolean stopped = false;
    TokenSampling drawn = sampling;
    SplittableRandom random = drawn == null ? new SplittableRandom(0) : drawn.random();
    while (!stopped && tokens.length < read + maxTokens) {
      float[] logits = logits(tokens);
      int next =
          drawn == null
              ? LogProbabilities.argMax(logits, 0, logits.length)
              : drawn.draw(logits, random);
      logLikelihood += logits[next] - LogProbabilities.logSumExp(logits, 0, logits.length);
      stopped = opened.stop().equals(OptionalInt.of(next));
      if (!stopped) {
        tokens = append(tokens, next);
      }
    }
    GeneratedTokens generated =
        tokens.length == read
            ? GeneratedTokens.unknown()
            : GeneratedTokens.of(Arrays.copyOfRange(tokens, read, tokens.length));
    return new GeneratedText(
        opened.decoder().decode(tokens), generated.withLogLikelihood(logLikelihood), stopped);
  }

  private static int[] append(int[] tokens, int... further) {
    return IntStream.concat(Arrays.stream(tokens), Arrays.stream(further)).toArray();
  }

  /** Of the token behind some, as far as the tokenizer has it. */
  private float[] logits(int[] tokens) {
    int from = Math.max(0, tokens.length - opened.reader().maxLength());
    Example<GeneratedTokens> end =
        TokenSequence.of(Arrays.copyOfRange(tokens, from, tokens.length))
            .toExample(GeneratedTokens.unknown());
    float[] all = opened.runner().rows(ExampleInputs.of(opened.reader(), List.of(end))).get(0);
    for (float logit : all) {
      if (!Float.isFinite(logit)) {
        throw new IllegalArgumentException(
            "The model '%s' outputs %s, expected finite logits; its weights may be broken"
                .formatted(path, logit));
      }
    }
    return Arrays.copyOf(all, opened.known());
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ModelFileProvenance.of(this, "TextGenerator", file(), List.of(), Optional.of(tokenizer));
  }

  /** Frees the native memory. A text after that is refused. */
  @Override
  public void close() {
    opened.runner().close();
    opened.tokens().close();
    opened.decoder().close();
  }

  @Override
  public String toString() {
    return "TextGenerator(%s, %s)"
        .formatted(path, sampling == null ? "greedy" : sampling.toString());
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

    /**
     * The special tokens of a text.
     *
     * @param begin before each text, as in training; empty for none
     * @param stop with which a text ends; empty for none
     */
    public Builder specialTokens(String begin, String stop) {
      generator.beginToken = begin;
      generator.stopToken = stop;
      return this;
    }

    /** How tokens are drawn. */
    public Builder sampling(TokenSampling sampling) {
      generator.sampling = sampling;
      return this;
    }

    /** The maximum number of tokens that are generated for a text. */
    public Builder maxTokens(int tokens) {
      generator.maxTokens = tokens;
      return this;
    }

    /** Where the model runs. */
    public Builder device(Device device) {
      generator.device = device;
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
