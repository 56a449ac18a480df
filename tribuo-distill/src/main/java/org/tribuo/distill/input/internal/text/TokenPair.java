package org.tribuo.distill.input.internal.text;

import java.util.ArrayList;
import java.util.List;
import org.tribuo.Feature;
import org.tribuo.distill.input.text.TokenSequence;

/** Two texts, each with its own special tokens, that a model reads one by one. */
public record TokenPair(TokenSequence first, TokenSequence second) {
  /** The length of the longer one, to which the other is padded. */
  int longest() {
    return Math.max(first.length(), second.length());
  }

  /**
   * The features of an example: those of the second begin with {@link TokenNames#SECOND}.
   *
   * @throws IllegalArgumentException if one is too long
   */
  public List<Feature> features() {
    List<Feature> features = new ArrayList<>(first.features());
    for (Feature feature : second.features()) {
      features.add(new Feature(TokenNames.SECOND + feature.getName(), feature.getValue()));
    }
    return features;
  }
}
