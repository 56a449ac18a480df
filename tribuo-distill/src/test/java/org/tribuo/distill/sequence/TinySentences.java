package org.tribuo.distill.sequence;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.input.text.WordTokenizer;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.sequence.MutableSequenceDataset;
import org.tribuo.sequence.SequenceExample;

/**
 * Sentences for models of 101 tokens and five labels: the word "sky" begins an entity of type a,
 * "fire" one of type b, and a word behind continues it: w80 to w84, or w85 to w89. Some words have
 * several tokens.
 */
final class TinySentences {
  static final List<String> LABELS = List.of("I-b", "O", "B-a", "I-a", "B-b");

  private TinySentences() {}

  static Path tokenizer() {
    try {
      return Path.of(
          Objects.requireNonNull(DistillationTrainer.class.getResource("tiny-tokenizer.json"))
              .toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** A sentence. */
  record Sentence(List<String> words, List<Label> labels) {
    Sentence unlabelled() {
      return new Sentence(words, Collections.nCopies(words.size(), LabelFactory.UNKNOWN_LABEL));
    }
  }

  static List<Sentence> make(int count, int words, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Sentence> sentences = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sentences.add(sentence(random, words));
    }
    return sentences;
  }

  private static Sentence sentence(SplittableRandom random, int words) {
    List<String> texts = new ArrayList<>();
    List<Label> labels = new ArrayList<>();
    String open = "";
    while (texts.size() < words) {
      String word = "w" + random.nextInt(5, 70);
      if (!open.isEmpty()) {
        labels.add(new Label("I-" + open));
        word = "w" + random.nextInt(open.equals("a") ? 80 : 85, open.equals("a") ? 85 : 90);
        open = "";
      } else if (random.nextInt(4) == 0) {
        open = random.nextBoolean() ? "a" : "b";
        word = open.equals("a") ? "sky" : "fire";
        labels.add(new Label("B-" + open));
      } else {
        labels.add(new Label("O"));
      }
      texts.add(random.nextInt(5) == 0 ? word + "-w93" : word);
    }
    return new Sentence(texts, labels);
  }

  static MutableSequenceDataset<Label> dataset(List<Sentence> sentences) {
    LabelFactory labels = new LabelFactory();
    MutableSequenceDataset<Label> dataset =
        new MutableSequenceDataset<>(
            new SimpleDataSourceProvenance("tiny sentences", labels), labels);
    sequences(sentences).forEach(dataset::add);
    return dataset;
  }

  static List<SequenceExample<Label>> sequences(List<Sentence> sentences) {
    try (WordTokenizer tokenizer = WordTokenizer.open(tokenizer())) {
      List<SequenceExample<Label>> sequences = new ArrayList<>();
      sentences.forEach(each -> sequences.add(tokenizer.encode(each.words(), each.labels())));
      return sequences;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
