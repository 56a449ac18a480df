package org.tribuo.distill.input.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.tribuo.FeatureMap;

/** Finds the modality of sequences. */
public final class SequenceModalities {
  private static final List<SequenceModality> FOUND = found();

  private SequenceModalities() {}

  private static List<SequenceModality> found() {
    List<SequenceModality> found = new ArrayList<>();
    ServiceLoader.load(SequenceModality.class, SequenceModalities.class.getClassLoader())
        .forEach(found::add);
    return List.copyOf(found);
  }

  /**
   * The first modality that reads sequences with some features.
   *
   * @throws IllegalArgumentException if none does
   */
  public static SequenceModality of(FeatureMap features) {
    return FOUND.stream()
        .filter(modality -> modality.reads(features))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The %d features of the sequences are read by none of %s; make the sequences with WordTokenizer or ConllDataSource"
                        .formatted(features.size(), FOUND)));
  }
}
