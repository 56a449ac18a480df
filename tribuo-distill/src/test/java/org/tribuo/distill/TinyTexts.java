package org.tribuo.distill;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.input.internal.ExampleInputs;
import org.tribuo.distill.input.internal.text.TokenFeatures;
import org.tribuo.distill.input.internal.text.TokenReader;
import org.tribuo.distill.input.text.TokenSequence;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/** Texts for models of 101 tokens, in each of which one token tells the label. */
final class TinyTexts {
  static final List<String> LABELS = List.of("blue", "green", "red");

  /** The tokens that tell the labels. */
  private static final int FIRST_TELLING = 90;

  private static final int FIRST = 1;
  private static final int SECOND = 2;

  private TinyTexts() {}

  /** Texts as a model of the zoo reads them, padded with token 0. */
  static ExampleInputs<TokenSequence> inputs(List<TokenSequence> texts) {
    return new ExampleInputs<>(new TokenReader(new TokenFeatures(32, 101), 0), texts);
  }

  static TokenSequence text(int label, SplittableRandom random) {
    int length = random.nextInt(4, 12);
    int[] ids = random.ints(length, 5, FIRST_TELLING).toArray();
    ids[0] = FIRST;
    ids[length - 1] = SECOND;
    ids[random.nextInt(1, length - 1)] = FIRST_TELLING + label;
    return TokenSequence.of(ids);
  }

  static List<Example<Label>> labelled(int rows, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Example<Label>> examples = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      int label = i % LABELS.size();
      examples.add(text(label, random).toExample(new Label(LABELS.get(label))));
    }
    return examples;
  }

  static List<Example<Label>> unlabelled(int rows, long seed) {
    return labelled(rows, seed).stream()
        .map(e -> withOutput(e, LabelFactory.UNKNOWN_LABEL))
        .toList();
  }

  static MutableDataset<Label> dataset(List<Example<Label>> examples) {
    return dataset(examples, new LabelFactory());
  }

  static <T extends Output<T>> MutableDataset<T> dataset(
      List<Example<T>> examples, OutputFactory<T> factory) {
    return new MutableDataset<>(
        examples, new SimpleDataSourceProvenance("tiny texts", factory), factory);
  }

  static <T extends Output<T>> Example<T> withOutput(Example<?> example, T output) {
    return new TokenFeatures(100, 101).read(example).toExample(output);
  }
}
