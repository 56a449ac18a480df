package org.tribuo.distill.input.text;

import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.tribuo.ConfigurableDataSource;
import org.tribuo.Example;
import org.tribuo.MutableOutputInfo;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.input.internal.text.CsvTextDataSourceProvenance;
import org.tribuo.distill.input.internal.text.RawText;
import org.tribuo.distill.input.internal.text.TokenizedFileProvenance;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.multilabel.MultiLabel;
import org.tribuo.multilabel.MultiLabelFactory;
import org.tribuo.provenance.ConfiguredDataSourceProvenance;

/**
 * The examples of another source, and after them the names of their labels as texts that have these
 * labels: {@code card_arrival} becomes the text "card arrival". A name says in words what the
 * examples of a label have in common (Chang, Ratinov, Roth and Srikumar 2008, "Importance of
 * Semantic Representation: Dataless Classification"), which is worth more the fewer there are. It
 * counts as one of them: in the class mean that an imprinted head starts with, and in the training.
 *
 * <p>Underscores become spaces. A label whose name says too little is given a text of its own in
 * {@code texts}. The labels are those that examples of the source have, in the order of their
 * names. As one of the labelled texts a name may also be held out, or get into a fold: split first.
 *
 * <pre>{@code
 * <component name="train-and-names" type="org.tribuo.distill.input.text.LabelNameDataSource">
 *   <property name="source" value="train"/>
 *   <property name="tokenizerPath" value="tokenizer.json"/>
 *   <propertymap name="texts">
 *     <entry key="atm_support" value="which machines take my card"/>
 *   </propertymap>
 * </component>
 * }</pre>
 *
 * <p>Each name is kept in its example as metadata, for teachers with another tokenizer. Every pass
 * makes new names, and new examples where the source does. As safe for many threads as the source.
 *
 * @param <T> Label or MultiLabel
 */
public final class LabelNameDataSource<T extends Output<T>> implements ConfigurableDataSource<T> {
  @ConfigurableName private String component = "LabelNameDataSource";

  @Config(mandatory = true, description = "The source of the examples whose labels are named.")
  private ConfigurableDataSource<T> source;

  @Config(mandatory = true, description = "The tokenizer.json of the model that reads the names.")
  private Path tokenizerPath;

  @Config(
      description =
          "Texts for labels, by their names; the others have their names, with spaces for"
              + " underscores.")
  private Map<String, String> texts = new HashMap<>();

  @Config(
      description =
          "The maximum number of tokens of a name, special ones included; longer ones are cut. By"
              + " default that of the source's texts, or else what the tokenizer's file states, or"
              + " 512.")
  private @Nullable Integer maxLength;

  private List<Named<T>> names = List.of();
  private ConfiguredDataSourceProvenance provenance;

  /** For OLCUT. */
  private LabelNameDataSource() {}

  /**
   * A source and the names of its labels.
   *
   * @param source has examples with labels
   * @param tokenizer the tokenizer.json of the model that reads the names
   * @throws PropertyException if the source has no labels, or the file is no tokenizer, or another
   *     one than that of the source
   */
  public static <T extends Output<T>> LabelNameDataSource<T> of(
      ConfigurableDataSource<T> source, Path tokenizer) {
    LabelNameDataSource<T> named = new LabelNameDataSource<>();
    named.source = source;
    named.tokenizerPath = tokenizer;
    named.postConfig();
    return named;
  }

  /**
   * The same with texts of their own for some labels.
   *
   * @param texts by the names of the labels
   * @throws PropertyException if there is no such label, or a text is blank
   */
  public LabelNameDataSource<T> texts(Map<String, String> texts) {
    return with(texts, maxLength);
  }

  /**
   * The same with another maximum number of tokens.
   *
   * @param tokens 1 or more, and no more than the source's texts may have
   * @throws PropertyException if it is more, or the tokenizer cannot cut texts to it
   */
  public LabelNameDataSource<T> maxLength(int tokens) {
    return with(texts, tokens);
  }

  private LabelNameDataSource<T> with(Map<String, String> ofLabels, @Nullable Integer tokens) {
    LabelNameDataSource<T> other = new LabelNameDataSource<>();
    other.source = source;
    other.tokenizerPath = tokenizerPath;
    other.texts = new HashMap<>(ofLabels);
    other.maxLength = tokens;
    other.postConfig();
    return other;
  }

