package org.tribuo.distill.embedding;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import com.oracle.labs.mlrg.olcut.provenance.ConfiguredObjectProvenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.data.text.TextPipeline;
import org.tribuo.distill.component.InputFiles;
import org.tribuo.distill.engine.Device;
import org.tribuo.distill.graph.GraphException;
import org.tribuo.distill.graph.OnnxModel;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.InputReader;
import org.tribuo.distill.input.internal.text.Tokens;
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
import org.tribuo.distill.transformer.Pooling;
import org.tribuo.distill.transformer.internal.Transformer;
import org.tribuo.distill.transformer.internal.head.EmbeddingHead;
import org.tribuo.distill.transformer.internal.head.TextEncoder;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;

/**
 * Makes vectors of texts with an encoder from an ONNX file, such as a distilled student, or its
 * teacher. In Tribuo it is a pipeline for texts: in a {@code TextFeatureExtractorImpl}, which
 * Tribuo's data sources of texts take, each number of the vector is a feature, so that any trainer
 * can learn from them.
 *
 * <pre>{@code
 * try (TextEmbedder embedder =
 *     TextEmbedder.of(Path.of("student.onnx"), Path.of("tokenizer.json"))) {
 *   float[] vector = embedder.embed("A man is playing a flute");
 *   TextFeatureExtractor<Label> features = new TextFeatureExtractorImpl<>(embedder);
 * }
 *
 * <component name="embedder" type="org.tribuo.distill.embedding.TextEmbedder">
 *   <property name="path" value="student.onnx"/>
 *   <property name="tokenizer" value="tokenizer.json"/>
 * </component>
 * }</pre>
 *
 * <p>Texts that are too long are cut. ONNX Runtime loads the encoder at the first text; closing
 * frees the native memory of encoder and tokenizer. Safe for many threads.
 */
public final class TextEmbedder implements TextPipeline, AutoCloseable {
  @ConfigurableName private String component = "TextEmbedder";

  @Config(mandatory = true, description = "The ONNX file of the encoder.")
  private Path path;

  @Config(mandatory = true, description = "Its tokenizer.json.")
  private Path tokenizer;

  @Config(
      description =
          "How one vector for a text comes out of the last layer; by default as the file does it, if"
              + " it has the output sentence_embedding.")
  private @Nullable Pooling pooling;

  @Config(
      description =
          "Whether each vector is divided by its length; by default it is, unless the file makes"
              + " vectors of texts itself.")
  private Pooling.@Nullable Length length;

  @Config(
      description =
          "The maximum length of a text in tokens, special ones included, 1 or more; by default what the"
              + " file states, or the encoder reads.")
  private @Nullable Integer maxLength;

  @Config(description = "Where the encoder runs, on how many threads, in which numbers.")
  private Device device = Device.cpu();

  private Opened opened;

  /** What was read of the files. */
  private record Opened(
      TextEncoder encoder,
      LabelOrder columns,
      InputReader<?> reader,
      NetworkRunner runner,
      TextTokenizer tokens) {}

  /** For OLCUT. */
  private TextEmbedder() {}

  /**
   * A file that makes vectors of texts itself, as an exported {@link
   * org.tribuo.distill.student.EmbeddingStudent} does.
   *
   * @param tokenizer its tokenizer.json
   * @throws PropertyException if a file is missing or cannot be understood
   */
  public static TextEmbedder of(Path path, Path tokenizer) {
    return of(path, tokenizer, null);
  }

  /**
   * An encoder whose pooling is stated; its vectors are divided by their lengths.
   *
   * @param pooling {@code null} for the file's own
   * @throws PropertyException if a file is missing or cannot be understood
   */
  public static TextEmbedder of(Path path, Path tokenizer, @Nullable Pooling pooling) {
    TextEmbedder embedder = new TextEmbedder();
    embedder.path = path;
    embedder.tokenizer = tokenizer;
    embedder.pooling = pooling;
    embedder.postConfig();
    return embedder;
  }

