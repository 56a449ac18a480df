package org.tribuo.distill.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.oracle.labs.mlrg.olcut.config.ConfigurationManager;
import com.oracle.labs.mlrg.olcut.config.PropertyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.MutableOutputInfo;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.OutputInfo;
import org.tribuo.distill.task.internal.NamesProvenance;

class GeneratedTokensTest {
  private static final Vocabulary THREE = Vocabulary.of(List.of("the", "", "cat"));

  @TempDir private Path folder;

  @Test
  void columnsAreNamedByIdAndToken() {
    assertThat(THREE.names()).containsExactly("000000 the", "000001", "000002 cat");
    assertThat(Vocabulary.named(THREE.names())).isEqualTo(THREE);
    assertThat(THREE.id("cat")).hasValue(2);
    assertThat(THREE.id("")).isEmpty();
    assertThat(THREE.token(1)).isEmpty();
    assertThat(THREE.enlargedTo(4).names()).endsWith("000003");
    assertThat(THREE.sha256()).isNotEqualTo(THREE.enlargedTo(4).sha256());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> THREE.enlargedTo(2))
        .withMessage(
            "The vocabulary is to have 2 tokens, expected at least the 3 that the tokenizer has");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Vocabulary.named(List.of("000000 a", "b")))
        .withMessage(
            "Column 1 of the logits is named 'b', expected '000001', optionally followed by a token");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Vocabulary.of(List.of("a")))
        .withMessage("A vocabulary has 1 tokens, expected 2 to 1000000");
  }

  @Test
  void aTokenizerHasAVocabulary() throws Exception {
    Vocabulary tokens = Vocabulary.of(TinyStories.tokenizer());
    assertThat(tokens.size()).isEqualTo(101);
    assertThat(tokens.id("[CLS]")).isPresent();
    assertThat(tokens.token(tokens.id("w7").getAsInt())).isEqualTo("w7");
  }

  @Test
  void outputsAreSaved() {
    for (GeneratedTokens output :
        List.of(GeneratedTokens.of(2, 0).withLogLikelihood(-1.5), GeneratedTokens.unknown())) {
      Output<?> read = Output.deserialize(output.serialize());
      assertThat(read).isEqualTo(output);
      assertThat(((GeneratedTokens) read).fullEquals(output)).isTrue();
      assertThat(output.copy().fullEquals(output)).isTrue();
    }
    assertThat(GeneratedTokens.of(1)).isNotEqualTo(GeneratedTokens.of(2));
    assertThat(GeneratedTokens.of(1).fullEquals(GeneratedTokens.of(1).withLogLikelihood(-1)))
        .isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GeneratedTokens.of(3, -1))
        .withMessage("The tokens are [3, -1], expected at least one, none of them negative");
  }

  @Test
  void theFactoryMakesOutputsOfIds() {
    GeneratedTokensFactory factory = new GeneratedTokensFactory(THREE);
    GeneratedTokens both = GeneratedTokens.of(2, 0);
    assertThat(factory.generateOutput("2 0")).isEqualTo(both);
    assertThat(factory.generateOutput(both)).isSameAs(both);
    assertThat(factory.generateOutput(both.getSerializableForm(false))).isEqualTo(both);
    assertThat(factory.generateOutput("")).isEqualTo(factory.getUnknownOutput());
    assertThat(OutputFactory.deserialize(factory.serialize())).isEqualTo(factory);
    assertThat(factory.getProvenance())
        .isEqualTo(new NamesProvenance(GeneratedTokensFactory.class.getName(), 3, THREE.sha256()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> factory.generateOutput("3"))
        .withMessage("Token 3 is outside of the vocabulary of 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> factory.generateOutput("a cat"))
        .withMessage("The tokens are 'a cat', expected their ids with blanks between them");
  }

  @Test
  void theDomainHasAllTokensAndCountsThem() {
    MutableOutputInfo<GeneratedTokens> info = new GeneratedTokensFactory(THREE).generateInfo();
    info.observe(GeneratedTokens.of(2, 2, 0));
    info.observe(GeneratedTokens.unknown());
    ImmutableOutputInfo<GeneratedTokens> domain = info.generateImmutableOutputInfo();

    assertThat(domain.getDomain())
        .containsExactlyInAnyOrder(
            GeneratedTokens.of(0), GeneratedTokens.of(1), GeneratedTokens.of(2));
    assertThat(domain.getTotalObservations()).isEqualTo(3);
    assertThat(domain.getUnknownCount()).isEqualTo(1);
    assertThat(domain.getID(GeneratedTokens.of(2))).isEqualTo(2);
    assertThat(domain.getID(GeneratedTokens.of(2, 0))).isEqualTo(-1);
    assertThat(domain.getOutput(1)).isEqualTo(GeneratedTokens.of(1));
    assertThat(OutputInfo.deserialize(domain.serialize())).isEqualTo(domain);
    assertThat(OutputInfo.deserialize(info.serialize())).isEqualTo(info);
    assertThat(info.copy()).isEqualTo(info);
    info.clear();
    assertThat(info.getUnknownCount()).isZero();
    assertThat(new GeneratedTokensFactory(THREE).constructInfoForExternalModel(Map.of()).size())
        .isEqualTo(3);
  }

  @Test
  void aFactoryComesFromXml() throws Exception {
    Path xml =
        Files.writeString(
            folder.resolve("config.xml"),
            """
            <config>
              <component name="outputs" type="org.tribuo.distill.generation.GeneratedTokensFactory">
                <property name="tokenizerPath" value="%s"/>
                <property name="vocabularySize" value="128"/>
              </component>
              <component name="few" type="org.tribuo.distill.generation.GeneratedTokensFactory">
                <property name="tokenizerPath" value="%s"/>
                <property name="vocabularySize" value="100"/>
              </component>
            </config>
            """
                .formatted(TinyStories.tokenizer(), TinyStories.tokenizer()));
    ConfigurationManager configuration = new ConfigurationManager(xml.toString());
    GeneratedTokensFactory factory = (GeneratedTokensFactory) configuration.lookup("outputs");

    assertThat(factory.vocabulary())
        .isEqualTo(Vocabulary.of(TinyStories.tokenizer()).enlargedTo(128));
    assertThatThrownBy(() -> configuration.lookup("few"))
        .isInstanceOf(PropertyException.class)
        .hasMessageContaining("Property: vocabularySize")
        .hasMessageContaining("expected at least the 101 that the tokenizer has");
  }
}
