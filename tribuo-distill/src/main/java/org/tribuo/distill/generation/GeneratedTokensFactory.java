package org.tribuo.distill.generation;

import com.google.protobuf.Any;
import com.oracle.labs.mlrg.olcut.config.Config;
import com.oracle.labs.mlrg.olcut.config.ConfigurableName;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.MutableOutputInfo;
import org.tribuo.OutputFactory;
import org.tribuo.distill.generation.internal.GeneratedTokensInfo;
import org.tribuo.distill.internal.component.PropertyChecks;
import org.tribuo.distill.internal.component.SavedComponents;
import org.tribuo.distill.internal.protos.NamesProto;
import org.tribuo.distill.task.internal.NamesProvenance;
import org.tribuo.protos.core.OutputFactoryProto;
import org.tribuo.provenance.OutputFactoryProvenance;

/**
 * Makes {@link GeneratedTokens} of the vocabulary that it knows, and the domain that a dataset and
 * a model have of them: all tokens, those too that no text has.
 */
public final class GeneratedTokensFactory implements OutputFactory<GeneratedTokens> {
  private static final long serialVersionUID = 1L;

  private static final int CURRENT_VERSION = 0;

  @ConfigurableName private String component = "GeneratedTokensFactory";

  @Config(mandatory = true, description = "The tokenizer.json whose tokens are generated.")
  private Path tokenizerPath = Path.of("tokenizer.json");

  @Config(
      description =
          "How many columns the logits of the models have, where that is more than the tokenizer has"
              + " tokens; by default as many.")
  private @Nullable Integer vocabularySize;

  private Vocabulary vocabulary = Vocabulary.ofSize(2);

  /** For OLCUT. */
  private GeneratedTokensFactory() {}

  /** Makes outputs of some tokens. */
  public GeneratedTokensFactory(Vocabulary vocabulary) {
    this.vocabulary = Objects.requireNonNull(vocabulary, "vocabulary");
  }

  @Override
  public void postConfig() {
    PropertyChecks properties = PropertyChecks.of(this, component);
    properties.checkFile("tokenizerPath", tokenizerPath, "a tokenizer.json");
    properties.checkIfStated("vocabularySize", 1, vocabularySize);
    vocabulary =
        new TokenizerProperty(properties, "tokenizerPath", tokenizerPath)
            .vocabulary(vocabularySize);
  }

  /**
   * Reads what was saved; Tribuo calls this by name.
   *
   * @throws IllegalArgumentException if the version is unknown, or it has kept something else
   */
  public static GeneratedTokensFactory deserializeFromProto(
      int version, String className, Any message) {
    NamesProto kept = SavedComponents.kept(version, className, message, NamesProto.class);
    return new GeneratedTokensFactory(Vocabulary.named(kept.getNamesList()));
  }

  @Override
  public OutputFactoryProto serialize() {
    return OutputFactoryProto.newBuilder()
        .setVersion(CURRENT_VERSION)
        .setClassName(GeneratedTokensFactory.class.getName())
        .setSerializedData(
            Any.pack(NamesProto.newBuilder().addAllNames(vocabulary.names()).build()))
        .build();
  }

  /** The tokens. */
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /**
   * The tokens of some ids; an empty text is that they are not known.
   *
   * @param label GeneratedTokens, or ids as their {@link GeneratedTokens#getSerializableForm} has
   *     them
   * @throws IllegalArgumentException if one is none of the vocabulary
   */
  @Override
  public <V> GeneratedTokens generateOutput(V label) {
    GeneratedTokens tokens =
        label instanceof GeneratedTokens known ? known : GeneratedTokens.parse(label.toString());
    for (int position = 0; position < tokens.length(); position++) {
      if (tokens.token(position) >= vocabulary.size()) {
        throw new IllegalArgumentException(
            "Token %d is outside of the vocabulary of %d"
                .formatted(tokens.token(position), vocabulary.size()));
      }
    }
    return tokens;
  }

  @Override
  public GeneratedTokens getUnknownOutput() {
    return GeneratedTokens.unknown();
  }

  /** All tokens, none of which is observed yet. */
  @Override
  public MutableOutputInfo<GeneratedTokens> generateInfo() {
    return GeneratedTokensInfo.of(vocabulary);
  }

  /** All tokens, whatever is mapped: their numbers are their ids. */
  @Override
  public ImmutableOutputInfo<GeneratedTokens> constructInfoForExternalModel(
      Map<GeneratedTokens, Integer> mapping) {
    return GeneratedTokensInfo.of(vocabulary).generateImmutableOutputInfo();
  }

  @Override
  public Class<GeneratedTokens> getTypeWitness() {
    return GeneratedTokens.class;
  }

  /** Measures perplexity. */
  @Override
  public PerplexityEvaluator getEvaluator() {
    return new PerplexityEvaluator();
  }

  @Override
  public OutputFactoryProvenance getProvenance() {
    return new NamesProvenance(
        GeneratedTokensFactory.class.getName(), vocabulary.size(), vocabulary.sha256());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GeneratedTokensFactory factory && vocabulary.equals(factory.vocabulary);
  }

  @Override
  public int hashCode() {
    return vocabulary.hashCode();
  }
}