  /**
   * Reads the files; OLCUT calls it.
   *
   * @throws PropertyException if a file is missing or cannot be understood, or the encoder cannot
   *     be pooled so; it names the component and the property
   */
  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    file().check();
    properties.checkFile("tokenizer", tokenizer, "a tokenizer.json");
    properties.checkIfStated("maxLength", 1, maxLength);
    if (pooling == Pooling.NONE) {
      throw properties.refused(
          "pooling", "is NONE, but a text has one vector: use MEAN, FIRST_TOKEN or OWN");
    }
    try {
      opened = open(Transformer.of(file().read()), properties);
    } catch (IOException | GraphException e) {
      throw new PropertyException(
          e, component, "path", "%s cannot be read as an encoder".formatted(path));
    }
  }

  private Opened open(Transformer whole, PropertyChecks properties) {
    TextEncoder encoder =
        properties.check(
            "pooling",
            () -> TextEncoder.of(whole, Optional.ofNullable(pooling), Optional.ofNullable(length)));
    LabelOrder columns = LabelOrder.numbered(encoder.width());
    OptionalInt stated =
        maxLength == null ? OnnxMetadata.maxLength(whole.model()) : OptionalInt.of(maxLength);
    int padId = OnnxMetadata.padId(whole.model()).orElse(0);
    Tokens tokens = new Tokens();
    properties.check("path", () -> tokens.feeder(whole.graph().inputs()));
    InputReader<?> reader =
        properties.check("maxLength", () -> tokens.readerOfTrained(whole, stated, padId));
    StudentNetwork network =
        new StudentNetwork(
            Transformer.of(encoder.model()),
            List.of(EmbeddingHead.TEXTS),
            Head.ofExamples(columns),
            reader);
    try {
      return new Opened(
          encoder,
          columns,
          reader,
          new NetworkRunner(network, device),
          TextTokenizer.open(tokenizer, reader.maxLength()));
    } catch (IOException | IllegalArgumentException e) {
      throw new PropertyException(
          e, component, "tokenizer", "%s cannot be used".formatted(tokenizer));
    }
  }

  /**
   * The vector of a text.
   *
   * @return of {@link #width} numbers
   * @throws IllegalArgumentException if the tokenizer refuses the text, or makes tokens that the
   *     encoder does not know
   */
  public float[] embed(String text) {
    Example<Regressor> example = example(opened.tokens().encode(text));
    return opened.runner().rows(ExampleInputs.of(opened.reader(), List.of(example))).get(0);
  }

  /**
   * The vectors of texts, which are run in batches of similar length.
   *
   * @return in the order of the texts
   * @throws IllegalArgumentException as above; the message says which text
   */
  public List<float[]> embed(List<String> texts) {
    List<Example<Regressor>> examples =
        opened.tokens().encodeAll(texts).stream().map(TextEmbedder::example).toList();
    return opened.runner().rows(ExampleInputs.numbered(opened.reader(), examples));
  }

  private static Example<Regressor> example(TokenSequence text) {
    return text.toExample(RegressionFactory.UNKNOWN_REGRESSOR);
  }

  /** The size of a vector. */
  public int width() {
    return opened.columns().size();
  }

  /**
   * The numbers of a text's vector as features, {@code embedding-000} and so on.
   *
   * @param tag what names begin with, and a hyphen, unless it is empty
   * @throws IllegalArgumentException as {@link #embed(String)}
   */
  @Override
  public List<Feature> process(String tag, String data) {
    float[] vector = embed(data);
    String prefix = tag.isEmpty() ? "embedding-" : tag + "-embedding-";
    List<Feature> features = new ArrayList<>(vector.length);
    for (int i = 0; i < vector.length; i++) {
      features.add(new Feature(prefix + opened.columns().names().get(i), vector[i]));
    }
    return features;
  }

  /**
   * Writes the encoder as an ONNX file for other libraries, whole or not at all: with the outputs
   * {@code last_hidden_state} and {@code sentence_embedding}, or the latter alone where the file
   * pools itself and has no other, and without a projection that was left out. Its metadata states
   * the maximum length, to which another embedder of that file cuts texts.
   *
   * @throws IOException if the file cannot be written, or is one of those that this was made of
   */
  public void exportOnnx(Path file) throws IOException {
    InputFiles.ofProvenance(getProvenance()).checkOutput(file);
    OnnxModel exported =
        opened
            .encoder()
            .exported()
            .inOneFile()
            .withMetadata(opened.encoder().encoder().model().metadata());
    OnnxMetadata.withLogits(
            exported, EmbeddingHead.TEXTS, opened.columns().names(), opened.reader().maxLength())
        .write(file);
  }

  @Override
  public ConfiguredObjectProvenance getProvenance() {
    return ModelFileProvenance.of(this, "TextPipeline", file(), List.of(), Optional.of(tokenizer));
  }

  /** Frees the native memory. A text after that is refused. */
  @Override
  public void close() {
    opened.runner().close();
    opened.tokens().close();
  }

  @Override
  public String toString() {
    return "TextEmbedder(%s, %s)".formatted(path, opened.encoder().head().pooling());
  }

  private ModelFile file() {
    return new ModelFile(component, path);
  }
}
