package org.tribuo.distill.span;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.tribuo.Example;
import org.tribuo.MutableDataset;
import org.tribuo.distill.DistillationTrainer;
import org.tribuo.distill.input.text.QuestionTokenizer;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/**
 * Questions for models of 101 tokens: "w10" asks for the words behind "sky", which are one or two
 * of w80 to w84, "w11" for those behind "fire", one or two of w85 to w89. Contexts have one of
 * both, and one question in four asks for what is not there.
 */
final class TinyQuestions {
  private TinyQuestions() {}

  static Path tokenizer() {
    try {
      return Path.of(
          Objects.requireNonNull(DistillationTrainer.class.getResource("tiny-tokenizer.json"))
              .toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** A question, the text in which its answer is sought, and the answer. */
  record Asked(String question, String context, Span answer) {
    Asked unanswered() {
      return new Asked(question, context, Span.unknown());
    }
  }

  static List<Asked> make(int count, int words, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Asked> questions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      questions.add(asked(random, words));
    }
    return questions;
  }

  private static Asked asked(SplittableRandom random, int words) {
    boolean sky = random.nextBoolean();
    boolean isThere = random.nextInt(4) > 0;
    int place = random.nextInt(words);
    StringBuilder context = new StringBuilder();
    Span answer = Span.noAnswer();
    for (int i = 0; i < words; i++) {
      context.append(i == 0 ? "" : " ");
      if (i == place) {
        boolean ofSky = sky == isThere;
        context.append(ofSky ? "sky " : "fire ");
        int start = context.length();
        String found = "w" + random.nextInt(ofSky ? 80 : 85, ofSky ? 85 : 90);
        found +=
            random.nextBoolean() ? " w" + random.nextInt(ofSky ? 80 : 85, ofSky ? 85 : 90) : "";
        context.append(found);
        if (isThere) {
          answer = Span.of(start, context.length(), found);
        }
      } else {
        context.append("w").append(random.nextInt(20, 70));
      }
    }
    return new Asked(sky ? "w10" : "w11", context.toString(), answer);
  }

  static List<Example<Span>> examples(List<Asked> questions) {
    try (QuestionTokenizer tokenizer = QuestionTokenizer.open(tokenizer())) {
      List<Example<Span>> examples = new ArrayList<>();
      for (Asked each : questions) {
        examples.add(tokenizer.encode(each.question(), each.context(), each.answer()));
      }
      return examples;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static MutableDataset<Span> dataset(List<Asked> questions) {
    SpanFactory outputs = new SpanFactory();
    return new MutableDataset<>(
        examples(questions), new SimpleDataSourceProvenance("tiny questions", outputs), outputs);
  }
}