  /**
   * Reads the labels and the tokenizer; OLCUT calls it.
   *
   * @throws PropertyException if the source has no labels, a text is of no label of it or blank, or
   *     the tokenizer cannot be read
   */
  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.checkFile("tokenizerPath", tokenizerPath, "a tokenizer.json");
    properties.checkIfStated("maxLength", 1, maxLength);
    if (CsvTextDataSourceProvenance.havePairs(source.getProvenance())) {
      throw properties.refused(
          "source", "is %s, which has pairs of texts; names are single ones".formatted(source));
    }
    Map<String, T> outputs = outputs(properties);
    checkTexts(outputs, properties);
    names = tokenized(outputs, properties);
    provenance = new TokenizedFileProvenance(this, tokenizerPath);
  }

  /** The label of each name, in the order of the names. */
  private Map<String, T> outputs(PropertyChecks properties) {
    OutputFactory<T> factory = source.getOutputFactory();
    if (!(factory instanceof LabelFactory || factory instanceof MultiLabelFactory)) {
      throw properties.refused(
          "source",
          "is %s, whose outputs are made by %s; expected Label or MultiLabel, which have names"
              .formatted(source, factory.getClass().getSimpleName()));
    }
    MutableOutputInfo<T> seen = factory.generateInfo();
    for (Example<T> example : source) {
      seen.observe(example.getOutput());
    }
    Map<String, T> outputs = new TreeMap<>();
    for (T output : seen.getDomain()) {
      outputs.put(name(output), output);
    }
    if (outputs.isEmpty()) {
      throw properties.refused(
          "source", "is %s, of which no example has a label; label some".formatted(source));
    }
    return outputs;
  }

  private static String name(Output<?> output) {
    return output instanceof MultiLabel one
        ? one.getLabelString()
        : output.getSerializableForm(false);
  }

  private void checkTexts(Map<String, T> outputs, PropertyChecks properties) {
    for (String label : new TreeSet<>(texts.keySet())) {
      if (!outputs.containsKey(label)) {
        throw properties.refused(
            "texts",
            "has one for '%s', which is no label of %s; there are %s"
                .formatted(label, source, outputs.keySet()));
      }
      if (texts.get(label) == null) {
        throw properties.refused(
            "texts", "of '%s' is null, expected what its examples are about".formatted(label));
      }
    }
    Map<String, String> labels = new HashMap<>();
    for (String label : outputs.keySet()) {
      if (text(label).isBlank()) {
        throw properties.refused(
            "texts", "of '%s' is blank, expected what its examples are about".formatted(label));
      }
      String other = labels.put(text(label), label);
      if (other != null) {
        throw properties.refused(
            "texts",
            "of '%s' and '%s' are equal, '%s'; state others".formatted(other, label, text(label)));
      }
    }
  }

  private String text(String label) {
    return texts.getOrDefault(label, label.replace('_', ' ')).strip();
  }

  private List<Named<T>> tokenized(Map<String, T> outputs, PropertyChecks properties) {
    OptionalInt length = length(properties);
    try (TextTokenizer tokenizer =
        length.isPresent()
            ? TextTokenizer.open(tokenizerPath, length.getAsInt())
            : TextTokenizer.open(tokenizerPath)) {
      checkOfSource(tokenizer, properties);
      return outputs.entrySet().stream()
          .map(
              label -> {
                String text = text(label.getKey());
                return new Named<>(text, tokenizer.encode(text), label.getValue());
              })
          .toList();
    } catch (IOException e) {
      throw new PropertyException(
          e, component, "tokenizerPath", "%s cannot be read".formatted(tokenizerPath));
    } catch (IllegalArgumentException e) {
      throw new PropertyException(
          e, component, "maxLength", "the names of %s cannot be tokenized".formatted(source));
    }
  }

  /** No name is longer than the source's texts may be, for that is what a model will read. */
  private OptionalInt length(PropertyChecks properties) {
    OptionalInt ofSource = CsvTextDataSourceProvenance.maxTokens(source.getProvenance());
    if (maxLength == null) {
      return ofSource;
    }
    if (ofSource.isPresent() && maxLength > ofSource.getAsInt()) {
      throw properties.refused(
          "maxLength",
          "is %d, but the texts of %s have at most %d tokens; omit it, or let these be as long"
              .formatted(maxLength, source, ofSource.getAsInt()));
    }
    return OptionalInt.of(maxLength);
  }

  /** Ids of two tokenizers in one dataset would be read as those of one. */
  private void checkOfSource(TextTokenizer tokenizer, PropertyChecks properties) {
    Set<String> ofSource = CsvTextDataSourceProvenance.tokenizers(source.getProvenance());
    if (!ofSource.isEmpty() && !ofSource.contains(tokenizer.sha256())) {
      throw properties.refused(
          "tokenizerPath",
          "is %s, but the texts of %s have the tokens of another tokenizer; name that one"
              .formatted(tokenizerPath, source));
    }
  }

  @Override
  public OutputFactory<T> getOutputFactory() {
    return source.getOutputFactory();
  }

  @Override
  public ConfiguredDataSourceProvenance getProvenance() {
    return provenance;
  }

  /** The examples of the source, then one a label. */
  @Override
  public Iterator<Example<T>> iterator() {
    return Stream.concat(
            StreamSupport.stream(source.spliterator(), false), names.stream().map(Named::toExample))
        .iterator();
  }

  @Override
  public String toString() {
    return "LabelNameDataSource(%s, tokenizer=%s)".formatted(source, tokenizerPath);
  }

  private record Named<T extends Output<T>>(String text, TokenSequence tokens, T label) {
    Example<T> toExample() {
      Example<T> example = tokens.toExample(label);
      new RawText(text, Optional.empty()).keepIn(example);
      return example;
    }
  }
}
