package org.tribuo.distill.input.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.Example;
import org.tribuo.Feature;
import org.tribuo.FeatureMap;
import org.tribuo.ImmutableDataset;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.hash.HashCodeHasher;
import org.tribuo.impl.ArrayExample;
import org.tribuo.impl.ListExample;
import org.tribuo.provenance.SimpleDataSourceProvenance;

class TokenFeaturesTest {
  private static final Label LABEL = new Label("x");
  private static final TokenFeatures FEATURES = new TokenFeatures(12, 100);

  @Test
  void aTokenIsItsIdPlusOneAndASegmentIsThereWhereNotZero() {
    Example<Label> example =
        new TokenSequence(new int[] {0, 7, 1}, new int[] {0, 0, 1}).toExample(LABEL);
    Map<String, Double> features = new HashMap<>();
    for (Feature feature : example) {
      features.put(feature.getName(), feature.getValue());
    }
    assertThat(features)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "input_ids@00000", 1.0,
                "input_ids@00001", 8.0,
                "input_ids@00002", 2.0,
                "token_type_ids@00002", 1.0));
    assertThat(example.getOutput()).isSameAs(LABEL);
    assertThat(example.validateExample()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatWasWrittenIsRead(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int length = random.nextInt(1, 300);
    TokenSequence tokens =
        new TokenSequence(
            random.ints(length, 0, 30_522).toArray(), random.ints(length, 0, 2).toArray());
    Example<Label> example = tokens.toExample(LABEL);
    Example<Label> before = example.copy();
    assertThat(new TokenFeatures(300, 30_522).read(example)).as("seed %d", seed).isEqualTo(tokens);
    assertThat(example).isEqualTo(before);
  }

  @Test
  void anyOrderOfFeaturesIsRead() {
    Example<Label> example = new ListExample<>(LABEL);
    example.add(new Feature("token_type_ids@00001", 1));
    example.add(new Feature("input_ids@00001", 6));
    example.add(new Feature("input_ids@00000", 4));
    assertThat(FEATURES.read(example))
        .isEqualTo(new TokenSequence(new int[] {3, 5}, new int[] {0, 1}));
  }

  @Test
  void positionsOfOneDatasetDoNotLimitTheTextsOfAnother() {
    MutableDataset<Label> training = dataset(TokenSequence.of(3, 1));
    Example<Label> longer = TokenSequence.of(3, 9, 9, 1).toExample(LABEL);
    ImmutableFeatureMap all = FEATURES.featureMap(training.getFeatureMap());
    assertThat(all.size()).isEqualTo(24);
    assertThat(all.get("input_ids@00000").getCount()).isEqualTo(1);
    assertThat(FeatureMap.deserialize(all.serialize())).isEqualTo(all);

    ImmutableDataset<Label> evaluation =
        new ImmutableDataset<>(
            List.of(longer),
            training.getProvenance(),
            new LabelFactory(),
            all,
            training.getOutputIDInfo(),
            false);
    assertThat(FEATURES.read(evaluation.getExample(0))).isEqualTo(TokenSequence.of(3, 9, 9, 1));
  }

  @Test
  void hashedNamesAreRefused() {
    MutableDataset<Label> data = dataset(TokenSequence.of(3, 1));
    TokenFeatures.check(data.getFeatureMap());
    ImmutableDataset<Label> hashed =
        ImmutableDataset.hashFeatureMap(
            ImmutableDataset.copyDataset(data), new HashCodeHasher("a salt of eight or more"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenFeatures.check(hashed.getFeatureIDMap()))
        .withMessage(
            "The feature names are hashed, so the positions of the tokens are lost;"
                + " train without a HashingTrainer");
  }

  @Test
  void featuresWithoutTokensAreRefused() {
    MutableDataset<Label> data = dataset();
    data.add(new ArrayExample<>(LABEL, new String[] {"height", "width"}, new double[] {1, 2}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenFeatures.check(data.getFeatureMap()))
        .withMessage(
            "None of the 2 features is a token, expected names like 'input_ids@00000';"
                + " make the examples with TokenSequence.toExample or CsvTextDataSource");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "input_ids@00001=0.5 | Feature 'input_ids@00001' is 0.5, expected a token id + 1, a whole"
            + " number from 1; was a transformation applied to the dataset?",
        "input_ids@00001=-3 | Feature 'input_ids@00001' is -3.0, expected a token id + 1, a whole"
            + " number from 1; was a transformation applied to the dataset?",
        "input_ids@00001=0 | Feature 'input_ids@00001' is 0.0, expected a token id + 1, a whole"
            + " number from 1; was a transformation applied to the dataset?",
        "input_ids@00001=NaN | Feature 'input_ids@00001' is NaN, expected a token id + 1, a whole"
            + " number from 1; was a transformation applied to the dataset?",
        "input_ids@00001=1e300 | Feature 'input_ids@00001' is 1.0E300, expected a token id + 1, a"
            + " whole number from 1; was a transformation applied to the dataset?",
        "token_type_ids@00000=0.1 | Feature 'token_type_ids@00000' is 0.1, expected a segment, a"
            + " whole number from 1; was a transformation applied to the dataset?",
        "input_ids@00001=101 | Token 100 at position 1 is outside of the model's vocabulary of 100;"
            + " is the tokenizer the one of this model?",
        "input_ids@00012=4 | The text has a token at position 12, the model reads texts of at most"
            + " 12 tokens; set the tokenizer's maximum length to that",
        "input_ids@00003=4 | The example has a token at position 3 and none at position 1; was the"
            + " feature removed, by pruning or by feature selection?",
        "token_type_ids@00001=1 | The example has a token at position 1 and none at position 1; was"
            + " the feature removed, by pruning or by feature selection?",
        "input_ids@00000=4 | Feature 'input_ids@00000' occurs twice, expected one token a position",
        "input_ids@1=4 | Feature 'input_ids@1' is not a token, expected names like 'input_ids@00000'"
            + " and 'token_type_ids@00000'; are the names hashed, or the features of another"
            + " extractor?",
        "input_ids@0000x=4 | Feature 'input_ids@0000x' is not a token, expected names like"
            + " 'input_ids@00000' and 'token_type_ids@00000'; are the names hashed, or the features"
            + " of another extractor?",
        "bias=1 | Feature 'bias' is not a token, expected names like 'input_ids@00000' and"
            + " 'token_type_ids@00000'; are the names hashed, or the features of another"
            + " extractor?",
      })
  void anExampleThatIsNoTextIsRefused(String feature, String message) {
    Example<Label> example = TokenSequence.of(3).toExample(LABEL);
    String[] nameAndValue = feature.split("=");
    example.add(new Feature(nameAndValue[0], Double.parseDouble(nameAndValue[1])));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FEATURES.read(example))
        .withMessage(message);
  }

  @Test
  void anExampleWithoutFeaturesIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FEATURES.read(new ArrayExample<>(LABEL)))
        .withMessage("A token sequence has at least one token, this has none");
  }

  @Test
  void aTextLongerThanTheNamesCanCountIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenSequence.of(new int[100_001]).toExample(LABEL))
        .withMessage("The text has 100001 tokens, an example holds at most 100000; truncate it");
  }

  @Test
  void limitsThatNoModelHasAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TokenFeatures(0, 10))
        .withMessage("positions is 0, expected 1 to 100000");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TokenFeatures(100_001, 10))
        .withMessage("positions is 100001, expected 1 to 100000");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TokenFeatures(10, 0))
        .withMessage("vocabulary is 0, expected at least 1");
  }

  private static MutableDataset<Label> dataset(TokenSequence... texts) {
    MutableDataset<Label> data =
        new MutableDataset<>(
            new SimpleDataSourceProvenance("texts", new LabelFactory()), new LabelFactory());
    for (TokenSequence text : texts) {
      data.add(text.toExample(LABEL));
    }
    return data;
  }
}
