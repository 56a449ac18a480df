package org.tribuo.distill.task.internal.token;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.tribuo.Example;
import org.tribuo.Prediction;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.distill.task.internal.LabelOrder;
import org.tribuo.distill.task.internal.TargetCodec;
import org.tribuo.distill.task.internal.Targets;
import org.tribuo.distill.task.token.TagSequence;
import org.tribuo.impl.ArrayExample;

/**
 * A class for each token that is scored. What is predicted for a text is about the tokens that are
 * scored in its output; others have no label.
 */
final class TagSequenceCodec implements TargetCodec<TagSequence> {
  private static final Example<Label> TOKEN = new ArrayExample<>(LabelFactory.UNKNOWN_LABEL);

  private final TargetCodec<Label> ofTokens;

  /**
   * @param ofTokens the codec of one token
   */
  TagSequenceCodec(TargetCodec<Label> ofTokens) {
    this.ofTokens = ofTokens;
  }

  @Override
  public LabelOrder columns() {
    return ofTokens.columns();
  }

  /** Whether any token has a label. */
  @Override
  public boolean isLabelled(TagSequence output) {
    return output.labels().values().stream().anyMatch(ofTokens::isLabelled);
  }

  @Override
  public Targets encode(List<? extends Example<TagSequence>> examples) {
    List<long[]> classes = new ArrayList<>();
    List<float[]> counted = new ArrayList<>();
    for (Example<TagSequence> example : examples) {
      TagSequence output = example.getOutput();
      long[] ofText = new long[output.length()];
      float[] scored = new float[ofText.length];
      Arrays.fill(ofText, Targets.UNLABELLED);
      int row = classes.size();
      output
          .labels()
          .forEach(
              (position, label) -> {
                scored[position] = 1;
                if (ofTokens.isLabelled(label)) {
                  ofText[position] = columns().column(label.getLabel(), row);
                }
              });
      classes.add(ofText);
      counted.add(scored);
    }
    return Targets.perToken(classes).counting(counted);
  }

  /** Of each name there is a score for each token that is scored. */
  @Override
  public Prediction<TagSequence> decode(float[] logits, int used, Example<TagSequence> example) {
    TagSequence asked = example.getOutput();
    if (logits.length != asked.length() * width()) {
      throw new IllegalArgumentException(
          "There are %d logits for %d tokens, expected one for each token and each of %s"
              .formatted(logits.length, asked.length(), columns()));
    }
    Map<Integer, Label> likeliest = new TreeMap<>();
    Map<String, Map<Integer, Label>> all = new LinkedHashMap<>();
    columns().names().forEach(name -> all.put(name, new TreeMap<>()));
    for (int position : asked.labels().keySet()) {
      float[] ofToken = Arrays.copyOfRange(logits, position * width(), (position + 1) * width());
      Prediction<Label> token = ofTokens.decode(ofToken, 1, TOKEN);
      likeliest.put(position, token.getOutput());
      token
          .getOutputScores()
          .forEach((name, label) -> Objects.requireNonNull(all.get(name)).put(position, label));
    }
    Map<String, TagSequence> scores = new LinkedHashMap<>();
    all.forEach((name, labels) -> scores.put(name, TagSequence.of(asked.length(), labels)));
    return new Prediction<>(TagSequence.of(asked.length(), likeliest), scores, used, example, true);
  }

  @Override
  public String toString() {
    return "TagSequenceCodec" + columns();
  }
}
